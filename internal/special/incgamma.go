package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// GammaInc returns the incomplete gamma functions P(a,x) and Q(a,x) = 1 − P,
// the smaller of which has small relative error. a must be positive, x ≥ 0.
//
// It takes about √a steps for x near a, at most 1000.
func GammaInc(a, x float64) (p, q float64) {
	switch {
	case math.IsNaN(a) || math.IsNaN(x):
		return math.NaN(), math.NaN()
	case x <= 0:
		return 0, 1
	case math.IsInf(x, 1):
		return 1, 0
	case a < 1 && x < 1.5:
		return gammaIncSmall(a, x)
	case a > 1e10:
		return gammaIncLarge(a, x)
	case a > large:
		return balanced(x < a, true, func(lower bool) float64 { return GammaKernel(a, x) * gammaTail(a, x, lower) })
	}
	kernel := GammaKernel(a, x)
	if x < a+1 {
		p = float64(kernel / a * gammaSeries(a, x))
		if p < 0.6 {
			return p, 1 - p
		}
	}
	q = float64(kernel / gammaFraction(a, x))
	return 1 - q, q
}

// GammaIncAt returns GammaInc at x, whose logarithm is l and which may underflow.
func GammaIncAt(a, x, l float64) (p, q float64) {
	if l < -690 {
		l = float64(a*l) - Lgamma1p(a)
		return Exp(l), -Expm1(l)
	}
	return GammaInc(a, x)
}

// LogGammaIncAt returns the logarithms of GammaIncAt.
func LogGammaIncAt(a, x, l float64) (p, q float64) {
	if l < -690 {
		p = float64(a*l) - Lgamma1p(a)
		return p, Log1mExp(p)
	}
	return LogGammaInc(a, x)
}

// LogGammaInc returns the logarithms of GammaInc, also where these underflow.
func LogGammaInc(a, x float64) (p, q float64) {
	lower, upper := GammaInc(a, x)
	switch {
	case !(min(lower, upper) < 1e-290) || x <= 0 || math.IsInf(x, 1):
		return logs(lower, upper)
	case a > large && lower > upper:
		q = LogGammaKernel(a, x) + Log(gammaTail(a, x, false))
		return Log1mExp(q), q
	case lower > upper:
		q = LogGammaKernel(a, x) - Log(gammaFraction(a, x))
		return Log1mExp(q), q
	case x < 1e-20*a:
		p = float64(a*Log(x)) - Lgamma1p(a)
	case a > large:
		p = LogGammaKernel(a, x) + Log(gammaTail(a, x, true))
	default:
		p = LogGammaKernel(a, x) - Log(a) + Log(gammaSeries(a, x))
	}
	return p, Log1mExp(p)
}

// gammaIncSmall expands ∫ tᵃ⁻¹e⁻ᵗ in powers of x, so that Q is good where P
// is near 1.
func gammaIncSmall(a, x float64) (p, q float64) {
	sum, term := 0.0, 1.0
	for n := 1.0; n < 60; n++ {
		term *= -x / n
		sum += term / (a + n)
		if math.Abs(term) < 1e-18*math.Abs(sum) {
			break
		}
	}
	scale := Pow(x, a) / Gamma(1+a)
	p = float64(scale * kernel.FMA(a, sum, 1))
	switch {
	case p < 0.6:
		return p, 1 - p
	case x > 0.2 && a > 1e-3:
		q = GammaKernel(a, x) / gammaFraction(a, x)
		return 1 - q, q
	}
	return p, -Expm1(float64(a*Log(x))-Lgamma1p(a)) - float64(scale*a*sum)
}

// gammaIncLarge is the uniform expansion of N. M. Temme, The asymptotic expansion of the
// incomplete gamma functions, 1979, whose next term is below the last digit.
func gammaIncLarge(a, x float64) (p, q float64) {
	d := Deviance(a, x)
	z := math.Copysign(math.Sqrt(2*d), x-a)
	η := z / math.Sqrt(a)
	c := a/(x-a) - 1/η
	if math.Abs(η) < 0.01 { // where this cancels
		c = kernel.FMA(η, kernel.FMA(η, kernel.FMA(η, 1.0/864, -2.0/135), 1.0/12), -1.0/3)
	}
	c = float64(c * (Exp(-d) * invSqrt2π / math.Sqrt(a)))
	if q = Ndtr(-z) + c; z > 0 {
		return 1 - q, q
	}
	p = Ndtr(z) - c
	return p, 1 - p
}

