package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
)

// SoftmaxCentered maps Rᵈ to the inside of the simplex of d+1 positive numbers
// with sum 1:
//
//	y = softmax(x₁, …, x_d, 0)
//
// Its log-determinant is that of the d-dimensional volume on the simplex as a
// surface in Rᵈ⁺¹, ½·log det(JᵀJ) = ½·log(d+1) + Σⱼ log yⱼ. A row with a
// number that is not positive has log-determinant −∞; the sum is not checked.
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

// FLDJ returns ½·log(d+1) + Σⱼ xⱼ − (d+1)·log(1 + Σⱼ exp xⱼ).
func (SoftmaxCentered) FLDJ(x autodiff.Var) autodiff.Var {
	z := centred(x)
	logs := z.Sub(z.RowLogSumExp())
	return logs.RowSum().AddConst(math.Log(float64(z.Cols())) / 2)
}
