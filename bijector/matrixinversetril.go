package bijector

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// MatrixInverseTriL inverts lower triangular n×n matrices, row by row:
//
//	Y = X⁻¹,  log|det| = −(n+1)·Σᵢ log|Xᵢᵢ|
//
// It is its own inverse. The log-determinant is that between the lower
// triangles; elements above the diagonal are not read. A zero on the diagonal
// has log-determinant −∞. It costs O(n³) a row.
type MatrixInverseTriL struct{}

// Forward returns X⁻¹.
func (MatrixInverseTriL) Forward(x autodiff.Var) autodiff.Var {
	return triInverseOp.Apply(nil, autodiff.Args{I: square("MatrixInverseTriL", x)}, x.Shape(), x)
}

// Inverse returns Y⁻¹.
func (m MatrixInverseTriL) Inverse(y autodiff.Var) autodiff.Var { return m.Forward(y) }

// ILDJ returns −(n+1)·Σᵢ log|Yᵢᵢ|.
func (MatrixInverseTriL) ILDJ(y autodiff.Var) autodiff.Var {
	size := diagonals("MatrixInverseTriL", y).Abs()
	return within(logPositive(size).RowSum().MulConst(-float64(size.Cols()+1)), size)
}

// ForwardFLDJ returns X⁻¹ and −(n+1)·Σᵢ log|Xᵢᵢ|.
func (m MatrixInverseTriL) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	return m.Forward(x), m.ILDJ(x)
}

// triInverseOp is L⁻¹, with zeros above the diagonal.
var triInverseOp = &autodiff.Op{
	Name: "bijector.TriInverse",
	Forward: func(c *autodiff.Call) {
		d := c.Args().I
		eachMatrix(c, d, func(at int) { triInverse(c.Out(0)[at:at+d*d], c.In(0)[at:], d) })
	},
	Backward: func(c *autodiff.Call) { // −L⁻ᵀ·G·L⁻ᵀ
		d := c.Args().I
		g, t, dl := c.Temp(d*d), c.Temp(d*d), c.Temp(d*d)
		eachMatrix(c, d, func(at int) {
			inv := c.Out(0)[at:]
			copyLower(g, c.OutGrad(0)[at:], d)
			kernel.Gemm(true, false, d, d, d, inv, d, g, d, false, t, d)
			kernel.Gemm(false, true, d, d, d, t, d, inv, d, false, dl, d)
			addLower(c.InGrad(0)[at:], dl, d, -1)
		})
	},
}

func triInverse(x, l []float64, d int) {
	clear(x)
	for i := range d {
		row := x[i*d : (i+1)*d]
		for k := range i {
			kernel.Axpy(row[:k+1], x[k*d:k*d+k+1], l[i*d+k])
		}
		for j := range i {
			row[j] = 0 - row[j]/l[i*d+i] // never −0
		}
		row[i] = 1 / l[i*d+i]
	}
}
