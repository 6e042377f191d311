package special

import "math"

// BetaInc returns the incomplete beta function p = I_x(a,b) and q = 1 − p; y is
// 1 − x, given so that neither end loses digits. a and b must be positive.
//
// It takes about √max(a, b) steps.
func BetaInc(a, b, x, y float64) (p, q float64) {
	switch {
	case math.IsNaN(a + b + x + y):
		return math.NaN(), math.NaN()
	case x <= 0:
		return 0, 1
	case y <= 0:
		return 1, 0
	}
	kernel := math.Exp(LogBetaKernel(a, b, x, y))
	if x*(a+b+2) < a+1 {
		p = kernel / a * betaFraction(a, b, x)
		return p, 1 - p
	}
	q = kernel / b * betaFraction(b, a, y)
	return 1 - q, q
}

// betaFraction evaluates the continued fraction of I_x(a,b)·a·B(a,b)/(xᵃ(1−x)ᵇ)
// (DLMF 8.17.22) by Lentz's method.
func betaFraction(a, b, x float64) float64 {
	c, d := 1.0, 1/nonZero(1-(a+b)*x/(a+1))
	h := d
	for m := 1.0; m < 1e6; m++ {
		step := func(t float64) float64 {
			d = 1 / nonZero(math.FMA(t, d, 1))
			c = nonZero(1 + t/c)
			h *= c * d
			return c * d
		}
		step(m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m)))
		if r := step(-(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))); math.Abs(r-1) < 1e-16 {
			break
		}
	}
	return h
}

// BetaIncInv returns the x, and y = 1 − x, with I_x(a,b) = p = 1 − q; the
// smaller of p and q is used.
func BetaIncInv(a, b, p, q float64) (x, y float64) {
	u := LogitBetaIncInv(a, b, p, q)
	return 1 / (1 + math.Exp(-u)), 1 / (1 + math.Exp(u))
}

// LogitBetaIncInv returns log(x/y) of BetaIncInv, also where x or y would
// underflow.
func LogitBetaIncInv(a, b, p, q float64) float64 {
	switch {
	case p == 0:
		return math.Inf(-1)
	case q == 0:
		return math.Inf(1)
	}
	norm := LogBeta(a, b)
	if l := (math.Log(p) + math.Log(a) + norm) / a; l < -60 {
		return l // I_x = xᵃ/(a·B) to the last digit
	}
	if l := (math.Log(q) + math.Log(b) + norm) / b; l < -60 {
		return -l
	}
	return Root(math.Log(a/b), func(u float64) (v, slope float64) {
		x, y := 1/(1+math.Exp(-u)), 1/(1+math.Exp(u))
		lower, upper := BetaInc(a, b, x, y)
		return LogRatio(lower, upper, p, q, math.Exp(LogBetaKernel(a, b, x, y)))
	})
}
