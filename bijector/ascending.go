package bijector

import "github.com/normflow/normflow/autodiff"

// Ascending maps Rᵈ to the rows whose elements ascend:
//
//	y₁ = x₁,  yⱼ = yⱼ₋₁ + exp(xⱼ),  log|det| = Σ_{j≥2} xⱼ
//
// A row that does not ascend has log-determinant −∞. Both directions cost O(d)
// a row.
type Ascending struct{}

// Forward returns y.
func (Ascending) Forward(x autodiff.Var) autodiff.Var {
	d := x.Cols()
	if d == 1 {
		return x
	}
	return autodiff.Concat(x.Slice(0, 1), x.Slice(1, d).Exp()).RowCumSum()
}

// steps returns yⱼ − yⱼ₋₁ for j ≥ 2; there must be two columns.
func (Ascending) steps(y autodiff.Var) autodiff.Var {
	d := y.Cols()
	return y.Slice(1, d).Sub(y.Slice(0, d-1))
}

// Inverse returns x₁ = y₁ and xⱼ = log(yⱼ − yⱼ₋₁).
func (a Ascending) Inverse(y autodiff.Var) autodiff.Var {
	if y.Cols() == 1 {
		return y
	}
	return autodiff.Concat(y.Slice(0, 1), logPositive(a.steps(y)))
}

// ILDJ returns −Σ_{j≥2} log(yⱼ − yⱼ₋₁).
func (a Ascending) ILDJ(y autodiff.Var) autodiff.Var {
	if y.Cols() == 1 {
		return zero(y)
	}
	s := a.steps(y)
	return within(logPositive(s).RowSum().Neg(), s)
}

// ForwardFLDJ returns y and Σ_{j≥2} xⱼ.
func (a Ascending) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	if x.Cols() == 1 {
		return x, zero(x)
	}
	return a.Forward(x), x.Slice(1, x.Cols()).RowSum()
}
