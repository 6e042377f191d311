package kernel

import "math"

// pow1 returns xᵖ with the special cases of math.Pow.
func pow1(x, p float64) float64 {
	switch {
	case p == 0 || x == 1:
		return 1
	case p == 1:
		return x
	case x != x || p != p:
		return math.NaN()
	case math.IsInf(p, 0):
		return powInf(math.Abs(x), p > 0)
	}
	odd := math.Abs(p) < 0x1p53 && math.Floor(p) == p && math.Mod(p, 2) != 0
	v := math.Abs(x)
	var y float64
	switch {
	case v == 0:
		y = powInf(0, p > 0)
	case math.IsInf(v, 0):
		y = powInf(2, p > 0)
	case x < 0 && math.Floor(p) != p:
		return math.NaN()
	default:
		y = powFinite(v, p)
	}
	if odd {
		y = math.Copysign(y, x)
	}
	return y
}

// powInf returns vᵖ for p = ∞, or p = −∞ where up is false.
func powInf(v float64, up bool) float64 {
	switch {
	case v == 1:
		return 1
	case (v > 1) == up:
		return math.Inf(1)
	}
	return 0
}

// powFinite returns exp(p·log x) with the logarithm and the product wide.
func powFinite(x, p float64) float64 {
	l := wideLog(x)
	h := float64(p * l.hi)
	return ExpSum(h, FMA(p, l.lo, FMA(p, l.hi, -h)))
}
