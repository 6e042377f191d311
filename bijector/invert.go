package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Invert is a bijector turned around: its Forward is B's Inverse.
//
// [Initialize] reaches the parts inside: an [InputInitializer], such as [ActNorm] or
// [Standardizer], and the network of a [Coupling] start from the data that arrive there. Other
// initializers must be initialised by hand before they are turned around. So must [BatchNorm]:
// an inverted one would gather moments of its own results. [Observe] and [Statistics]
// ignore an inverted bijector: its statistics stay as they are.
type Invert struct{ B Bijector }

// NewInvert returns the inverse of b. It panics if b is nil.
func NewInvert(b Bijector) *Invert {
	i := &Invert{B: b}
	must(i.Restore())
	return i
}

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
func (i *Invert) ILDJ(y autodiff.Var) autodiff.Var { _, l := ForwardFLDJ(i.B, y); return l }

// InverseILDJ returns b(y) and b's forward log-determinant.
func (i *Invert) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) { return ForwardFLDJ(i.B, y) }

// ForwardFLDJ returns b⁻¹(x) and b's inverse log-determinant.
func (i *Invert) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) { return InverseILDJ(i.B, x) }

// CondDim returns the width of b's context.
func (i *Invert) CondDim() int { return CondDim(i.B) }

// Given returns the inverse of b given c.
func (i *Invert) Given(c autodiff.Var) Bijector { return &Invert{B: Given(i.B, c)} }
