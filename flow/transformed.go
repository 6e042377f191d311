package flow

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"
)

var (
	_ dist.Conditional     = (*Transformed)(nil)
	_ distmv.RandLogProber = (*Transformed)(nil)
	_ samplemv.Sampler     = (*Transformed)(nil)
)

// A Transformed is the distribution of y = f(x) where x is drawn from a base
// distribution and f is a chain of bijectors:
//
//	log p(y) = log base(f⁻¹(y)) + log|det ∂f⁻¹/∂y|
//
// Base and map may depend on a context c, the same for both: then it is p(y | c), see
// [Transformed.Given]. The base may be a flow itself, or a mixture of flows.
//
// Scoring and sampling are safe for concurrent use, but not while [Fit] trains
// the model.
type Transformed struct {
	Base dist.Distribution
	Map  bijector.Chain // in order, base to data

	dim  int
	cond int               // width of the context of base and map
	row  int               // values that a row takes on a tape, about
	all  bijector.Bijector // Map, converted once
	ctx  *mat.Dense        // bound by Given
	each int               // rows of a batch for each row of ctx; 0 for as many as ctx has, or all
	src  rand.Source
	kept *kept // by Prepared

	sections []attached // sorted by name
}

// New returns the distribution of rows drawn from base and mapped by the
// bijectors in order.
//
// It panics if there is no base, a bijector is nil, or the widths, of the rows and of the
// context, do not fit.
func New(base dist.Distribution, b ...bijector.Bijector) *Transformed {
	need.One("flow: New", "base", base)
	m := &Transformed{Base: base, Map: slices.Clip(slices.Clone(b))}
	m.trace("New")
	return m
}

// Then returns the distribution of the rows of m mapped by further bijectors in order, such as
// [bijector.Exp] behind a preset for positive columns. It shares the parameters and the context of m,
// which stays as it is, but none of what is attached to it. It panics as [New] does.
func (m *Transformed) Then(b ...bijector.Bijector) *Transformed {
	m.there("Then")
	longer := *m
	longer.Map, longer.sections = slices.Concat(m.Map, b), nil
	longer.trace("Then")
	return &longer
}

// there panics, on behalf of what, if there is no model.
func (m *Transformed) there(what string) {
	if m == nil {
		panic("flow: " + what + ": got no model, want one by New or Load")
	}
}

// Dim returns the number of columns of the data.
func (m *Transformed) Dim() int {
	m.there("Dim")
	return m.dim
}

// CondDim returns the width of the context that base and map need: 0 for none,
// or if it is bound already.
func (m *Transformed) CondDim() int {
	m.there("CondDim")
	if m.ctx != nil {
		return 0
	}
	return m.cond
}

// Given returns the distribution p(y | c), which shares the parameters of m.
// c has one row, for all y, or as many as the batches that will be scored or
// sampled, row for row. It is kept, not copied, if it is a *mat.Dense.
//
// It panics if the model takes no context, has one already, or c has another
// width than [Transformed.CondDim].
func (m *Transformed) Given(c mat.Matrix) *Transformed { return m.bind("Given", c) }

// bind returns the model given c, on behalf of what.
func (m *Transformed) bind(what string, c mat.Matrix) *Transformed {
	m.there(what)
	want := m.CondDim()
	switch {
	case m.ctx != nil:
		panic("flow: " + what + ": got a model that has its context already, want the one that Given was called on")
	case want == 0:
		panic("flow: " + what + ": got a context for a model that takes none")
	case none(c):
		panic(fmt.Sprintf("flow: %s: got no context, want one of %d columns", what, want))
	}
	if _, got := c.Dims(); got != want {
		panic(fmt.Sprintf("flow: %s: got a context of %d columns, want %d", what, got, want))
	}
	bound := *m
	bound.ctx = dense(c)
	return &bound
}

// GivenEach returns the distribution of batches with k rows for each of the contexts c: row i of a
// batch of m·k rows is given context ⌊i/k⌋ of m. So samples of many posteriors are one call,
//
//	model.GivenEach(observations, k).Sample(batch)
//
// with the same bits as [Transformed.Given] each context repeated k times, but networks that see
// the context alone, see [bijector.Embedded], are computed once for each. It panics as Given does,
// and if k is not positive.
func (m *Transformed) GivenEach(c mat.Matrix, k int) *Transformed {
	if k < 1 {
		panic(fmt.Sprintf("flow: GivenEach: got %d rows for each context, want at least 1", k))
	}
	bound := m.bind("GivenEach", c)
	bound.each = k
	return bound
}

