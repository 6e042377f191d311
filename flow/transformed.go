package flow

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"
)

var (
	_ dist.Distribution    = (*Transformed)(nil)
	_ distmv.RandLogProber = (*Transformed)(nil)
	_ samplemv.Sampler     = (*Transformed)(nil)
)

// A Transformed is the distribution of y = f(x) where x is drawn from a base
// distribution and f is a chain of bijectors:
//
//	log p(y) = log base(f⁻¹(y)) + log|det ∂f⁻¹/∂y|
//
// Scoring and sampling are safe for concurrent use, but not while [Fit] trains
// the model.
type Transformed struct {
	Base dist.Distribution
	Map  bijector.Chain // in order, base to data

	dim int
	row int               // numbers that a row takes on a tape, about
	all bijector.Bijector // Map, converted once
	ctx *mat.Dense        // bound by Given
	src rand.Source
}

// New returns the distribution of rows drawn from base and mapped by the
// bijectors in order.
//
// It panics if there is no base, a bijector is nil, or the widths do not fit.
func New(base dist.Distribution, b ...bijector.Bijector) *Transformed {
	if base == nil {
		panic("flow: New: got no base, want a distribution")
	}
	for i, b := range b {
		if b == nil {
			panic(fmt.Sprintf("flow: New: bijector %d: got nil, want a bijector", i))
		}
	}
	m := &Transformed{Base: base, Map: b}
	m.trace()
	return m
}

// trace derives the unexported fields; the width is that of a mapped row.
func (m *Transformed) trace() {
	t := borrow()
	defer giveBack(t)
	m.all = m.Map
	f := m.all
	if w := m.CondDim(); w > 0 {
		f = m.Map.Given(t.Zeros(1, w))
	}
	m.dim = f.Forward(t.Zeros(1, m.Base.Dim())).Cols()
	m.row, _ = t.Size()
}

// Dim returns the number of columns of the data.
func (m *Transformed) Dim() int { return m.dim }

// CondDim returns the width of the context that the model needs: 0 for none,
// or if it is bound already.
func (m *Transformed) CondDim() int {
	if m.ctx != nil {
		return 0
	}
	return m.Map.CondDim()
}

// Given returns the distribution p(y | c), which shares the parameters of m.
// c has one row, for all y, or as many as the batches that will be scored or
// sampled, row for row. It is kept, not copied, if it is a *mat.Dense.
//
// It panics if the model takes no context, has one already, or c has another
// width than [Transformed.CondDim].
func (m *Transformed) Given(c mat.Matrix) *Transformed {
	want := m.CondDim()
	switch {
	case m.ctx != nil:
		panic("flow: Given: got a model that has its context already, want the one that Given was called on")
	case want == 0:
		panic("flow: Given: got a context for a model that takes none")
	case c == nil:
		panic(fmt.Sprintf("flow: Given: got no context, want one of %d columns", want))
	}
	if _, got := c.Dims(); got != want {
		panic(fmt.Sprintf("flow: Given: got a context of %d columns, want %d", got, want))
	}
	bound := *m
	bound.ctx = dense(c)
	return &bound
}

// WithSource returns a model that shares the parameters of m and whose Rand and
// Sample draw from src, which makes them unsafe for concurrent use; nil is the
// global source, which is safe.
func (m *Transformed) WithSource(src rand.Source) *Transformed {
	c := *m
	c.src = src
	return &c
}

// context returns the model's context for rows i to j−1 of a batch of n: the
// zero Var if it takes none.
func (m *Transformed) context(t *autodiff.Tape, i, j, n int) autodiff.Var {
	if m.ctx == nil {
		if w := m.Map.CondDim(); w > 0 {
			panic(fmt.Sprintf("flow: got a conditional model without context, want %d columns by Given", w))
		}
		return autodiff.Var{}
	}
	rows, _ := m.ctx.Dims()
	switch rows {
	case 1:
		return viewRows(t, m.ctx, 0, 1)
	case n:
		return viewRows(t, m.ctx, i, j)
	}
	panic(fmt.Sprintf("flow: got %d rows with %d rows of context, want 1 or %d", n, rows, n))
}

// given returns the model's map bound to a context, if there is one.
func (m *Transformed) given(c autodiff.Var) bijector.Bijector {
	if c == (autodiff.Var{}) {
		return m.all
	}
	return m.Map.Given(c)
}

// bound returns the map for rows i to j−1 of a batch of n, given the model's
// context.
func (m *Transformed) bound(t *autodiff.Tape, i, j, n int) bijector.Bijector {
	return m.given(m.context(t, i, j, n))
}

// LogDensity returns log p of each row of y, n×d → n×1, on the tape of y and
// differentiable in y and in the parameters: a flow can be the base of another,
// or a part of any loss. It panics if y has another number of columns.
//
// It costs one inverse pass.
func (m *Transformed) LogDensity(y autodiff.Var) autodiff.Var {
	return m.logDensity(y, m.context(y.Tape(), 0, y.Rows(), y.Rows()))
}

func (m *Transformed) logDensity(y, c autodiff.Var) autodiff.Var {
	if y.Cols() != m.dim {
		panic(fmt.Sprintf("flow: LogDensity: got %d columns, want %d", y.Cols(), m.dim))
	}
	f := m.given(c)
	lp := m.Base.LogDensity(f.Inverse(y)).Add(f.ILDJ(y))
	if lp.Rows() != y.Rows() || lp.Cols() != 1 {
		panic(fmt.Sprintf("flow: LogDensity: got log-densities and log-determinants that add up to %d×%d, want %d×1", lp.Rows(), lp.Cols(), y.Rows()))
	}
	if c == (autodiff.Var{}) {
		return supportOp.Apply(nil, autodiff.Args{}, lp.Shape(), lp, y)
	}
	return supportOp.Apply(nil, autodiff.Args{}, lp.Shape(), lp, y, c)
}

// supportOp has inputs log p (n×1), y (n×d) and perhaps a context of one or n rows.
// Where these are rows of numbers but y has no preimage, log p is NaN: the density
// there is 0.
var supportOp = &autodiff.Op{
	Name: "flow.Support",
	Forward: func(c *autodiff.Call) {
		out := c.Out(0)
		for i, v := range c.In(0) {
			if math.IsNaN(v) {
				v = math.Inf(-1)
				for k := 1; k < c.Len(); k++ {
					if hasNaN(row(c, k, i)) {
						v = math.NaN()
					}
				}
			}
			out[i] = v
		}
	},
	Backward: func(c *autodiff.Call) {
		dlp := c.InGrad(0)
		if dlp == nil {
			return
		}
		for i, g := range c.OutGrad(0) {
			dlp[i] += g
		}
	},
}

// row returns row i of input k, which has one row or more.
func row(c *autodiff.Call, k, i int) []float64 {
	s := c.InShape(k)
	if s.Rows == 1 {
		i = 0
	}
	return c.In(k)[i*s.Cols : (i+1)*s.Cols]
}

func hasNaN(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v) {
			return true
		}
	}
	return false
}
