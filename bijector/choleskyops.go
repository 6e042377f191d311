package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Operations on lower triangular matrices in the rows of their argument, n×d²; elements
// above the diagonal are neither read nor given a gradient.

// eachMatrix calls f for every d×d matrix in x, which begins
// at element at.
func eachMatrix(c *autodiff.Call, d int, f func(at int)) {
	for at := 0; at < len(c.In(0)); at += d * d {
		f(at)
	}
}

// choleskyOp has two outputs: L, n×d², with L·Lᵀ the symmetric matrix whose
// lower triangle the input holds, and n×1 whether there is such an L: 1 or 0.
// Where there is none, L is the identity. Args.I is d.
var choleskyOp = &autodiff.Op{
	Name: "bijector.Cholesky",
	Forward: func(c *autodiff.Call) {
		d := c.Args().I
		eachMatrix(c, d, func(at int) {
			l := c.Out(0)[at : at+d*d]
			copyLower(l, c.In(0)[at:], d)
			c.Out(1)[at/(d*d)] = 1
			if !cholesky(l, d) {
				c.Out(1)[at/(d*d)] = 0
				clear(l)
				for i := range d {
					l[i*d+i] = 1
				}
			}
		})
	},
	Backward: func(c *autodiff.Call) {
		if c.OutGrad(0) == nil {
			return
		}
		d, g := c.Args().I, c.Temp(c.Args().I*c.Args().I)
		eachMatrix(c, d, func(at int) {
			if c.Out(1)[at/(d*d)] == 0 {
				return
			}
			copy(g, c.OutGrad(0)[at:])
			choleskyGrad(c.InGrad(0)[at:], g, c.Out(0)[at:], d)
		})
	},
}

func copyLower(l, a []float64, d int) {
	clear(l)
	for i := range d {
		copy(l[i*d:i*d+i+1], a[i*d:])
	}
}

// cholesky replaces the lower triangle of a positive definite matrix by its
// factor; it returns false if a pivot is not positive. NaN spreads.
func cholesky(l []float64, d int) bool {
	for i := range d {
		row := l[i*d : (i+1)*d]
		for j := range i {
			row[j] = (row[j] - kernel.Dot(row[:j], l[j*d:j*d+j])) / l[j*d+j]
		}
		pivot := row[i] - kernel.Dot(row[:i], row[:i])
		if pivot <= 0 {
			return false
		}
		row[i] = math.Sqrt(pivot)
	}
	return true
}

// choleskyGrad adds to the lower triangle da the contribution of the gradient g of the factor l; g
// is overwritten. It is the algorithm in reverse: Iain Murray,
// Differentiation of the Cholesky decomposition, 2016, arXiv:1602.07527.
func choleskyGrad(da, g, l []float64, d int) {
	for i := d - 1; i >= 0; i-- {
		row, grow := l[i*d:(i+1)*d], g[i*d:(i+1)*d]
		for j := i; j >= 0; j-- {
			a := grow[j] / l[j*d+j]
			if j == i {
				a /= 2
				kernel.Axpy(grow[:i], row[:i], -2*a)
			} else {
				g[j*d+j] = kernel.FMA(-a, row[j], g[j*d+j])
				kernel.Axpy(grow[:j], l[j*d:j*d+j], -a)
				kernel.Axpy(g[j*d:j*d+j], row[:j], -a)
			}
			da[i*d+j] += a
		}
	}
}

// addLower adds sign times the lower triangle of g to dl.
func addLower(dl, g []float64, d int, sign float64) {
	for i := range d {
		kernel.Axpy(dl[i*d:i*d+i+1], g[i*d:i*d+i+1], sign)
	}
}
