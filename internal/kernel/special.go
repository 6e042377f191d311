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

// coshPoly is Taylor's series of (2·(cosh x − 1)/x² − 1)/x² in x².
var coshPoly = [9]float64{
	2.0 / 24,
	2.0 / 720,
	2.0 / 40320,
	2.0 / 3628800,
	2.0 / 479001600,
	2.0 / 87178291200,
	2.0 / 20922789888000,
	2.0 / 6402373705728000,
	2.0 / 2432902008176640000,
}

func logCosh1(x float64) float64 {
	v := math.Abs(x)
	if v < 1 {
		z := float64(v * v)
		p := coshPoly[8]
		for i := 7; i >= 0; i-- {
			p = FMA(p, z, coshPoly[i])
		}
		h := float64(0.5 * z)
		return log1p1(FMA(float64(z*p), h, h))
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

// PowEach sets dst[i] = x[i] to the power p[i], with the special cases of
// math.Pow.
func PowEach(dst, x, p []float64) {
	var powers buffer
	for i := 0; i < len(x); i += block {
		n := min(block, len(x)-i)
		base, e, y := x[i:i+n], p[i:i+n], powers[:n]
		done := fastPower(y, base, e)
		for j, v := range base {
			if !done || !(v > 0 && v <= math.MaxFloat64 && math.Abs(e[j]) <= math.MaxFloat64) || e[j] == 1 {
				y[j] = pow1(v, e[j])
			}
		}
		copy(dst[i:], y)
	}
}

// block is how many elements go through a function of several passes at a
// time, in buffers on the stack.
const block = 128

type buffer [block]float64

// inBlocks calls f for the parts of dst and x.
func inBlocks(dst, x []float64, f func(dst, x []float64)) {
	dst = dst[:len(x)]
	for len(x) > 0 {
		n := min(len(x), block)
		f(dst[:n], x[:n])
		dst, x = dst[n:], x[n:]
	}
}
