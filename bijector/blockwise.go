package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// A Block is a bijector with the number of columns of its input and of its output.
type Block struct {
	B       Bijector
	In, Out int
}

// Blockwise applies a bijector to each block of neighbouring columns:
//
//	y = (B₁(x₁), B₂(x₂), …),  log|det| = Σ log|det Bᵢ|
//
// Blocks may change the number of columns: then the log-determinant means
// what the blocks' mean. It costs as much as the blocks, and O(d) a row.
type Blockwise struct{ Blocks []Block }

// NewBlockwise returns the map of the given blocks, in the order of the
// columns. A block's Out is its In if it is 0.
//
// It panics if there are no blocks, or a width is not positive.
func NewBlockwise(blocks ...Block) *Blockwise {
	b := &Blockwise{Blocks: append([]Block(nil), blocks...)}
	for i := range b.Blocks {
		if b.Blocks[i].Out == 0 {
			b.Blocks[i].Out = b.Blocks[i].In
		}
	}
	must(b.Restore())
	return b
}

// Restore checks the fields.
func (b *Blockwise) Restore() error {
	if len(b.Blocks) == 0 {
		return fmt.Errorf("bijector: Blockwise: got no blocks, want at least one")
	}
	for i, k := range b.Blocks {
		if k.B == nil || k.In <= 0 || k.Out <= 0 {
			return fmt.Errorf("bijector: Blockwise: block %d: got bijector %T from %d to %d columns, want one with at least one column each", i, k.B, k.In, k.Out)
		}
	}
	return nil
}

// width returns the number of columns of x, or of y.
func (b *Blockwise) width(out bool) (d int) {
	for _, k := range b.Blocks {
		d += k.columns(out)
	}
	return d
}

func (k Block) columns(out bool) int {
	if out {
		return k.Out
	}
	return k.In
}

// each sets parts to f of every block and its columns of v, which is y if out.
func (b *Blockwise) each(parts []autodiff.Var, v autodiff.Var, out bool, f func(k Block, v autodiff.Var) autodiff.Var) []autodiff.Var {
	wantCols("Blockwise", v, b.width(out))
	at := 0
	for _, k := range b.Blocks {
		d := k.columns(out)
		parts = append(parts, f(k, v.Slice(at, at+d)))
		at += d
	}
	return parts
}

// few parts, as most maps have, need no allocation.
const few = 8

// Forward returns Bᵢ(xᵢ) side by side.
func (b *Blockwise) Forward(x autodiff.Var) autodiff.Var {
	var first [few]autodiff.Var
	return autodiff.Concat(b.each(first[:0], x, false, func(k Block, x autodiff.Var) autodiff.Var {
		return k.given(k.B.Forward(x))
	})...)
}

// given returns y, having checked its width.
func (k Block) given(y autodiff.Var) autodiff.Var {
	wantCols("Blockwise: Forward of a block", y, k.Out)
	return y
}

// Inverse returns Bᵢ⁻¹(yᵢ) side by side.
func (b *Blockwise) Inverse(y autodiff.Var) autodiff.Var {
	var first [few]autodiff.Var
	return autodiff.Concat(b.each(first[:0], y, true, func(k Block, y autodiff.Var) autodiff.Var { return k.B.Inverse(y) })...)
}

// ILDJ returns the sum of the blocks' log-determinants.
func (b *Blockwise) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.InverseILDJ(y); return l }

// InverseILDJ returns both.
func (b *Blockwise) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	var first [few]autodiff.Var
	none := zero(y)
	ildj = none
	parts := b.each(first[:0], y, true, func(k Block, y autodiff.Var) autodiff.Var {
		x, l := InverseILDJ(k.B, y)
		ildj = plus(ildj, l, none)
		return x
	})
	return autodiff.Concat(parts...), ildj
}

// ForwardFLDJ returns Bᵢ(xᵢ) side by side and the sum of the blocks' log-determinants.
func (b *Blockwise) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	var first [few]autodiff.Var
	none := zero(x)
	fldj = none
	parts := b.each(first[:0], x, false, func(k Block, x autodiff.Var) autodiff.Var {
		y, l := ForwardFLDJ(k.B, x)
		fldj = plus(fldj, l, none)
		return k.given(y)
	})
	return autodiff.Concat(parts...), fldj
}

// CondDim returns the width of the context that blocks need. It panics if they
// disagree.
func (b *Blockwise) CondDim() int {
	chain := make(Chain, len(b.Blocks))
	for i, k := range b.Blocks {
		chain[i] = k.B
	}
	return chain.CondDim()
}

// Given returns the map with its blocks bound to the contexts.
func (b *Blockwise) Given(ctx autodiff.Var) Bijector {
	bound := &Blockwise{Blocks: make([]Block, len(b.Blocks))}
	for i, k := range b.Blocks {
		k.B = Given(k.B, ctx)
		bound.Blocks[i] = k
	}
	return bound
}
