package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
)

// An Increasing is a strictly increasing, differentiable map of one element for
// which only one direction has a formula: a [Univariate] without Inverse. [Numeric]
// supplies the other. It must not be bound to a tape.
type Increasing interface {
	// Params returns K, the number of raw parameters per element.
	Params() int
	// Forward returns y = g(x) and log(dy/dx), both n×d.
	Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var)
}

// An IncreasingFunc is an [Increasing] without raw parameters, made of a
// function; a model that holds one cannot be saved.
type IncreasingFunc func(x autodiff.Var) (y, logSlope autodiff.Var)

// Params returns 0.
func (f IncreasingFunc) Params() int { return 0 }

// Forward returns f(x).
func (f IncreasingFunc) Forward(x, _ autodiff.Var) (y, logSlope autodiff.Var) { return f(x) }

// Numeric makes a [Univariate] of a map without a formula for its inverse, by finding
// the root of g(x) = y: Newton's steps, kept inside a bracket that is halved
// where they do not help, until the bracket or the step is within a unit in the
// last place of x. The gradients are those of the implicit function,
//
//	∂x/∂y = 1/g′(x),  ∂x/∂θ = −(∂g/∂θ)/g′(x)
//
// Forward costs one evaluation of Map. Inverse costs as many as its slowest
// element needs, about 10 where g is smooth, at most 300; other elements do not change
// meanwhile, so that a row's result does not depend on its batch.
type Numeric struct {
	Map Increasing
	// Min and Max are the ends of Map's domain; both 0 are −∞ and ∞.
	Min, Max float64
}

// NewNumeric returns the univariate that inverts m, a map of the real line, by
// iteration. It panics if m is nil.
func NewNumeric(m Increasing) *Numeric {
	n := &Numeric{Map: m}
	must(n.Restore())
	return n
}

// NewNumericOn is like [NewNumeric] for a map of the open interval from lo to hi, of
// which either may be infinite. It panics if m is nil, or unless lo < hi.
func NewNumericOn(m Increasing, lo, hi float64) *Numeric {
	need.One("bijector: NewNumericOn", "map", m)
	n := &Numeric{Map: m, Min: lo, Max: hi}
	must(n.Restore())
	return n
}

// Restore checks the fields.
func (m *Numeric) Restore() error {
	if m.Map == nil || !(m.Min < m.Max || m.Min == 0 && m.Max == 0) {
		return fmt.Errorf("bijector: Numeric: got map %T on (%v, %v), want one, and a domain", m.Map, m.Min, m.Max)
	}
	return nil
}

// Params returns Map's number of parameters.
func (m *Numeric) Params() int { return m.Map.Params() }

// Forward returns Map's value and the logarithm of its slope.
func (m *Numeric) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.Map.Forward(x, raw)
}

// Inverse returns the x with g(x) = y and −log g′(x). A y outside the range of g
// gives an end of the domain, or NaN.
func (m *Numeric) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	root := numericOp.Apply(nil, autodiff.Args{Ref: m}, y.Shape(), y, raw)
	// One more Newton step, which hardly changes x, carries the gradients.
	g, ls := m.Map.Forward(root, raw)
	x = root.Sub(g.Sub(y).Mul(ls.Detach().Neg().Exp()))
	_, ls = m.Map.Forward(x, raw)
	return x, ls.Neg()
}

// numericOp has inputs y and raw; Args.Ref is the *Numeric. It is a constant.
var numericOp = &autodiff.Op{
	Name: "bijector.Numeric",
	Forward: func(c *autodiff.Call) {
		m := c.Args().Ref.(*Numeric)
		t := autodiff.Borrow()
		shape, rawShape := c.OutShape(0), c.InShape(1)
		x := c.Out(0)
		lo, hi := m.Min, m.Max
		if lo == 0 && hi == 0 {
			lo, hi = math.Inf(-1), math.Inf(1)
		}
		r := newRoots(c, x, c.In(0), lo, hi)
		for range maxIterations {
			t.Reset()
			y, ls := m.Map.Forward(t.View(shape.Rows, shape.Cols, x), t.View(rawShape.Rows, rawShape.Cols, c.In(1)))
			if r.step(x, y.Data(), ls.Data()) {
				break
			}
		}
		t.Release()
	},
}
