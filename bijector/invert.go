package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Invert is a bijector turned around: its Forward is B's Inverse.
//
// [Initialize] makes an [ActNorm], [Standardizer] or the network of a [Coupling] inside B
// start from the data that arrive there, by way of every [Chain], [Blockwise], [Subset],
// [PerPixel] and Invert that holds it. Anything else that starts from data must be
// initialised by hand before it is turned around. That goes for [BatchNorm],
// what an inverted one would gather are moments of its own results. [Observe] and [Statistics] take
// no notice of what is inside B: it stays the map that it is.
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

// Initialize initialises B from data as they arrive at its input.
func (i *Invert) Initialize(y autodiff.Var) {
	switch b := i.B.(type) {
	case *Invert:
		Initialize(b.B, y)
	case Chain:
		turned := make(Chain, len(b))
		for k, e := range b {
			turned[len(b)-1-k] = NewInvert(e)
		}
		turned.Initialize(y)
	case *Blockwise:
		turned := &Blockwise{Blocks: make([]Block, len(b.Blocks))}
		for k, e := range b.Blocks {
			turned.Blocks[k] = Block{B: NewInvert(e.B), In: e.Out, Out: e.In}
		}
		turned.Initialize(y)
	case *Coupling: // its network sees columns that pass unchanged
		b.Initialize(y)
	case *Subset:
		Initialize(NewInvert(b.B), y.Gather(b.Index))
	case *PerPixel:
		Initialize(NewInvert(b.B), b.rows(y))
	case *ActNorm, *Standardizer:
		// Their Inverse standardises what they are shown. Forward is to do that to y,
		// with mean m and deviation s: so show them mean −m/s and deviation 1/s.
		s := NewStandardizer(y.Cols())
		s.Initialize(y)
		Initialize(b, s.Inverse(s.Inverse(y)))
	}
}
