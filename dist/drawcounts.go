package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Samplers of counts, whose cost does not depend on the parameters.

// tries bounds how often a sampler rejects; fair ones accept long before.
const tries = 1000

// drawPoisson returns a Poisson sample with mean λ.
func drawPoisson(r *rand.Rand, λ float64) float64 {
	mean, rest := drawPoissonParts(r, λ)
	return max(mean+rest, 0)
}

// drawPoissonParts returns a Poisson sample as the sum of the integer below its mean
// and the rest: W. Hörmann, The transformed rejection method for generating Poisson
// random variables, 1993, and from 10¹² on the normal limit with its correction for
// skewness, which is as good as float64.
func drawPoissonParts(r *rand.Rand, λ float64) (mean, rest float64) {
	mean = math.Floor(λ)
	s := math.Sqrt(λ)
	switch {
	case !(λ > 0 && λ < math.Inf(1)): // a limit, or NaN
		return λ, 0
	case λ < 10:
		k := outward(r, mean, 0, special.Exp(poisson(mean, λ)), func(k float64) float64 { return λ / (k + 1) })
		return mean, k - mean
	case λ > 1e12:
		return mean, math.Floor(λ - mean + skewed(r, s, 1))
	}
	b := 0.931 + 2.53*s
	h := hat{a: -0.059 + 0.02483*b, b: b, centre: λ - mean + 0.43, scale: 1.1239 + 1.1328/(b-3.4), squeeze: 0.9277 - 3.6224/(b-2)}
	return mean, h.draw(r, -mean, math.Inf(1), func(k float64) float64 { return poisson(mean+k, λ) })
}

// drawSkellam returns the difference of two Poisson samples.
func drawSkellam(r *rand.Rand, p nums) float64 {
	a, restA := drawPoissonParts(r, p[0])
	b, restB := drawPoissonParts(r, p[1])
	return a - b + (restA - restB)
}

// skewed returns a normal sample with deviation s and the skewness c/s of a count, and
// what rounds it to the nearest integer by Floor.
func skewed(r *rand.Rand, s, c float64) float64 {
	z := r.NormFloat64()
	return kernel.FMA(s, z, float64(c/6*kernel.FMA(z, z, -1))) + 0.5
}

// drawBinomial returns the number of successes in n trials: W. Hörmann, The generation of
// binomial random variates, 1993, and the normal limit as for Poisson samples.
func drawBinomial(r *rand.Rand, n, p float64) float64 {
	switch {
	case !(n < math.Inf(1) && p > 0 && p < 1): // a limit, or NaN
		return n * p
	case p > 0.5:
		return n - drawBinomial(r, n, 1-p)
	}
	mean := n * p
	mode := math.Floor((n + 1) * p)
	if mean < 10 {
		odds := p / (1 - p)
		return outward(r, mode, 0, special.Exp(binomial(mode, n, p)), func(k float64) float64 { return (n - k) / (k + 1) * odds })
	}
	s := math.Sqrt(mean * (1 - p))
	if s > 1e6 {
		return min(max(math.Floor(mean+skewed(r, s, 1-2*p)), 0), n)
	}
	b := 1.15 + 2.53*s
	h := hat{a: -0.0873 + 0.0248*b + 0.01*p, b: b, centre: mean - mode + 0.5, scale: (2.83 + 5.1/b) * s, squeeze: 0.92 - 4.2/b}
	top := binomial(mode, n, p)
	return mode + h.draw(r, -mode, n-mode, func(k float64) float64 { return binomial(mode+k, n, p) - top })
}

// A hat is a distribution by whose samples k = ⌊(2a/(½−|u|)+b)·u + centre⌋, with u
// uniform, another is sampled by rejection.
type hat struct{ a, b, centre, scale, squeeze float64 }

// draw returns an integer from lo to hi with log-probabilities logP, up to a constant
// which scale knows.
func (h hat) draw(r *rand.Rand, lo, hi float64, logP func(k float64) float64) float64 {
	for range tries {
		u, v := uniform(r)-0.5, uniform(r)
		t := 0.5 - math.Abs(u)
		k := math.Floor(kernel.FMA(2*h.a/t+h.b, u, h.centre))
		switch {
		case k < lo || k > hi:
		case t >= 0.07 && v <= h.squeeze:
			return k
		case special.Log(v*h.scale/(h.a/(t*t)+h.b)) <= logP(k):
			return k
		}
	}
	return math.Floor(h.centre)
}
