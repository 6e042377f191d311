package flow

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/need"
)

// trace derives the unexported fields, on behalf of what, by sending a row of zeros from base to
// data. It panics if a bijector is nil or the parts do not fit.
func (m *Transformed) trace(what string) {
	for i, b := range m.Map {
		if need.Missing(b) {
			panic(fmt.Sprintf("flow: %s: bijector %d: got nil, want a bijector", what, i))
		}
		if c, ok := b.(bijector.Chain); ok {
			if err := c.Restore(); err != nil {
				panic(fmt.Sprintf("flow: %s: bijector %d: %v", what, i, err))
			}
		}
	}
	m.cond = m.condDim(what)
	if m.ctx != nil && m.ctx.RawMatrix().Cols != m.cond {
		panic(fmt.Sprintf("flow: %s: got a model bound to a context of %d columns, want %d as the bijectors", what, m.ctx.RawMatrix().Cols, m.cond))
	}
	t := autodiff.Borrow()
	defer t.Release()
	var c autodiff.Var
	if m.cond > 0 {
		c = t.Zeros(1, m.cond)
	}
	x := t.Zeros(1, m.Base.Dim())
	dist.LogDensityGiven(m.Base, x, c)
	for i, b := range m.Map {
		x = step(what, i, b, x, c)
	}
	m.dim, m.all = x.Cols(), m.Map
	m.row, _ = t.Size()
}

// condDim returns the width of the context that base and map have in common.
func (m *Transformed) condDim(what string) int {
	base, f := dist.CondDim(m.Base), m.Map.CondDim()
	if base > 0 && f > 0 && base != f {
		panic(fmt.Sprintf("flow: %s: got a base with a context of %d columns and bijectors with one of %d, want the same", what, base, f))
	}
	return max(base, f)
}

// step returns what bijector i makes of x given c; a panic says which it was.
func step(what string, i int, b bijector.Bijector, x, c autodiff.Var) autodiff.Var {
	defer func() {
		r := recover()
		if text, ok := r.(string); ok {
			panic(fmt.Sprintf("flow: %s: bijector %d, %T: %s", what, i, b, text))
		}
		if r != nil {
			panic(r)
		}
	}()
	if c != (autodiff.Var{}) {
		b = bijector.Given(b, c)
	}
	return b.Forward(x)
}
