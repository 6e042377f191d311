package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Chain is the composition of its elements in slice order: Chain{f, g} maps x
// to g(f(x)), and its inverse y to f⁻¹(g⁻¹(y)).
//
//	log|det| of the inverse = Σᵢ ILDJᵢ(yᵢ),  yₙ = y, yᵢ₋₁ = fᵢ⁻¹(yᵢ)
//
// The empty Chain is the identity. It costs as much as its elements.
type Chain []Bijector

// Restore checks the elements.
func (c Chain) Restore() error {
	for i, b := range c {
		if b == nil {
			return fmt.Errorf("bijector: Chain: element %d: got no bijector, want one", i)
		}
	}
	return nil
}

// Forward returns fₙ(…f₁(x)).
func (c Chain) Forward(x autodiff.Var) autodiff.Var {
	for _, b := range c {
		x = b.Forward(x)
	}
	return x
}

// Inverse returns f₁⁻¹(…fₙ⁻¹(y)).
func (c Chain) Inverse(y autodiff.Var) autodiff.Var {
	for i := len(c) - 1; i >= 0; i-- {
		y = c[i].Inverse(y)
	}
	return y
}

// ILDJ returns the sum of the elements' log-determinants along the way back.
func (c Chain) ILDJ(y autodiff.Var) autodiff.Var { _, l := c.InverseILDJ(y); return l }

// InverseILDJ returns both.
func (c Chain) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	none := zero(y)
	x, ildj = y, none
	for i := len(c) - 1; i >= 0; i-- {
		var l autodiff.Var
		x, l = InverseILDJ(c[i], x)
		ildj = plus(ildj, l, none)
	}
	return x, ildj
}

// ForwardFLDJ returns fₙ(…f₁(x)) and the sum of the elements' log-determinants.
func (c Chain) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	none := zero(x)
	y, fldj = x, none
	for _, b := range c {
		var l autodiff.Var
		y, l = ForwardFLDJ(b, y)
		fldj = plus(fldj, l, none)
	}
	return y, fldj
}

// CondDim returns the width of the context that elements need. It panics if
// they disagree.
func (c Chain) CondDim() int {
	width := 0
	for i, b := range c {
		switch d := CondDim(b); {
		case d == 0 || d == width:
		case width == 0:
			width = d
		default:
			panic(fmt.Sprintf("bijector: Chain: element %d: got context width %d, want %d as before it", i, d, width))
		}
	}
	return width
}

// Given returns the chain with its conditional elements bound to the contexts.
func (c Chain) Given(ctx autodiff.Var) Bijector {
	bound := make(Chain, len(c))
	for i, b := range c {
		bound[i] = Given(b, ctx)
	}
	return bound
}