// gammaSeries returns Σ xⁿ/((a+1)…(a+n)), from the last term to the first, where rounding errors do not add up.
func gammaSeries(a, x float64) float64 {
	n, sum := 1.0, 1.0
	for term := 1.0; term > 1e-17 && n < 1e6; n++ {
		term *= x / (a + n)
	}
	for ; n > 0; n-- {
		sum = kernel.FMA(sum, x/(a+n), 1)
	}
	return sum
}

// gammaFraction returns the continued fraction x+1−a−1(1−a)/(x+3−a−…).
func gammaFraction(a, x float64) float64 {
	b := x + 1 - a
	return fraction(b, gammaTerms{a, b})
}

type gammaTerms struct{ a, b float64 }

func (t gammaTerms) at(n float64) (num, den float64) { return n * (t.a - n), t.b + 2*n }

// GammaIncInv returns the x with P(a,x) = p and Q(a,x) = q; the smaller of the
// two is used.
func GammaIncInv(a, p, q float64) float64 {
	u := LogGammaIncInv(a, p, q)
	x := Exp(u)
	if x > 1e-290 && x < 1e290 { // a last step without the rounding of the logarithm
		if step := gammaIncStep(a, x, p, q); math.Abs(step) < 1 {
			x = kernel.FMA(x, Expm1(step), x)
		}
	}
	return x
}

// gammaIncStep returns the step of Newton's method from log x.
func gammaIncStep(a, x, p, q float64) float64 {
	v, slope := gammaIncRatio(a, x, p, q)
	return -v / slope
}

// gammaIncRatio returns LogRatio of P(a,x) and Q(a,x), and its derivative in log x.
func gammaIncRatio(a, x, p, q float64) (v, slope float64) {
	lower, upper := GammaInc(a, x)
	return LogRatio(lower, upper, p, q, GammaKernel(a, x))
}

// LogGammaIncInv returns the logarithm of GammaIncInv, also where that would
// underflow.
func LogGammaIncInv(a, p, q float64) float64 {
	switch {
	case p == 0:
		return math.Inf(-1)
	case q == 0:
		return math.Inf(1)
	}
	u := Log(a) + float64(3*Log(math.Max(1-1/(9*a)+NdtrInv(p, q)/(3*math.Sqrt(a)), 1e-3))) // Wilson and Hilferty's cube
	if small := (Log(p) + Lgamma(1+a)) / a; a < 1 || u < Log(a)-5 {
		if u = small; small < -50 {
			return small // P = xᵃ/Γ(1+a) to the last digit
		}
		u = math.Min(u, Log(a+40))
	}
	return Root(u, func(u float64) (v, slope float64) { return gammaIncRatio(a, Exp(u), p, q) })
}

// LogGammaIncInvSum returns LogGammaIncInv as the sum of two numbers, of which the second is small.
func LogGammaIncInvSum(a, p, q float64) (hi, lo float64) {
	u := LogGammaIncInv(a, p, q)
	x := Exp(u)
	if step := gammaIncStep(a, x, p, q); math.Abs(step) < 1e-10 && x > 1e-300 {
		hi, lo = kernel.LogSum(x)
		return hi, lo + step
	}
	return u, 0
}

// LogRatio returns log(lower/p), or log(q/upper) where q is the smaller, and
// its derivative when that of lower is d.
func LogRatio(lower, upper, p, q, d float64) (v, slope float64) {
	if p <= q {
		return logQuotient(lower, p), d / lower
	}
	return logQuotient(q, upper), d / upper
}

// logQuotient returns log(a/b), exact where a is near b.
func logQuotient(a, b float64) float64 {
	if r := a / b; r > 1e-300 && r < 1e300 {
		if math.Abs(r-1) < 0.5 {
			return Log1p((a - b) / b)
		}
		return Log(r)
	}
	return Log(a) - Log(b)
}
