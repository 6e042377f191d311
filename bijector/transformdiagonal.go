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
// It costs what B costs, and O(n²) a row.
type TransformDiagonal struct {
	N int
	B Bijector // n columns to n columns

	diag *Subset
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
	if t.N <= 0 || t.N > maxSide {
		return fmt.Errorf("bijector: TransformDiagonal: got %d rows, want 1 to %d", t.N, maxSide)
	}
	t.diag = &Subset{Index: make([]int, t.N), B: t.B}
	for i := range t.N {
		t.diag.Index[i] = i * (t.N + 1)
	}
	return t.diag.Restore()
}

// on returns the map of the diagonal, having checked those of x.
func (t *TransformDiagonal) on(x autodiff.Var) *Subset {
	wantCols("TransformDiagonal", x, t.N*t.N)
	return t.diag
}

// Forward returns X with its diagonal mapped.
func (t *TransformDiagonal) Forward(x autodiff.Var) autodiff.Var { return t.on(x).Forward(x) }

// Inverse returns Y with its diagonal mapped back.
func (t *TransformDiagonal) Inverse(y autodiff.Var) autodiff.Var { return t.on(y).Inverse(y) }

// ILDJ returns that of B.
func (t *TransformDiagonal) ILDJ(y autodiff.Var) autodiff.Var { return t.on(y).ILDJ(y) }

// FLDJ returns that of B.
func (t *TransformDiagonal) FLDJ(x autodiff.Var) autodiff.Var { return t.on(x).FLDJ(x) }

// CondDim returns the width of B's context.
func (t *TransformDiagonal) CondDim() int { return CondDim(t.B) }

// Given returns the map with B bound to the contexts.
func (t *TransformDiagonal) Given(ctx autodiff.Var) Bijector {
	bound := *t.diag
	bound.B = Given(t.B, ctx)
	return &TransformDiagonal{N: t.N, B: bound.B, diag: &bound}
}

// Initialize initialises B with the diagonal.
func (t *TransformDiagonal) Initialize(y autodiff.Var) { t.on(y).Initialize(y) }
