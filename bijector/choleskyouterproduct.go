package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// CholeskyOuterProduct maps lower triangular n×n matrices with a positive
// diagonal, row by row, to the symmetric positive definite ones:
//
//	Y = X·Xᵀ,  log|det| = n·log 2 + Σᵢ (n+1−i)·log Xᵢᵢ,  i = 1 … n
//
// The log-determinant is that between the lower triangles, n(n+1)/2 elements
// each; elements above the diagonal are not read. A Y that is not positive
// definite has log-determinant −∞. Both directions cost O(n³) a row.
type CholeskyOuterProduct struct{}

// Forward returns X·Xᵀ.
func (CholeskyOuterProduct) Forward(x autodiff.Var) autodiff.Var {
	return outerOp.Apply(nil, autodiff.Args{I: square("CholeskyOuterProduct", x)}, x.Shape(), x)
}

// factor returns the Cholesky factors and whether there are any, n×1.
func (CholeskyOuterProduct) factor(y autodiff.Var) (x, ok autodiff.Var) {
	return choleskyOp.Apply2(nil, autodiff.Args{I: square("CholeskyOuterProduct", y)}, y.Shape(), autodiff.Shape{Rows: y.Rows(), Cols: 1}, y)
}

// Inverse returns the Cholesky factor of Y.
func (c CholeskyOuterProduct) Inverse(y autodiff.Var) autodiff.Var { x, _ := c.factor(y); return x }

// ILDJ returns −n·log 2 − Σᵢ (n+1−i)·log Xᵢᵢ of the Cholesky factor.
func (c CholeskyOuterProduct) ILDJ(y autodiff.Var) autodiff.Var {
	x, ok := c.factor(y)
	return within(c.logDet(x).Neg(), ok)
}

// ForwardFLDJ returns X·Xᵀ and n·log 2 + Σᵢ (n+1−i)·log Xᵢᵢ.
func (c CholeskyOuterProduct) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	return c.Forward(x), c.logDet(x)
}

func (CholeskyOuterProduct) logDet(x autodiff.Var) autodiff.Var {
	diag := diagonals("CholeskyOuterProduct", x)
	n := diag.Cols()
	logs := logPositive(diag)
	return within(logs.Mul(ramp(x.Tape(), n, float64(n), -1)).RowSum().AddConst(float64(n)*math.Ln2), diag)
}

// outerOp is L·Lᵀ, in full.
var outerOp = &autodiff.Op{
	Name: "bijector.Outer",
	Forward: func(c *autodiff.Call) {
		d := c.Args().I
		l := c.Temp(d * d)
		eachMatrix(c, d, func(at int) {
			copyLower(l, c.In(0)[at:], d)
			kernel.Gemm(false, true, d, d, d, l, d, l, d, false, c.Out(0)[at:], d)
		})
	},
	Backward: func(c *autodiff.Call) { // (G + Gᵀ)·L
		d := c.Args().I
		l, s, dl := c.Temp(d*d), c.Temp(d*d), c.Temp(d*d)
		eachMatrix(c, d, func(at int) {
			copyLower(l, c.In(0)[at:], d)
			g := c.OutGrad(0)[at:]
			for i := range d {
				for j := range d {
					s[i*d+j] = g[i*d+j] + g[j*d+i]
				}
			}
			kernel.Gemm(false, false, d, d, d, s, d, l, d, false, dl, d)
			addLower(c.InGrad(0)[at:], dl, d, 1)
		})
	},
}
