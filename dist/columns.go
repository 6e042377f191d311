package dist

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// Columns is the distribution of D independent columns of one univariate
// distribution, whose parameters may differ from column to column:
//
//	log p(x) = Σⱼ log p(xⱼ | θⱼ)
//
// It costs a few operations on n×D elements.
type Columns struct {
	D  int
	Of Univariate
}

// NewColumns returns d independent columns. It panics unless d is positive and
// every parameter has one element or d.
func NewColumns(d int, of Univariate) *Columns {
	c := &Columns{D: d, Of: of}
	if err := c.Restore(); err != nil {
		panic(err.Error())
	}
	return c
}

// Restore checks the fields.
func (c *Columns) Restore() error {
	if c.D <= 0 || need.Missing(c.Of) {
		return fmt.Errorf("dist: NewColumns: got %d columns of %v, want a positive number of a distribution", c.D, c.Of)
	}
	f, v := c.Of.family(), c.Of.values()
	for k, param := range f.params {
		if v[k].IsZero() {
			return fmt.Errorf("dist: %s: %s: got an empty Value, want Fixed or Learned numbers", f.name, param)
		}
		if n := v[k].Len(); n != 1 && n != c.D {
			return fmt.Errorf("dist: %s: %s: got %d numbers, want 1 or %d", f.name, param, n, c.D)
		}
		if err := checkFinite(f.name+": "+param, v[k]); err != nil {
			return err
		}
	}
	return nil
}

// Dim returns D.
func (c *Columns) Dim() int { return c.D }

// LogDensity returns log p of each row.
func (c *Columns) LogDensity(x autodiff.Var) autodiff.Var {
	checkCols("Columns: LogDensity", x.Cols(), c.D)
	return c.Of.family().logDensityRows(x, on(c.Of, x.Tape()))
}

// LogDensities returns log p of each element: n×d → n×d.
func (c *Columns) LogDensities(x autodiff.Var) autodiff.Var {
	checkCols("Columns: LogDensities", x.Cols(), c.D)
	return c.Of.family().logDensityOf(x, on(c.Of, x.Tape()))
}

// on returns the parameters on a tape.
func on(u Univariate, t *autodiff.Tape) (p vars) {
	for k, v := range u.values() {
		if !v.IsZero() {
			p[k] = v.On(t)
		}
	}
	return p
}

// params returns the present parameters of each column.
func (c *Columns) params() []nums {
	t := autodiff.Borrow()
	θ, p := on(c.Of, t), make([]nums, c.D)
	for k := range c.Of.family().params {
		x := θ[k].Data()
		for j := range p {
			p[j][k] = of(x, j)
		}
	}
	t.Release()
	return p
}

// Draw fills the rows of batch.
func (c *Columns) Draw(batch *mat.Dense, src rand.Source) {
	if !hasRows("Columns: Draw", batch, c.D) {
		return
	}
	c.Of.family().drawColumns(batch, c.params(), src)
}

// LogProb returns log p(x).
func (c *Columns) LogProb(x []float64) float64 { return LogProb(c, x) }

// Rand draws one row into dst; nil allocates.
func (c *Columns) Rand(dst []float64) []float64 { return Rand(c, dst) }

// CDF sets dst[j] = P(Xⱼ ≤ xⱼ).
func (c *Columns) CDF(dst, x []float64) []float64 {
	return c.each("CDF", dst, x, c.Of.family().cdfOf)
}

// Survival sets dst[j] = P(Xⱼ > xⱼ).
func (c *Columns) Survival(dst, x []float64) []float64 {
	return c.each("Survival", dst, x, c.Of.family().sfOf)
}

// Quantile sets dst[j] to the smallest x with P(Xⱼ ≤ x) ≥ pⱼ. It panics unless
// 0 ≤ pⱼ ≤ 1.
func (c *Columns) Quantile(dst, p []float64) []float64 {
	checkProbabilities("Columns: Quantile", p)
	f := c.Of.family()
	return c.each("Quantile", dst, p, func(p float64, θ nums) float64 { return f.quantileOf(p, 1-p, θ) })
}

func checkProbabilities(what string, p []float64) {
	for _, p := range p {
		if !(p >= 0 && p <= 1) {
			panic(fmt.Sprintf("dist: %s: got %v, want a probability", what, p))
		}
	}
}

// each sets dst[j] = f(xⱼ, θⱼ).
func (c *Columns) each(what string, dst, x []float64, f func(x float64, p nums) float64) []float64 {
	checkLen(what, len(x), c.D)
	dst = sized(what, dst, c.D)
	for j, p := range c.params() {
		dst[j] = f(x[j], p)
	}
	return dst
}

// Mean sets dst to the mean of each column: NaN where there is none.
func (c *Columns) Mean(dst []float64) []float64 {
	return c.every("Mean", dst, c.Of.family().meanOf)
}

// Variance sets dst to the variance of each column: NaN where there is none.
func (c *Columns) Variance(dst []float64) []float64 {
	return c.every("Variance", dst, c.Of.family().varianceOf)
}

// Mode sets dst to the point of greatest density of each column: NaN where
// there is none.
func (c *Columns) Mode(dst []float64) []float64 {
	return c.every("Mode", dst, c.Of.family().modeOf)
}

// Entropy returns −E log p.
func (c *Columns) Entropy() float64 {
	var sum special.Sum
	for _, p := range c.params() {
		sum.Add(c.Of.family().entropyOf(p))
	}
	return sum.Value()
}

// every sets dst[j] = f(θⱼ).
func (c *Columns) every(what string, dst []float64, f func(p nums) float64) []float64 {
	dst = sized(what, dst, c.D)
	for j, p := range c.params() {
		dst[j] = f(p)
	}
	return dst
}

// Support returns the box, or the lattice, of the columns' supports.
func (c *Columns) Support() Support {
	f, s := c.Of.family(), realRows(c.D)
	if f.integer {
		s.Shape = Lattice
	}
	for j, p := range c.params() {
		s.Low[j], s.High[j] = f.supportOf(p)
	}
	return s
}
