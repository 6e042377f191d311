package bijector

import "github.com/normflow/normflow/autodiff"

// MatrixInverseTriL inverts lower triangular n×n matrices, row by row:
//
//	Y = X⁻¹,  log|det| = −(n+1)·Σᵢ log|Xᵢᵢ|
//
// It is its own inverse. The log-determinant is that between the lower
// triangles; what stands above the diagonal is not read. A zero on the diagonal
// has log-determinant −∞. It costs O(n³) a row.
type MatrixInverseTriL struct{}

// Forward returns X⁻¹.
func (MatrixInverseTriL) Forward(x autodiff.Var) autodiff.Var {
	return triInverseOp.Apply(nil, autodiff.Args{I: square("MatrixInverseTriL", x)}, x.Shape(), x)
}

// Inverse returns Y⁻¹.
func (m MatrixInverseTriL) Inverse(y autodiff.Var) autodiff.Var { return m.Forward(y) }

// ILDJ returns −(n+1)·Σᵢ log|Yᵢᵢ|.
func (m MatrixInverseTriL) ILDJ(y autodiff.Var) autodiff.Var { return m.FLDJ(y) }

// FLDJ returns −(n+1)·Σᵢ log|Xᵢᵢ|.
func (MatrixInverseTriL) FLDJ(x autodiff.Var) autodiff.Var {
	size := diagonals("MatrixInverseTriL", x).Abs()
	return within(logPositive(size).RowSum().MulConst(-float64(size.Cols()+1)), size)
}
