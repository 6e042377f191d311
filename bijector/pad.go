package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// Pad puts constant columns before and behind:
//
//	y = (c, …, c, x₁, …, x_d, c, …, c),  log|det| = 0
//
// The log-determinant is that between x and its columns of y; the values in
// the others are not read. Both directions cost O(d) a row.
type Pad struct {
	Before, After int
	Value         float64 // c
}

// NewPad returns the map with the given count of columns before and behind.
// It panics if one is negative or the value is not finite.
func NewPad(before, after int, value float64) *Pad {
	p := &Pad{Before: before, After: after, Value: value}
	must(p.Restore())
	return p
}

// Restore checks the fields.
func (p *Pad) Restore() error {
	if p.Before < 0 || p.After < 0 || math.IsNaN(p.Value-p.Value) {
		return fmt.Errorf("bijector: Pad: got %d columns before, %d behind and the value %v, want no negative numbers and a finite value", p.Before, p.After, p.Value)
	}
	return nil
}

// Forward returns x with the constant columns, n×d → n×(Before+d+After).
func (p *Pad) Forward(x autodiff.Var) autodiff.Var {
	parts := make([]autodiff.Var, 0, 3)
	c := x.Tape().Scalar(p.Value)
	if p.Before > 0 {
		parts = append(parts, c.Expand(x.Rows(), p.Before))
	}
	parts = append(parts, x)
	if p.After > 0 {
		parts = append(parts, c.Expand(x.Rows(), p.After))
	}
	return autodiff.Concat(parts...)
}

// Inverse returns y without the constant columns. It panics if y has no others.
func (p *Pad) Inverse(y autodiff.Var) autodiff.Var { return y.Slice(p.Before, y.Cols()-p.After) }

// ILDJ returns 0.
func (p *Pad) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }
