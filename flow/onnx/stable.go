package onnx

import "math"

// Functions that runtimes do not have in float64, by those that they have, without loss of digits.

// log1p returns log(1 + v): what rounding takes from 1 + v is put back by a quotient. W. Kahan.
func (v value) log1p() value {
	u := v.plus(1)
	gained := u.plus(-1)
	small := v.where(gained.abs().less(v.c(1e-20)), u.log().mul(v.div(gained)))
	return u.log().where(v.c(1).less(v), small)
}

// log1pSquare returns log(1 + v²), also where the square is beyond the float64 numbers.
func (v value) log1pSquare() value {
	far := v.c(1e9).less(v.abs())
	return v.abs().log().times(2).where(far, v.c(0).where(far, v).square().log1p())
}

// asinh returns log(v + √(v² + 1)).
func (v value) asinh() value {
	a := v.abs()
	far := v.c(1e9).less(a)
	near := v.c(0).where(far, a)
	square := near.square()
	y := a.log().plus(math.Ln2).where(far, near.add(square.div(square.plus(1).sqrt().plus(1))).log1p())
	return y.signed(v)
}

// expm1 returns eᵛ − 1 = tanh(v/2)·(eᵛ + 1).
func (v value) expm1() value { return v.times(0.5).tanh().mul(v.exp().plus(1)) }

// softplus returns log(1 + eᵛ).
func (v value) softplus() value { return v.max(v.c(0)).add(v.abs().neg().exp().log1p()) }

// logSigmoid returns log σ(v).
func (v value) logSigmoid() value { return v.neg().softplus().neg() }

// logSumExp returns the logarithm of the sum of the exponentials of each row, −∞ if all are.
func (v value) logSumExp() value {
	top := v.rowMax()
	finite := top.clamp(-math.MaxFloat64, math.MaxFloat64)
	return v.sub(finite).exp().rowSum().log().add(finite)
}
