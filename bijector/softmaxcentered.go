package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// SoftmaxCentered maps Rᵈ to the inside of the simplex of d+1 positive numbers
// with sum 1:
//
//	y = softmax(x₁, …, x_d, 0)
//
// Its log-determinant is that of the d-dimensional volume on the simplex as a
// surface in Rᵈ⁺¹, ½·log det(JᵀJ) = ½·log(d+1) + Σⱼ log yⱼ. A row with a
// component that is not positive has log-determinant −∞; the sum is not checked.
// Both directions cost O(d) a row.
type SoftmaxCentered struct{}

func centred(x autodiff.Var) autodiff.Var {
	return autodiff.Concat(x, x.Tape().Zeros(x.Rows(), 1))
}

// Forward returns the softmax, n×d → n×(d+1).
func (SoftmaxCentered) Forward(x autodiff.Var) autodiff.Var { return centred(x).RowSoftmax() }

// Inverse returns log yⱼ − log y_{d+1}, n×(d+1) → n×d.
func (SoftmaxCentered) Inverse(y autodiff.Var) autodiff.Var {
	l, d := logPositive(y), y.Cols()-1
	return l.Slice(0, d).Sub(l.Slice(d, d+1))
}

// ILDJ returns −½·log(d+1) − Σⱼ log yⱼ.
func (SoftmaxCentered) ILDJ(y autodiff.Var) autodiff.Var {
	return within(logPositive(y).RowSum().AddConst(math.Log(float64(y.Cols()))/2).Neg(), y)
}

// ForwardFLDJ returns y and ½·log(d+1) + Σⱼ xⱼ − (d+1)·log(1 + Σⱼ exp xⱼ).
func (s SoftmaxCentered) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	return s.Forward(x), logSoftmaxSum.Apply(nil, autodiff.Args{}, autodiff.Shape{Rows: x.Rows(), Cols: 1}, x)
}

// logSoftmaxSum is ½·log n + Σⱼ log softmax(x, 0)ⱼ for the n = d+1 values of a
// row and 0, less their largest m: Σⱼ (xⱼ−m) − n·log Σⱼ exp(xⱼ−m), a sum of terms of
// one sign.
var logSoftmaxSum = &autodiff.Op{
	Name: "bijector.LogSoftmaxSum",
	Forward: func(c *autodiff.Call) {
		d := c.InShape(0).Cols
		z := c.Temp(d + 1)
		for i := range c.Out(0) {
			c.Out(0)[i] = sumOfLogSoftmax(z, c.In(0)[i*d:(i+1)*d])
		}
	},
	Backward: func(c *autodiff.Call) { // 1 − n·softmax
		d := c.InShape(0).Cols
		z := c.Temp(d + 1)
		for i, g := range c.OutGrad(0) {
			sumOfLogSoftmax(z, c.In(0)[i*d:(i+1)*d])
			n := float64(d+1) / kernel.Sum(z)
			for j, dx := range c.InGrad(0)[i*d : (i+1)*d] {
				c.InGrad(0)[i*d+j] = dx + float64(g*kernel.FMA(-n, z[j], 1))
			}
		}
	},
}

// sumOfLogSoftmax returns the value of logSoftmaxSum for a row and leaves the
// exponentials in z.
func sumOfLogSoftmax(z, x []float64) float64 {
	n := float64(len(z))
	z[copy(z, x)] = 0
	var most [1]float64
	kernel.RowMax(most[:], z, 1, len(z))
	var sum, rest float64
	for j, v := range z {
		d, e := difference(v, most[0])
		s, f := difference(sum, -d)
		z[j], sum, rest = d, s, rest+(e+f)
	}
	kernel.Exp(z, z)
	total := [2]float64{kernel.Sum(z), n}
	kernel.Log(total[:], total[:])
	return kernel.FMA(-n, total[0], rest+0.5*total[1]+sum)
}

// difference returns a − b as a sum of two values.
func difference(a, b float64) (d, rest float64) {
	d = a - b
	t := a - d
	return d, (a - (d + t)) + (t - b)
}