// WithSource returns a model that shares the parameters of m and whose Rand and
// Sample draw from src, which makes them unsafe for concurrent use; nil is the
// global source, which is safe.
func (m *Transformed) WithSource(src rand.Source) *Transformed {
	m.there("WithSource")
	c := *m
	c.src = src
	return &c
}

// context returns, on behalf of what, the model's context for rows i to j−1 of a batch of n: the
// zero Var if it takes none.
func (m *Transformed) context(what string, t *autodiff.Tape, i, j, n int) autodiff.Var {
	if m.ctx == nil {
		if m.cond > 0 {
			panic(fmt.Sprintf("flow: %s: got a conditional model without context, want %d columns by Given", what, m.cond))
		}
		return autodiff.Var{}
	}
	m.checkContext(what, n)
	switch k := m.each; {
	case k > 0 && (j-1)/k == i/k: // one context
		return viewRows(t, m.ctx, i/k, i/k+1)
	case k > 0: // all rows of some
		return viewRows(t, m.ctx, i/k, j/k).RepeatRows(k)
	case m.ctx.RawMatrix().Rows == 1:
		return viewRows(t, m.ctx, 0, 1)
	}
	return viewRows(t, m.ctx, i, j)
}

// checkContext panics, on behalf of what, unless the model's context fits a batch of n rows.
func (m *Transformed) checkContext(what string, n int) {
	rows, _ := m.ctx.Dims()
	if m.each > 0 && n != rows*m.each {
		panic(fmt.Sprintf("flow: %s: got %d rows with %d contexts by GivenEach, want %d for each", what, n, rows, m.each))
	}
	if m.each == 0 && rows != 1 && rows != n {
		panic(fmt.Sprintf("flow: %s: got %d rows with %d rows of context by Given, want as many, or one row of context", what, n, rows))
	}
}

// given returns the model's map bound to a context, if there is one.
func (m *Transformed) given(c autodiff.Var) bijector.Bijector {
	if c == (autodiff.Var{}) {
		return m.all
	}
	return m.Map.Given(c)
}

// LogDensity returns log p of each row of y, n×d → n×1, on the tape of y and
// differentiable in y and in the parameters: a flow can be the base of another,
// or a part of any loss. It panics if y has another number of columns.
//
// It costs one inverse pass.
func (m *Transformed) LogDensity(y autodiff.Var) autodiff.Var {
	m.there("LogDensity")
	return m.logDensity("LogDensity", y, m.context("LogDensity", y.Tape(), 0, y.Rows(), y.Rows()))
}

// LogDensityGiven is like LogDensity given contexts on the tape of y, one row for each of y or one for
// all. A model that takes no context, or is bound to one, ignores c.
func (m *Transformed) LogDensityGiven(y, c autodiff.Var) autodiff.Var {
	m.there("LogDensityGiven")
	return m.logDensity("LogDensityGiven", y, m.contextOr(y, c))
}

// contextOr returns the model's own context for rows y, the zero Var if it takes none, else c.
func (m *Transformed) contextOr(y, c autodiff.Var) autodiff.Var {
	w, n := m.CondDim(), y.Rows()
	if w == 0 {
		return m.context("LogDensityGiven", y.Tape(), 0, n, n)
	}
	if c.Cols() != w || c.Rows() != 1 && c.Rows() != n {
		panic(fmt.Sprintf("flow: LogDensityGiven: got a context of %d×%d for %d rows, want %d columns, and one row or %d", c.Rows(), c.Cols(), n, w, n))
	}
	return c
}

// logDensity returns log p given c, on behalf of what.
func (m *Transformed) logDensity(what string, y, c autodiff.Var) autodiff.Var {
	checkWidth(what, y.Cols(), m.dim)
	x, ildj := bijector.InverseILDJ(m.given(c), y)
	lp := dist.LogDensityGiven(m.Base, x, c).Add(ildj)
	if lp.Rows() != y.Rows() || lp.Cols() != 1 {
		panic(fmt.Sprintf("flow: %s: got log-densities and log-determinants that add up to %d×%d, want %d×1", what, lp.Rows(), lp.Cols(), y.Rows()))
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
		copy(out, c.In(0))
		if s := kernel.Sum(out); !math.IsNaN(s) {
			return // the usual case: no row is NaN
		}
		for i, v := range out {
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
		kernel.Accumulate(dlp, c.OutGrad(0))
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
