package special

import "math"

// BetaInc returns the regularised incomplete beta function p = I_x(a, b) and q =
// 1 − p, of which the smaller one has small relative error; y = 1 − x, given so
// that neither end loses digits, and logBeta is [LogBeta](a, b). a and b must be positive.
//
// It takes about √max(a, b) steps.
func BetaInc(a, b, x, y, logBeta float64) (p, q float64) {
	switch {
	case math.IsNaN(a + b + x + y):
		return math.NaN(), math.NaN()
	case x <= 0:
		return 0, 1
	case y <= 0:
		return 1, 0
	}
	k := betaKernel(a, b, x, y, logBeta)
	if float64(x*(a+b+2)) < a+1 {
		p = k / betaFraction(a, b, x, y)
		return p, 1 - p
	}
	q = k / betaFraction(b, a, y, x)
	return 1 - q, q
}

// betaKernel returns xᵃ·yᵇ/B(a,b).
func betaKernel(a, b, x, y, logBeta float64) float64 {
	if math.Abs(logBeta) > 4 {
		return Exp(LogBetaKernel(a, b, x, y))
	}
	return Pow(x, a) * Pow(y, b) * Exp(-logBeta)
}

// betaFraction returns xᵃ·yᵇ/B(a,b)/I_x(a,b), the continued fraction b₀ +
// a₁/(b₁ + a₂/(b₂ + …)) of A. R. DiDonato and A. H. Morris, Significant digit
// computation of the incomplete beta function ratios, 1992, by Lentz's method.
func betaFraction(a, b, x, y float64) float64 {
	e := math.FMA(a, y, -float64(b*x)) + 1 // a − (a+b)·x + 1
	f := a * e / (a + 1)
	c, d := f, 0.0
	for n := 1.0; n < 1e6; n++ {
		m := math.FMA(2, n, a-1)
		s := n * (b - n) * x / m
		num := (a + n - 1) * (a + b + n - 1) * s * x / m
		den := n + s + (a+n)*math.FMA(n, 1+y, e)/(m+2)
		d = 1 / math.FMA(num, d, den)
		c = den + num/c
		r := float64(c * d)
		f *= r
		if math.Abs(r-1) < 0x1p-52 {
			break
		}
	}
	return f
}

// BetaIncInv returns the x, and y = 1 − x, with I_x(a, b) = p = 1 − q; the smaller of
// p and q is used.
func BetaIncInv(a, b, p, q, logBeta float64) (x, y float64) {
	x, y, _ = betaIncInv(a, b, p, q, logBeta)
	return x, y
}

// LogitBetaIncInv returns log(x/y) of BetaIncInv, also where x or y would
// underflow.
func LogitBetaIncInv(a, b, p, q, logBeta float64) float64 {
	_, _, u := betaIncInv(a, b, p, q, logBeta)
	return u
}

func betaIncInv(a, b, p, q, logBeta float64) (x, y, logit float64) {
	switch {
	case p <= 0:
		return 0, 1, math.Inf(-1)
	case q <= 0:
		return 1, 0, math.Inf(1)
	}
	mean, rest := a/(a+b), b/(a+b)
	if lower, _ := BetaInc(a, b, mean, rest, logBeta); p <= lower {
		x, u := betaTail(a, b, p, logBeta, mean)
		return x, 1 - x, u - Log1p(-x)
	}
	y, u := betaTail(b, a, q, logBeta, rest)
	return 1 - y, y, Log1p(-y) - u
}

// betaTail returns the x ≤ top with I_x(a, b) = p, and log x, by Newton's method for log I
// as a function of log x, which is concave: from the left it does not overshoot.
func betaTail(a, b, p, logBeta, top float64) (x, logX float64) {
	l := Log(p)
	u := min((l+Log(a)+logBeta)/a, Log(top))
	if u < -690 { // I is xᵃ/(a·B) to the last digit
		return Exp(u), u
	}
	x = Exp(u)
	for range 100 {
		v, _ := BetaInc(a, b, x, 1-x, logBeta)
		// I/(dI/d log x) = I·y/(xᵃyᵇ/B)
		step := -logQuotient(v, p) * v * (1 - x) / betaKernel(a, b, x, 1-x, logBeta)
		x *= Exp(step)
		if !(math.Abs(step) > 1e-9) {
			break
		}
	}
	return x, Log(x)
}
