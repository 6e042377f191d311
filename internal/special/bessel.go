package special

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// LogI returns log(e⁻ˣ·Iₙ(x)) of the modified Bessel function of the first
// kind, for an integer n ≥ 0 and x > 0, and its derivative in x.
func LogI(n, x float64) (v, slope float64) {
	if x > 20 && x > n*n {
		sum, next := asymptoticI(n, x), asymptoticI(n+1, x)
		return Log1p(sum) - 0.5*(log2π+Log(x)), (next-sum)/(1+sum) + n/x
	}
	if n == 0 && x <= 20 {
		return logI0(x)
	}
	// (x/2)ⁿ/n! times a hypergeometric series in t = x²/4
	rest, one, logScale, h := hypergeometric(n, 0.25*x*x)
	slope = 0.5*x*h + n/x - 1
	sum := Log1p(rest)
	if one != 1 {
		sum = Log(one+rest) + logScale
	}
	if n > 0 {
		sum += float64(n*Log(0.5*x)) - Lgamma(n+1)
	}
	return sum - x, slope
}

// logI0 is LogI for n = 0 and x ≤ 20: the mean of exp(x·(cos θ − 1)) over 64 points of the
// circle, which is as good as the integral, and nothing cancels.
func logI0(x float64) (v, slope float64) {
	var sum, moment float64 // of e − 1, or of e where it is mostly small, and of e·(cos θ − 1)
	if x > 1 {
		sum = 1 // θ = 0
		for j, c := range versines {
			e := Exp(-x * c)
			if j < len(versines)-1 {
				e *= 2
			}
			sum += e
			moment = kernel.FMA(-c, e, moment)
		}
		return Log(sum / 64), moment / sum
	}
	for j, c := range versines {
		e, weight := Expm1(-x*c), 2.0
		if j == len(versines)-1 {
			weight = 1 // θ = π
		}
		sum = kernel.FMA(weight, e, sum)
		moment = kernel.FMA(-weight*c, e+1, moment)
	}
	mean := sum / 64
	return Log1p(mean), moment / 64 / (1 + mean)
}

// versines are 1 − cos θ for θ = 2πj/64, j = 1, …, 32.
var versines = func() (c [32]float64) {
	for j := range c {
		s := Sin(math.Pi / 64 * float64(j+1))
		c[j] = 2 * s * s
	}
	return c
}()

// LogHypergeometric returns log ₀F₁(n+1; t) = log Σ tᵏ/(k!·(n+1)…(n+k)) for n, t ≥ 0, and its
// derivative in t. It takes about √t steps.
func LogHypergeometric(n, t float64) (v, slope float64) {
	rest, one, logScale, h := hypergeometric(n, t)
	if one == 1 {
		return Log1p(rest), h
	}
	return Log(one+rest) + logScale, h
}

// Hypergeometric returns ₀F₁(n+1; t) for t from 0 to 10⁴, and the derivative of its logarithm in t.
func Hypergeometric(n, t float64) (v, slope float64) {
	rest, one, _, slope := hypergeometric(n, t)
	return one + rest, slope
}

// hypergeometric returns ₀F₁(n+1; t) as (one + rest)·exp(logScale), one being its
// first term, and its logarithm's derivative.
func hypergeometric(n, t float64) (rest, one, logScale, slope float64) {
	next, term := 1/(n+1), 1.0
	one = 1
	for k := 1.0; k < 1e7; k++ {
		term = float64(term * (t / (k * (n + k))))
		rest += term
		next += term / (n + k + 1)
		if term < 1e-17*(one+rest) && k*(n+k) > t {
			break
		}
		if term > 1e250 {
			term, rest, next, one, logScale = term*1e-250, rest*1e-250, next*1e-250, one*1e-250, logScale+250*math.Ln10
		}
	}
	return rest, one, logScale, next / (one + rest)
}

// asymptoticI returns Iₙ(x)·√(2πx)·e⁻ˣ − 1, expanded in powers of 1/x.
func asymptoticI(n, x float64) float64 {
	sum, term := 0.0, 1.0
	for k := 1.0; k < 60; k++ {
		last := term
		odd := 2*k - 1
		term = float64(term * ((float64(odd*odd) - float64(4*n*n)) / (8 * x * k)))
		if math.Abs(term) > math.Abs(last) {
			break
		}
		sum += term
		if math.Abs(term) < 1e-17 {
			break
		}
	}
	return sum
}

// BesselK01 returns eˣ·K₀(x) and eˣ·K₁(x) for x > 0, by their power series up to 1 and beyond by the trapezoidal rule on
// ∫ exp(−x(cosh t − 1))·cosh νt dt, which converges doubly exponentially.
func BesselK01(x float64) (k0, k1 float64) {
	if !(x < math.MaxFloat64) { // NaN or +Inf
		return 0 / x, 0 / x
	}
	switch {
	case x == 0:
		return math.Inf(1), math.Inf(1)
	case x <= 1:
		return smallK01(x)
	}
	h := min(0.2, 0.7/math.Sqrt(x))
	k0, k1 = 0.5, 0.5
	for i := 1.0; ; i++ {
		s := Sinh(0.5 * i * h)
		w := Exp(-2 * x * s * s)
		c := kernel.FMA(2*s, s, 1)
		k0 += w
		k1 = kernel.FMA(w, c, k1)
		if w*c < 1e-18*k1 {
			return h * k0, h * k1
		}
	}
}

// smallK01 sums, with y = x²/4 and l = log(x/2) + γ, K₀ = Σ (Hₖ − l)·yᵏ/k!² and
// K₁ = 1/x + x/2·Σ (l − ½·(Hₖ + Hₖ₊₁))·yᵏ/(k!·(k+1)!), H being harmonic numbers.
func smallK01(x float64) (k0, k1 float64) {
	y, l := float64(0.25*x*x), Log(x)-(math.Ln2-eulerγ)
	term, harmonic, rest := 1.0, 0.0, 0.0
	for k := 0.0; term > 1e-19; k++ {
		k0 = kernel.FMA(harmonic-l, term, k0)
		next := 1 / (k + 1)
		rest = kernel.FMA(l-(harmonic+0.5*next), term*next, rest)
		harmonic += next
		term *= y * next * next
	}
	up := Exp(x)
	return up * k0, up * kernel.FMA(0.5*x, rest, 1/x)
}
