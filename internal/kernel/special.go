package kernel

import "math"

const ln2 = 0x1.62e42fefa39efp-1

// Log1mExp sets dst[i] = log(1 − exp(−x[i])), x[i] > 0: −Inf at 0 and NaN below.
func Log1mExp(dst, x []float64) {
	if fastLog1mExp(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = log1mExp1(v)
	}
}

// log1mExp1 keeps the difference away from cancellation: near 0 by expm1, far
// from it by log1p.
func log1mExp1(x float64) float64 {
	if x < ln2 {
		return log1(-expm11(-x))
	}
	return log1p1(-exp1(-x))
}

// LogCosh sets dst[i] = log cosh(x[i]).
func LogCosh(dst, x []float64) {
	if fastLogCosh(dst, x) {
		return
	}
	for i, v := range x {
		dst[i] = logCosh1(v)
	}
}

func logCosh1(x float64) float64 {
	v := math.Abs(x)
	if v < 1 { // ½·log(1 + sinh²v)
		s := sinh1(v)
		return float64(0.5 * log1p1(float64(s*s)))
	}
	return (v - ln2) + log1p1(exp1(-2*v))
}

// Atanh sets dst[i] = atanh(x[i]), ±Inf at ±1 and NaN beyond.
func Atanh(dst, x []float64) {
	if fastAtanh(dst, x) {
		return
	}
	for i, v := range x {
		a := math.Abs(v)
		dst[i] = math.Copysign(float64(0.5*log1p1(2*a/(1-a))), v)
	}
}

// Log1mSquare sets dst[i] = log(1 − x[i]²).
func Log1mSquare(dst, x []float64) {
	if fastLog1mSquare(dst, x) {
		return
	}
	for i, v := range x {
		a := math.Abs(v)
		if a < 0.5 {
			dst[i] = log1p1(float64(-a * a))
		} else {
			dst[i] = log1(float64((1 - a) * (1 + a)))
		}
	}
}

// PowEach sets dst[i] = x[i] to the power p[i], with the special cases of math.Pow.
func PowEach(dst, x, p []float64) {
	for i, v := range x {
		dst[i] = pow1(v, p[i])
	}
}
