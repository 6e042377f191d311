package bijector

import "github.com/normflow/normflow/autodiff"

// UnitVector maps Rᵈ to the unit sphere in Rᵈ⁺¹ without its pole (0, …, 0, 1),
// by the inverse of stereographic projection:
//
//	yⱼ = 2xⱼ/(1+q) for j ≤ d,  y_{d+1} = (q−1)/(q+1),  q = ‖x‖²
//
// Its log-determinant is that of the d-dimensional volume on the sphere,
// ½·log det(JᵀJ) = d·log(2/(1+q)). That y has length 1 is not checked; the pole
// has log-determinant −∞, and near it, where 1 − y_{d+1} has few digits, x has
// no more. Both directions cost O(d) a row.
type UnitVector struct{}

// Forward returns y, n×d → n×(d+1).
func (UnitVector) Forward(x autodiff.Var) autodiff.Var {
	p := x.SquareRowSum().AddConst(1)
	last := p.Recip().MulConst(-2).AddConst(1)
	return autodiff.Concat(x.MulConst(2).Div(p), last)
}

// gap returns 1 − y_{d+1} = 2/(1+q).
func (UnitVector) gap(y autodiff.Var) autodiff.Var {
	return y.Slice(y.Cols()-1, y.Cols()).Neg().AddConst(1)
}

// Inverse returns yⱼ/(1 − y_{d+1}), n×(d+1) → n×d.
func (u UnitVector) Inverse(y autodiff.Var) autodiff.Var {
	gap := u.gap(y).Max(tiny(y))
	return y.Slice(0, y.Cols()-1).Div(gap)
}

// ILDJ returns −d·log(1 − y_{d+1}).
func (u UnitVector) ILDJ(y autodiff.Var) autodiff.Var {
	gap := u.gap(y)
	return within(logPositive(gap).MulConst(-float64(y.Cols()-1)), gap)
}

// ForwardFLDJ returns y and d·log(2/(1+q)).
func (u UnitVector) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	half := x.SquareRowSum().AddConst(-1).MulConst(0.5) // (1+q)/2 − 1, small near the equator
	return u.Forward(x), half.Log1p().MulConst(-float64(x.Cols()))
}
