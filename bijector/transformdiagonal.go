package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// TransformDiagonal applies a bijector to the diagonal of n×n matrices, row by
// row, and keeps the rest:
//
//	Yᵢᵢ = B(X₁₁, …, Xₙₙ)ᵢ,  log|det| = that of B
//
// It costs as much as B, and O(n²) a row.
type TransformDiagonal struct {
	N int
	B Bijector // n columns to n columns
}

// NewTransformDiagonal returns the map of n×n matrices. It panics if n is not
// positive.
func NewTransformDiagonal(n int, b Bijector) *TransformDiagonal {
	t := &TransformDiagonal{N: n, B: b}
	must(t.Restore())
	return t
}

// Restore checks the fields.
func (t *TransformDiagonal) Restore() error {
	if t.N <= 0 || t.N > maxSide || t.B == nil {
		return fmt.Errorf("bijector: TransformDiagonal: got %d rows and bijector %T, want 1 to %d, and a bijector", t.N, t.B, maxSide)
	}
	return nil
}

// diag returns the diagonals of x, having checked its columns.
func (t *TransformDiagonal) diag(x autodiff.Var) autodiff.Var {
	wantCols("TransformDiagonal", x, t.N*t.N)
	return diagonals("TransformDiagonal", x)
}

// Forward returns X with its diagonal mapped.
func (t *TransformDiagonal) Forward(x autodiff.Var) autodiff.Var {
	return withDiagonal(x, t.B.Forward(t.diag(x)))
}

// Inverse returns Y with its diagonal mapped back.
func (t *TransformDiagonal) Inverse(y autodiff.Var) autodiff.Var {
	return withDiagonal(y, t.B.Inverse(t.diag(y)))
}

// ILDJ returns that of B.
func (t *TransformDiagonal) ILDJ(y autodiff.Var) autodiff.Var { return t.B.ILDJ(t.diag(y)) }

// InverseILDJ returns both.
func (t *TransformDiagonal) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	d, ildj := InverseILDJ(t.B, t.diag(y))
	return withDiagonal(y, d), ildj
}

// ForwardFLDJ returns X with its diagonal mapped and the log-determinant of B.
func (t *TransformDiagonal) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	d, fldj := ForwardFLDJ(t.B, t.diag(x))
	return withDiagonal(x, d), fldj
}

// CondDim returns the width of B's context.
func (t *TransformDiagonal) CondDim() int { return CondDim(t.B) }

// Given returns the map with B bound to the contexts.
func (t *TransformDiagonal) Given(ctx autodiff.Var) Bijector {
	return &TransformDiagonal{N: t.N, B: Given(t.B, ctx)}
}
