package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Invert is a bijector turned around: its Forward is B's Inverse.
type Invert struct{ B Bijector }

// NewInvert returns the inverse of b.
func NewInvert(b Bijector) *Invert { return &Invert{B: b} }

// Restore checks the field.
func (i *Invert) Restore() error {
	if i.B == nil {
		return fmt.Errorf("bijector: Invert: got no bijector, want one")
	}
	return nil
}

// Forward returns b⁻¹(x).
func (i *Invert) Forward(x autodiff.Var) autodiff.Var { return i.B.Inverse(x) }

// Inverse returns b(y).
func (i *Invert) Inverse(y autodiff.Var) autodiff.Var { return i.B.Forward(y) }

// ILDJ returns b's forward log-determinant at y.
func (i *Invert) ILDJ(y autodiff.Var) autodiff.Var { return FLDJ(i.B, y) }

// FLDJ returns b's inverse log-determinant at x.
func (i *Invert) FLDJ(x autodiff.Var) autodiff.Var { return i.B.ILDJ(x) }

// CondDim returns the width of b's context.
func (i *Invert) CondDim() int { return CondDim(i.B) }

// Given returns the inverse of b given c.
func (i *Invert) Given(c autodiff.Var) Bijector { return &Invert{B: Given(i.B, c)} }
