package kernel

import "math"

// Functions of one value: those of slices set every element to the same bits.

// ExpOne returns exp(x).
func ExpOne(x float64) float64 { return exp1(x) }

// Expm1One returns exp(x) − 1.
func Expm1One(x float64) float64 { return expm11(x) }

// LogOne returns log x.
func LogOne(x float64) float64 { return log1(x) }

// Log1pOne returns log(1+x).
func Log1pOne(x float64) float64 { return log1p1(x) }

// Log1mExpOne returns log(1 − exp(−x)), x > 0.
func Log1mExpOne(x float64) float64 { return log1mExp1(x) }

// PowOne returns xᵖ with the special cases of math.Pow.
func PowOne(x, p float64) float64 { return pow1(x, p) }

// SinOne returns sin x.
func SinOne(x float64) float64 { return sin1(x) }

// CosOne returns cos x.
func CosOne(x float64) float64 { return cos1(x) }

// AtanOne returns atan x.
func AtanOne(x float64) float64 { return atan1(x) }

// SinhOne returns sinh x.
func SinhOne(x float64) float64 { return sinh1(x) }

// CoshOne returns cosh x.
func CoshOne(x float64) float64 { return cosh1(x) }

// TanhOne returns tanh x.
func TanhOne(x float64) float64 { return tanh1(x) }

// AsinhOne returns asinh x.
func AsinhOne(x float64) float64 { return asinh1(x) }

// SigmoidOne returns 1/(1+exp(−x)).
func SigmoidOne(x float64) float64 { return sigmoid1(x) }

// LambertWOne returns the w with w·exp(w) = z ≥ 0.
func LambertWOne(z float64) float64 { return lambertW1(z) }

// NormalCDFOne returns Φ(x).
func NormalCDFOne(x float64) float64 { return normalCDF1(x, exp1(-0.5*float64(x*x))) }

// NormalWithin returns Φ(x) − Φ(−x), exact near 0, for x ≥ 0.
func NormalWithin(x float64) float64 {
	if x < 0.7 {
		return float64(2 * x * chains(centralPoly[:], float64(x*x)))
	}
	return 1 - 2*NormalCDFOne(-x)
}

// NormalTail returns exp(t²/2)·Φ(−t), which overflows for t below −37.
func NormalTail(t float64) float64 {
	switch {
	case t >= 0.6 || t != t:
		return scaledTail(t)
	case t < -40:
		return math.Inf(1)
	}
	h := float64(t * t)
	e := exp1(0.5 * h)
	return float64(FMA(0.5*FMA(t, t, -h), e, e) * NormalCDFOne(-t))
}

// NormalQuantileAt returns the x with Φ(x) = ½ + c, given tail = ½ − |c| as well, so that
// neither the middle nor the tails lose digits.
func NormalQuantileAt(c, tail float64) float64 {
	return quantileAt(c, tail, log1(quantileArg(tail)))
}
