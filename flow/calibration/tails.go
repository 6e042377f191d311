package calibration

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// A Tail compares how often rows and draws lie far from the middle of a column.
type Tail struct {
	Column     int
	Deviations float64 // distance from the rows' mean, in their deviations
	Rows       int     // rows at least as far
	Draws      int     // draws at least as far
	P          float64 // of a difference as great by chance, by the hypergeometric distribution
}

// A TailCheck compares a density with rows 3 to 10 deviations out.
type TailCheck struct {
	Tails       []Tail      // for each column, by distance: 3, 4, 5, 6, 8, 10
	N, M        int         // rows and draws
	P           float64     // least of the tails, times their number (Bonferroni), at most 1
	LogProbs    [][]float64 // for each column, log p at the rows' mean moved by ±3 … ±10 deviations, the lesser side
	Nonfinite   int         // how many of these are NaN or +Inf
	Distances   []float64   // 3, 4, 5, 6, 8, 10
	RisingTails []int       // columns along which log p rises from 3 to 10 deviations
}

var tailDistances = []float64{3, 4, 5, 6, 8, 10}

// Tails compares rows with as many or more draws of d beyond 3 to 10 deviations of
// each column, and asks for log p along each column's axis there.
//
// It panics if y has other columns than d or draws is less than 1.
func Tails(d dist.Distribution, y mat.Matrix, draws int, src rand.Source) *TailCheck {
	need.One("calibration: Tails", "distribution", d)
	need.One("calibration: Tails", "matrix", y)
	checkSamples("Tails", y, mat.NewDense(1, d.Dim(), nil))
	checkDraws("Tails", draws, 1)
	n, cols := y.Dims()
	x := draw(d, draws, src)
	c := &TailCheck{N: n, M: draws, P: 1, Distances: tailDistances}
	mean, dev := make([]float64, cols), make([]float64, cols)
	for j := range cols {
		col := mat.Col(nil, j, y)
		mean[j], dev[j] = meanOf(col).Value, deviation(col)
		for _, k := range tailDistances {
			t := Tail{Column: j, Deviations: k, Rows: beyond(y, j, mean[j], k*dev[j]), Draws: beyond(x, j, mean[j], k*dev[j])}
			t.P = sameShare(t.Rows, n, t.Draws, draws)
			c.P = min(c.P, t.P*float64(cols*len(tailDistances)))
			c.Tails = append(c.Tails, t)
		}
	}
	c.axes(d, mean, dev)
	return c
}

// axes scores the mean moved along each column.
func (c *TailCheck) axes(d dist.Distribution, mean, dev []float64) {
	cols := len(mean)
	points := mat.NewDense(2*len(tailDistances)*cols, cols, nil)
	at := 0
	for j := range mean {
		for _, k := range tailDistances {
			for _, side := range []float64{-1, 1} {
				copy(points.RawRowView(at), mean)
				points.Set(at, j, mean[j]+side*k*dev[j])
				at++
			}
		}
	}
	lp := logProbs(d, points)
	for j := range mean {
		var low []float64
		rising := false
		for k := range tailDistances {
			pair := lp[2*(j*len(tailDistances)+k):][:2]
			for side, v := range pair {
				if math.IsNaN(v) || math.IsInf(v, 1) {
					c.Nonfinite++
				}
				rising = rising || k > 0 && v > lp[2*j*len(tailDistances)+side]
			}
			low = append(low, min(pair[0], pair[1]))
		}
		if rising {
			c.RisingTails = append(c.RisingTails, j)
		}
		c.LogProbs = append(c.LogProbs, low)
	}
}

func beyond(x mat.Matrix, j int, mean, distance float64) (k int) {
	n, _ := x.Dims()
	for i := range n {
		if math.Abs(x.At(i, j)-mean) >= distance {
			k++
		}
	}
	return k
}

// sameShare returns the two-sided p-value of a of n and b of m if both have one
// share: given a + b, a is hypergeometric.
func sameShare(a, n, b, m int) float64 {
	k := a + b
	logP := func(i int) float64 {
		return logChoose(n, i) + logChoose(m, k-i) - logChoose(n+m, k)
	}
	var low, high float64
	for i := max(0, k-m); i <= min(n, k); i++ {
		p := special.Exp(logP(i))
		if i <= a {
			low += p
		}
		if i >= a {
			high += p
		}
	}
	return min(1, 2*min(low, high))
}

func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// String names the columns whose tails are too light or too heavy.
func (c *TailCheck) String() string {
	var b strings.Builder
	if c.P >= 0.05 {
		fmt.Fprintf(&b, "tails of %d rows and %d draws agree as far as the test sees (%s)", c.N, c.M, pText(c.P))
	} else {
		fmt.Fprintf(&b, "tails differ (%s):", pText(c.P))
		last := -1
		for _, t := range c.Tails {
			if t.P*float64(len(c.Tails)) >= 0.05 || t.Column == last {
				continue
			}
			last = t.Column
			fmt.Fprintf(&b, " column %d has %.3g %% of the rows and %.3g %% of the draws beyond %g deviations;", t.Column,
				100*float64(t.Rows)/float64(c.N), 100*float64(t.Draws)/float64(c.M), t.Deviations)
		}
	}
	s := strings.TrimSuffix(b.String(), ";")
	if len(c.RisingTails) > 0 {
		s += fmt.Sprintf("; the density rises outwards along columns %v", c.RisingTails)
	}
	if c.Nonfinite > 0 {
		s += fmt.Sprintf("; %d log-densities far out are NaN or +Inf", c.Nonfinite)
	}
	return s
}
