package calibration

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A Uniformity tests whether the columns of a matrix are uniform on [0, 1].
type Uniformity struct {
	U       *mat.Dense         // the values tested, n×d
	Columns []ColumnUniformity // one for each column
	P       float64            // smallest p-value times the number of columns (Bonferroni), at most 1
	what    string             // the calibrated quantity, in words
	label   func(j int) string // name of column j
	words   [2]string          // the meaning of too many values at the ends and in the middle
}

// A ColumnUniformity is the test of one column.
type ColumnUniformity struct {
	Statistic float64 // Anderson's and Darling's A²
	P         float64 // its p-value
	Gap       float64 // greatest distance between the share of values below u and u, of either sign
	Shift     float64 // mean − ½ in standard errors under the null
	Spread    float64 // variance − 1/12 in standard errors under the null
}

// Uniform tests each column of u for uniformity on [0, 1] by the statistic of
// Anderson and Darling, which sees wrong tails better than that of Kolmogorov and
// Smirnov. Its null distribution is that of many rows, good from about 10 on
// (G. Marsaglia and J. Marsaglia, Evaluating the Anderson-Darling Distribution,
// J. Statistical Software 9, 2004).
//
// It panics if there are no rows or a value is outside [0, 1] or NaN. It costs
// sorting each column.
func Uniform(u *mat.Dense) *Uniformity {
	need.One("calibration: Uniform", "matrix", u)
	return uniformity("values", [2]string{"too many near 0 and 1", "too many near ½"}, u)
}

func uniformity(what string, words [2]string, u *mat.Dense) *Uniformity {
	n, d := u.Dims()
	r := &Uniformity{U: u, P: 1, what: what, words: words, label: func(j int) string { return fmt.Sprintf("column %d", j) }}
	for j := range d {
		c := testUniform(mat.Col(nil, j, u))
		r.Columns = append(r.Columns, c)
		r.P = min(r.P, c.P*float64(d))
	}
	if n == 0 {
		panic("calibration: Uniform: got no rows")
	}
	return r
}

func testUniform(u []float64) ColumnUniformity {
	slices.Sort(u)
	n := float64(len(u))
	if !(u[0] >= 0 && u[len(u)-1] <= 1) {
		panic(fmt.Sprintf("calibration: Uniform: got numbers from %v to %v, want them in [0, 1]", u[0], u[len(u)-1]))
	}
	const tiny = 1e-300 // a 0 or 1 counts as certain refutation, in finite numbers
	var a2, sum, squares float64
	c := ColumnUniformity{}
	for i, v := range u {
		w := 1 - u[len(u)-1-i]
		a2 -= (2*float64(i) + 1) * (special.Log(max(v, tiny)) + special.Log(max(w, tiny)))
		sum += v - 0.5
		squares += (v - 0.5) * (v - 0.5)
		for _, gap := range []float64{float64(i)/n - v, float64(i+1)/n - v} {
			if math.Abs(gap) > math.Abs(c.Gap) {
				c.Gap = gap
			}
		}
	}
	c.Statistic = a2/n - n
	c.P = 1 - andersonDarling(c.Statistic)
	c.Shift = sum / math.Sqrt(n/12)
	c.Spread = (squares - n/12) / math.Sqrt(n/180)
	return c
}

// andersonDarling returns P(A² ≤ z) for many rows, to 2e−6.
func andersonDarling(z float64) float64 {
	switch {
	case !(z > 0):
		return 0
	case z < 2:
		return special.Exp(-1.2337141/z) / math.Sqrt(z) *
			(2.00012 + (.247105-(.0649821-(.0347962-(.011672-.00168691*z)*z)*z)*z)*z)
	default:
		return special.Exp(-special.Exp(1.0776 - (2.30695-(.43424-(.082433-(.008056-.0003146*z)*z)*z)*z)*z))
	}
}

// String says whether the columns pass at level 0.05, and the fault of
// those that fail.
func (r *Uniformity) String() string {
	n, d := r.U.Dims()
	var b strings.Builder
	if r.P >= 0.05 {
		fmt.Fprintf(&b, "%s of %d rows are uniform as far as the test sees (%s)", r.what, n, pText(r.P))
		return b.String()
	}
	fmt.Fprintf(&b, "%s of %d rows are not uniform (%s):", r.what, n, pText(r.P))
	for j, c := range r.Columns {
		if c.P*float64(d) >= 0.05 {
			continue
		}
		fmt.Fprintf(&b, " %s is off by up to %.3f", r.label(j), math.Abs(c.Gap))
		switch {
		case math.Abs(c.Spread) > 3 && math.Abs(c.Spread) > math.Abs(c.Shift):
			k := 0
			if c.Spread < 0 {
				k = 1
			}
			fmt.Fprintf(&b, " (%s)", r.words[k])
		case c.Shift > 3:
			b.WriteString(" (too high)")
		case c.Shift < -3:
			b.WriteString(" (too low)")
		}
		b.WriteString(";")
	}
	return strings.TrimSuffix(b.String(), ";")
}
