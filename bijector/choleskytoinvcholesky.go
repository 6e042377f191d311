package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// CholeskyToInvCholesky maps the Cholesky factor of a matrix to that of its
// inverse: lower triangular n×n matrices with a positive diagonal, row by row,
// to such:
//
//	Y·Yᵀ = (X·Xᵀ)⁻¹,  log|det| = Σᵢ i·log(Yᵢᵢ/Xᵢᵢ),  i = 1 … n
//
// It is its own inverse. The log-determinant is that between the lower
// triangles; elements above the diagonal are not read. A diagonal that is not
// positive has log-determinant −∞. It costs O(n³) a row.
type CholeskyToInvCholesky struct{}

// Forward returns the Cholesky factor of (X·Xᵀ)⁻¹.
func (CholeskyToInvCholesky) Forward(x autodiff.Var) autodiff.Var {
	a := autodiff.Args{I: square("CholeskyToInvCholesky", x)}
	return invCholeskyOp.Apply(nil, a, x.Shape(), x)
}

// Inverse returns the Cholesky factor of (Y·Yᵀ)⁻¹.
func (c CholeskyToInvCholesky) Inverse(y autodiff.Var) autodiff.Var { return c.Forward(y) }

// ILDJ returns the log-determinant. That of X·Xᵀ, of the inverse, and of the
// factor sum to −Σᵢ (n+1+i)·log Xᵢᵢ − Σᵢ (n+1−i)·log Yᵢᵢ; as
// Σᵢ log(Xᵢᵢ·Yᵢᵢ) = 0, only the small terms are left.
func (c CholeskyToInvCholesky) ILDJ(y autodiff.Var) autodiff.Var {
	from := diagonals("CholeskyToInvCholesky", y)
	to := diagonals("CholeskyToInvCholesky", c.Forward(y))
	ratio := logPositive(to).Sub(logPositive(from))
	return within(ratio.Mul(ramp(y.Tape(), from.Cols(), 1, 1)).RowSum(), from)
}

// ForwardFLDJ returns Y and its log-determinant, the same function as ILDJ.
func (c CholeskyToInvCholesky) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	return c.Forward(x), c.ILDJ(x)
}

// invCholeskyOp takes X = U·Q apart, U upper triangular and Q orthogonal, so that
// Y = U⁻ᵀ: neither X·Xᵀ is made, which would square the condition number, nor its
// inverse.
var invCholeskyOp = &autodiff.Op{
	Name: "bijector.InvCholesky",
	Forward: func(c *autodiff.Call) {
		d := c.Args().I
		u, l := c.Temp(d*d), c.Temp(d*d)
		eachMatrix(c, d, func(at int) {
			copyLower(u, c.In(0)[at:], d)
			lowerToUpper(u, d)
			for i := range d {
				for j := range d {
					l[i*d+j] = u[j*d+i]
				}
			}
			triInverse(c.Out(0)[at:at+d*d], l, d)
		})
	},
	// With A = Y·Yᵀ and S its symmetric gradient, −2·A·S·A·X = −2·Y·(YᵀSY)·(YᵀX).
	Backward: func(c *autodiff.Call) {
		d := c.Args().I
		g, s, t, x := c.Temp(d*d), c.Temp(d*d), c.Temp(d*d), c.Temp(d*d)
		eachMatrix(c, d, func(at int) {
			y := c.Out(0)[at:]
			copy(g, c.OutGrad(0)[at:])
			clear(s)
			choleskyGrad(s, g, y, d)
			for i := range d {
				for j := range i {
					s[i*d+j] /= 2
					s[j*d+i] = s[i*d+j]
				}
			}
			kernel.Gemm(true, false, d, d, d, y, d, s, d, false, t, d)
			kernel.Gemm(false, false, d, d, d, t, d, y, d, false, s, d)
			copyLower(x, c.In(0)[at:], d)
			kernel.Gemm(true, false, d, d, d, y, d, x, d, false, t, d)
			kernel.Gemm(false, false, d, d, d, s, d, t, d, false, g, d)
			kernel.Gemm(false, false, d, d, d, y, d, g, d, false, t, d)
			addLower(c.InGrad(0)[at:], t, d, -2)
		})
	},
}

// lowerToUpper turns a lower triangular matrix by rotations of its columns into
// an upper triangular one with a positive diagonal.
func lowerToUpper(u []float64, d int) {
	for i := d - 1; i >= 0; i-- {
		for j := range i {
			a, b := u[i*d+i], u[i*d+j]
			m := max(math.Abs(a), math.Abs(b))
			if b == 0 || math.IsInf(m, 0) {
				continue
			}
			r := m * math.Sqrt(kernel.FMA(a/m, a/m, float64(b/m*(b/m))))
			rotateColumns(u, d, i, j, a/r, b/r)
			u[i*d+j] = 0
		}
		if u[i*d+i] < 0 {
			rotateColumns(u, d, i, i, -1, 0)
		}
	}
}

// rotateColumns sets columns i and j, down to row i, to c·uᵢ + s·uⱼ and c·uⱼ − s·uᵢ.
func rotateColumns(u []float64, d, i, j int, c, s float64) {
	for k := range i + 1 {
		x, y := u[k*d+i], u[k*d+j]
		u[k*d+j] = kernel.FMA(c, y, -float64(s*x))
		u[k*d+i] = kernel.FMA(c, x, float64(s*y))
	}
}
