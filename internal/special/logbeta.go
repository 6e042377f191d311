package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// LogBeta returns log B(a, b) for a, b > 0: Stirling's formula with the large
// terms cancelled by hand.
func LogBeta(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	n := a + b
	if b < leastShape {
		return Log(n) - Log(a) - Log(b)
	}
	far := Log(b / n)
	if math.IsInf(far, -1) {
		far = Log(b) - Log(n)
	}
	l := kernel.FMA(a-0.5, -Log1p(b/a), kernel.FMA(b, far, -0.5*Log(b)))
	return l + 0.5*log2π + (Stirling(a) - Stirling(n) + Stirling(b))
}

// LogBetaKernel returns log(xᵃ·yᵇ/B(a,b)) for x + y = 1.
func LogBetaKernel(a, b, x, y float64) float64 {
	if lo, hi := min(a, b), max(a, b); lo < 1e-3 || hi > 1e15 {
		return BetaNorm(a, b) + BetaExponent(a, b, x, y)
	}
	hi, lo := kernel.BetaPower(a, b, x, y)
	return hi + (BetaNorm(a, b) + lo)
}

// BetaExponent returns a·log(n·x/a) + b·log(n·y/b) ≤ 0 for n = a + b and
// x + y = 1, exact where it is near 0.
func BetaExponent(a, b, x, y float64) float64 {
	n, w := a+b, float64(a*y)
	e := kernel.FMA(b, x, -w) - kernel.FMA(a, y, -w) // (a+b)·x − a
	switch {
	case math.IsInf(n/a, 1) || math.IsInf(e/a, 0):
		return kernel.FMA(a, Log(n)+Log(x)-Log(a), kernel.FMA(b, logRatioMinus(n/b*y, -e/b), -e))
	case math.IsInf(n/b, 1) || math.IsInf(e/b, 0):
		return kernel.FMA(b, Log(n)+Log(y)-Log(b), kernel.FMA(a, logRatioMinus(n/a*x, e/a), e))
	}
	return kernel.FMA(a, logRatioMinus(n/a*x, e/a), float64(b*logRatioMinus(n/b*y, -e/b)))
}

// BetaNorm returns what is left of [LogBetaKernel].
func BetaNorm(a, b float64) float64 {
	spread := Log(1/a + 1/b)
	if math.IsInf(spread, 1) { // a denormal shape
		spread = Log(a+b) - Log(a) - Log(b)
	}
	return Stirling(a+b) - Stirling(a) - Stirling(b) - 0.5*(log2π+spread)
}
