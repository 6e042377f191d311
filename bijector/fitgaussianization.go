package bijector

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/internal/em"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// FitGaussianization fits the columns of data, with one weight for each row or nil, one by one: one
// t distribution and 0, 1, 2, 4 or 7 normal ones by EM, until two numbers are no better by G. Schwarz's criterion, Estimating
// the dimension of a model, 1978, with half its penalty; no scale is less than a twentieth
// of the column's, or of that of its middle. Of more than 3,000 rows it takes evenly spaced order
// statistics. It costs 60 to 100 ms a column of as many rows.
//
// It returns an error if a value is not finite, a weight negative, or a column constant.
func FitGaussianization(data mat.Matrix, weights []float64) (*Gaussianization, error) {
	if need.Missing(data) {
		return nil, errors.New("bijector: FitGaussianization: got no data, want some")
	}
	n, d := data.Dims()
	if weights != nil && len(weights) != n {
		return nil, fmt.Errorf("bijector: FitGaussianization: got %d weights for %d rows, want one each", len(weights), n)
	}
	g := new(Gaussianization)
	for j := range d {
		c := weighted{x: make([]float64, 0, n)}
		for i := range n {
			v, w := data.At(i, j), 1.0
			if weights != nil {
				w = weights[i]
			}
			if math.IsNaN(v-v) || !(w >= 0) || math.IsInf(w, 0) {
				return nil, fmt.Errorf("bijector: FitGaussianization: row %d, column %d: got %v with weight %v, want finite numbers and weights of at least 0", i, j, v, w)
			}
			if w > 0 {
				c.x, c.w = append(c.x, v), append(c.w, w)
			}
		}
		m, err := c.fit()
		if err != nil {
			return nil, fmt.Errorf("bijector: FitGaussianization: column %d: %w", j, err)
		}
		g.Columns = append(g.Columns, m)
	}
	return g, g.Restore()
}

// weighted are the values of a column with positive weights.
type weighted struct{ x, w []float64 }

// mostFitted is how many values a mixture is fitted to.
const mostFitted = 3000

// sort sorts the values.
func (c *weighted) sort() {
	order := make([]int, len(c.x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(c.x[a], c.x[b]) })
	s := weighted{make([]float64, len(order)), make([]float64, len(order))}
	for i, at := range order {
		s.x[i], s.w[i] = c.x[at], c.w[at]
	}
	*c = s
}

// thin returns evenly spaced ones of sorted values where they are more than most, with weights of the sum (Σw)²/Σw².
func (c *weighted) thin(most int) *weighted {
	n := len(c.x)
	k := min(n, most)
	s := weighted{make([]float64, k), make([]float64, k)}
	sum, square := 0.0, 0.0
	for i := range k {
		at := (2*i + 1) * n / (2 * k)
		s.x[i], s.w[i] = c.x[at], c.w[at]
		sum += s.w[i]
		square = kernel.FMA(s.w[i], s.w[i], square)
	}
	for i := range s.w {
		s.w[i] *= sum / square
	}
	return &s
}

// fit returns the marginal.
func (c *weighted) fit() (Marginal, error) {
	if len(c.x) == 0 {
		return Marginal{}, fmt.Errorf("got no rows with a weight")
	}
	c.sort()
	if c.x[0] == c.x[len(c.x)-1] {
		return Marginal{}, fmt.Errorf("got %v in all rows, want two different numbers", c.x[0])
	}
	m := c.chooseBounds()
	if len(c.x) > mostChoosing {
		c.thin(mostFitted).mixture(&m)
	}
	return m, nil
}

// mixture fits the mixture of a marginal with given bounds, and returns its criterion, see [em.FitLine].
func (c *weighted) mixture(m *Marginal) (criterion float64) {
	n := len(c.x)
	u := weighted{make([]float64, n), c.w}
	slopes := make([]float64, n)
	for i, v := range c.x {
		u.x[i], slopes[i], _ = m.unbound(v)
	}
	loc, scale := u.spread()
	z := make([]float64, n)
	for i, v := range u.x {
		z[i] = max(min((v-loc)/scale, 1e8), -1e8)
	}
	l, criterion := em.FitLine(z, c.w, 0.05*u.width(loc, scale))
	m.DF, m.Weights, m.Locs, m.Scales = l.DF, l.Weight, l.Loc, l.Scale
	if math.IsInf(m.DF, 1) {
		m.DF = 0
	}
	sum := kernel.Sum(m.Weights)
	for k := range m.Weights {
		m.Weights[k] /= sum
		m.Locs[k] = kernel.FMA(scale, m.Locs[k], loc)
		m.Scales[k] *= scale
	}
	total := kernel.Sum(c.w)
	return criterion + float64(2*total*special.Log(scale)) - float64(2*kernel.Dot(c.w, slopes))
}

// spread returns median and a deviation: that of the values without the lowest and the
// highest hundredth, or of all if it is 0.
func (c *weighted) spread() (loc, scale float64) {
	n := len(c.x)
	cut := n / 100
	if c.x[cut] == c.x[n-1-cut] {
		cut = 0
	}
	loc = c.x[n/2]
	unit := max(c.x[n-1-cut]-loc, loc-c.x[cut])
	sum := 0.0
	for _, v := range c.x[cut : n-cut] {
		e := (v - loc) / unit
		sum = kernel.FMA(e, e/float64(n-2*cut), sum)
	}
	return loc, unit * math.Sqrt(sum)
}

// width returns the deviation of the middle half of the values, in units of scale: between a
// fifth and 1.
func (c *weighted) width(loc, scale float64) float64 {
	e := make([]float64, len(c.x))
	for i, v := range c.x {
		e[i] = math.Abs(v - loc)
	}
	slices.Sort(e)
	return max(min(1.4826*e[len(e)/2]/scale, 1), 0.2)
}
