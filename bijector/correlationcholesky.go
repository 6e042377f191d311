package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// CorrelationCholesky maps n(n−1)/2 elements to the Cholesky factor of a
// correlation matrix of n variables, n×n, row by row: a lower triangular
// matrix with a positive diagonal and rows of length 1. The elements fill the
// part below the diagonal in the order of [FillTriangular], the diagonal is
// 1, and every row is divided by its length:
//
//	Yᵢⱼ = Zᵢⱼ/‖Zᵢ‖,  log|det| = Σᵢ (i+1)·log Yᵢᵢ,  i = 1 … n
//
// The log-determinant is that between the elements and the part below the
// diagonal, which determines the rest. A diagonal that is not positive has
// log-determinant −∞. Both directions cost O(n²) a row.
type CorrelationCholesky struct {
	N int // n ≥ 2
}

// NewCorrelationCholesky returns the map for n variables. It panics if n < 2.
func NewCorrelationCholesky(n int) *CorrelationCholesky {
	c := &CorrelationCholesky{N: n}
	must(c.Restore())
	return c
}

// Restore checks n.
func (c *CorrelationCholesky) Restore() error {
	if c.N < 2 || c.N > maxSide {
		return fmt.Errorf("bijector: CorrelationCholesky: got %d variables, want 2 to %d", c.N, maxSide)
	}
	return nil
}

// square returns ‖Zᵢ‖² − 1 for all rows, n×N, and Z without its diagonal.
func (c *CorrelationCholesky) square(x autodiff.Var) (q, z autodiff.Var) {
	wantCols("CorrelationCholesky", x, c.N*(c.N-1)/2)
	z = fill(x, c.N, strictlyLower)
	return z.Reshape(x.Rows()*c.N, c.N).SquareRowSum().Reshape(x.Rows(), c.N), z
}

// Forward returns the factors, n×N(N−1)/2 → n×N².
func (c *CorrelationCholesky) Forward(x autodiff.Var) autodiff.Var {
	q, z := c.square(x)
	unit := eye(x.Tape(), c.N).Reshape(1, c.N*c.N)
	y := z.Add(unit).Reshape(x.Rows()*c.N, c.N).Div(q.AddConst(1).Sqrt().Reshape(x.Rows()*c.N, 1))
	return y.Reshape(x.Rows(), c.N*c.N)
}

// Inverse returns Yᵢⱼ/Yᵢᵢ below the diagonal.
func (c *CorrelationCholesky) Inverse(y autodiff.Var) autodiff.Var {
	wantCols("CorrelationCholesky", y, c.N*c.N)
	diag := diagonals("CorrelationCholesky", y).Max(tiny(y))
	z := y.Reshape(y.Rows()*c.N, c.N).Div(diag.Reshape(y.Rows()*c.N, 1))
	return unfill(z.Reshape(y.Rows(), c.N*c.N), c.N, strictlyLower)
}

// ILDJ returns −Σᵢ (i+1)·log Yᵢᵢ.
func (c *CorrelationCholesky) ILDJ(y autodiff.Var) autodiff.Var {
	wantCols("CorrelationCholesky", y, c.N*c.N)
	diag := diagonals("CorrelationCholesky", y)
	return within(logPositive(diag).Mul(ramp(y.Tape(), c.N, -2, -1)).RowSum(), diag)
}

// ForwardFLDJ returns the factors and −Σᵢ (i+1)·½·log(1 + Σⱼ Zᵢⱼ²) over j < i.
func (c *CorrelationCholesky) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	q, _ := c.square(x)
	return c.Forward(x), q.Log1p().Mul(ramp(x.Tape(), c.N, -1, -0.5)).RowSum()
}
