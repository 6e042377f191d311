package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// FillScaleTriL maps n(n+1)/2 elements to a lower triangular n×n matrix with a
// positive diagonal, row by row: the scale of a Gaussian, say. The elements
// fill the triangle in the order of [FillTriangular], and B makes the diagonal
// positive:
//
//	Yᵢᵢ = B(X)ᵢᵢ + Shift,  log|det| = that of B on the diagonal
//
// The log-determinant is that between the elements and the triangle. Both
// directions cost as much as B, and O(n²) a row.
type FillScaleTriL struct {
	N     int
	B     Bijector // n columns to n positive ones
	Shift float64  // ≥ 0 keeps the diagonal away from 0

	chain Chain
}

// NewFillScaleTriL returns the map to n×n matrices; nil b is a softplus. TensorFlow
// Probability's shift is 1e-5.
//
// It panics if n is not positive or shift is negative.
func NewFillScaleTriL(n int, b Bijector, shift float64) *FillScaleTriL {
	if b == nil {
		b = &Softplus{}
	}
	f := &FillScaleTriL{N: n, B: b, Shift: shift}
	must(f.Restore())
	return f
}

// Restore checks the fields and composes the map.
func (f *FillScaleTriL) Restore() error {
	fill := &FillTriangular{N: f.N}
	if err := fill.Restore(); err != nil {
		return err
	}
	if !(f.Shift >= 0) || math.IsInf(f.Shift, 1) {
		return fmt.Errorf("bijector: FillScaleTriL: got the shift %v, want a finite number of at least 0", f.Shift)
	}
	diag := &TransformDiagonal{N: f.N, B: f.B}
	if f.B != nil {
		diag.B = Chain{f.B, NewShift(autodiff.Fixed(f.Shift))}
	}
	f.chain = Chain{fill, diag}
	return diag.Restore()
}

// Forward returns the matrices, n×N(N+1)/2 → n×N².
func (f *FillScaleTriL) Forward(x autodiff.Var) autodiff.Var { return f.chain.Forward(x) }

// Inverse returns the elements.
func (f *FillScaleTriL) Inverse(y autodiff.Var) autodiff.Var { return f.chain.Inverse(y) }

// ILDJ returns that of B on the diagonal.
func (f *FillScaleTriL) ILDJ(y autodiff.Var) autodiff.Var { return f.chain.ILDJ(y) }

// InverseILDJ returns both.
func (f *FillScaleTriL) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	return f.chain.InverseILDJ(y)
}

// ForwardFLDJ returns the matrices and the log-determinant of B on the diagonal.
func (f *FillScaleTriL) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	return f.chain.ForwardFLDJ(x)
}

// CondDim returns the width of B's context.
func (f *FillScaleTriL) CondDim() int { return CondDim(f.B) }

// Given returns the map with B bound to the contexts.
func (f *FillScaleTriL) Given(ctx autodiff.Var) Bijector {
	return &FillScaleTriL{N: f.N, B: Given(f.B, ctx), Shift: f.Shift, chain: f.chain.Given(ctx).(Chain)}
}
