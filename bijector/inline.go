package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Inline is a bijector made of functions, for maps that are written down on the
// spot. A model that holds one cannot be saved: a file holds data, not code.
// Write a type with these methods for a map that is to stay.
//
// The functions obey the rules of [Bijector]'s methods, which they are.
type Inline struct {
	ForwardFunc, InverseFunc, ILDJFunc func(autodiff.Var) autodiff.Var
	ForwardFLDJFunc                    func(autodiff.Var) (y, fldj autodiff.Var) // may be nil
}

// NewInline returns the map of the functions. It panics if one is nil.
func NewInline(forward, inverse, ildj func(autodiff.Var) autodiff.Var) *Inline {
	b := &Inline{ForwardFunc: forward, InverseFunc: inverse, ILDJFunc: ildj}
	must(b.Restore())
	return b
}

// Restore checks that there are functions.
func (b *Inline) Restore() error {
	if b.ForwardFunc == nil || b.InverseFunc == nil || b.ILDJFunc == nil {
		return fmt.Errorf("bijector: Inline: got a nil function, want Forward, Inverse and ILDJ")
	}
	return nil
}

// Forward returns ForwardFunc(x).
func (b *Inline) Forward(x autodiff.Var) autodiff.Var { return b.ForwardFunc(x) }

// Inverse returns InverseFunc(y).
func (b *Inline) Inverse(y autodiff.Var) autodiff.Var { return b.InverseFunc(y) }

// ILDJ returns ILDJFunc(y).
func (b *Inline) ILDJ(y autodiff.Var) autodiff.Var { return b.ILDJFunc(y) }

// ForwardFLDJ returns ForwardFLDJFunc(x), or y = Forward(x) and −ILDJ(y) if there is none.
func (b *Inline) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	if b.ForwardFLDJFunc == nil {
		y = b.ForwardFunc(x)
		return y, b.ILDJFunc(y).Neg()
	}
	return b.ForwardFLDJFunc(x)
}
