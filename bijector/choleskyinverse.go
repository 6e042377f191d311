package bijector

import "github.com/normflow/normflow/autodiff"

// CholeskyToInvCholesky maps the Cholesky factor of a matrix to that of its
// inverse: lower triangular n×n matrices with a positive diagonal, row by row,
// to such:
//
//	Y·Yᵀ = (X·Xᵀ)⁻¹,  log|det| = Σᵢ i·log(Yᵢᵢ/Xᵢᵢ),  i = 1 … n
//
// It is its own inverse. The log-determinant is that between the lower
// triangles; what stands above the diagonal is not read. A diagonal that is not
// positive has log-determinant −∞. It costs O(n³) a row.
type CholeskyToInvCholesky struct{}

// Forward returns the Cholesky factor of (X·Xᵀ)⁻¹ = X⁻ᵀ·X⁻¹.
func (CholeskyToInvCholesky) Forward(x autodiff.Var) autodiff.Var {
	a := autodiff.Args{I: square("CholeskyToInvCholesky", x)}
	inv := triInverseOp.Apply(nil, a, x.Shape(), x)
	gram := outerOp.Apply(nil, autodiff.Args{I: a.I, J: 1}, x.Shape(), inv)
	y, _ := choleskyOp.Apply2(nil, a, x.Shape(), autodiff.Shape{Rows: x.Rows(), Cols: 1}, gram)
	return y
}

// Inverse returns the Cholesky factor of (Y·Yᵀ)⁻¹.
func (c CholeskyToInvCholesky) Inverse(y autodiff.Var) autodiff.Var { return c.Forward(y) }

// ILDJ returns the same function as FLDJ.
func (c CholeskyToInvCholesky) ILDJ(y autodiff.Var) autodiff.Var { return c.FLDJ(y) }

// FLDJ returns the log-determinant. That of X·Xᵀ, of the inverse, and of the
// factor sum to −Σᵢ (n+1+i)·log Xᵢᵢ − Σᵢ (n+1−i)·log Yᵢᵢ, of which
// Σᵢ log(Xᵢᵢ·Yᵢᵢ) = 0 leaves the small terms.
func (c CholeskyToInvCholesky) FLDJ(x autodiff.Var) autodiff.Var {
	from := diagonals("CholeskyToInvCholesky", x)
	to := diagonals("CholeskyToInvCholesky", c.Forward(x))
	ratio := logPositive(to).Sub(logPositive(from))
	return within(ratio.Mul(ramp(x.Tape(), from.Cols(), 1, 1)).RowSum(), from)
}
