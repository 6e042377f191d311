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
// It panics if the widths do not fit.
func New(base dist.Distribution, b ...bijector.Bijector) *Transformed {
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
	if _, got := c.Dims(); got != want || want == 0 {
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

// bound returns the map for rows i to j−1 of a batch of n, given the model's
// context.
func (m *Transformed) bound(t *autodiff.Tape, i, j, n int) bijector.Bijector {
	if m.ctx == nil {
		if w := m.Map.CondDim(); w > 0 {
			panic(fmt.Sprintf("flow: got a conditional model without context, want %d columns by Given", w))
		}
		return m.all
	}
	rows, _ := m.ctx.Dims()
	switch rows {
	case 1:
		return m.Map.Given(viewRows(t, m.ctx, 0, 1))
	case n:
		return m.Map.Given(viewRows(t, m.ctx, i, j))
	}
	panic(fmt.Sprintf("flow: got %d rows with %d rows of context, want 1 or %d", n, rows, n))
}

// LogDensity returns log p of each row of y, n×d → n×1, on the tape of y and
// differentiable in y and in the parameters: a flow can be the base of another,
// or a part of any loss. It panics if y has another number of columns.
//
// It costs one inverse pass.
func (m *Transformed) LogDensity(y autodiff.Var) autodiff.Var {
	return m.logDensity(m.bound(y.Tape(), 0, y.Rows(), y.Rows()), y)
}

func (m *Transformed) logDensity(f bijector.Bijector, y autodiff.Var) autodiff.Var {
	if y.Cols() != m.dim {
		panic(fmt.Sprintf("flow: LogDensity: got %d columns, want %d", y.Cols(), m.dim))
	}
	lp := m.Base.LogDensity(f.Inverse(y)).Add(f.ILDJ(y))
	return supportOp.Apply(nil, autodiff.Args{}, lp.Shape(), lp, y)
}

// supportOp has inputs log p (n×1) and y (n×d). Where y is a row of numbers but
// has no preimage, log p is NaN: the density there is 0.
var supportOp = &autodiff.Op{
	Name: "flow.Support",
	Forward: func(c *autodiff.Call) {
		out, y, d := c.Out(0), c.In(1), c.InShape(1).Cols
		for i, v := range c.In(0) {
			if math.IsNaN(v) && !hasNaN(y[i*d:(i+1)*d]) {
				v = math.Inf(-1)
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

func hasNaN(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v) {
			return true
		}
	}
	return false
}
