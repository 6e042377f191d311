package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Formulas of families of integers, from their distribution functions and
// probabilities.

// count is the quantile of a family of integers: the smallest k with
// P(X ≤ k) ≥ lower, but for the rounding of probabilities.
func (f *family) count(lower, upper float64, p nums) float64 {
	return f.search(p, func(k float64) bool {
		if lower <= upper {
			return f.cdfOf(k, p) >= lower-roundingOf(lower)
		}
		return f.sfOf(k, p) <= upper+roundingOf(upper)
	})
}

// roundingOf returns how far the computed probability p may be off, which may be the
// difference of 1 and another.
func roundingOf(p float64) float64 {
	if u := p * 0x1p53; u == math.Floor(u) {
		return max(0x1p-53, 4e-15*p)
	}
	return 4e-15 * p
}

// search returns the smallest integer that is reached.
func (f *family) search(p nums, reached func(k float64) bool) float64 {
	lo, hi := f.supportOf(p)
	k, step := max(lo, min(0, hi)), 1.0
	start := math.NaN()
	switch {
	case f.mode != nil:
		start = f.modeOf(p)
	case f.mean != nil:
		start = math.Floor(f.meanOf(p))
	}
	if !math.IsNaN(start - start) {
		k = max(lo, min(start, hi))
	}
	for k < hi && !reached(k) {
		lo, k, step = k, min(k+step, hi), 2*step
	}
	hi = k
	for step = 1; k > lo && reached(k); step *= 2 {
		hi, k = k, max(k-step, lo)
	}
	if reached(k) {
		return k
	}
	for lo = k; hi-lo > 1; { // lo is not reached, hi is
		switch mid := math.Floor(middle(lo, hi)); {
		case mid <= lo || mid >= hi: // neighbours, beyond 2⁵³
			return hi
		case reached(mid):
			hi = mid
		default:
			lo = mid
		}
	}
	return hi
}

// countEntropy is expectedEntropy, or that of a normal distribution far beyond 2⁵³, between whose points there may be no number.
func (f *family) countEntropy(p nums) float64 {
	if f.mean != nil && f.variance != nil {
		if m, v := f.meanOf(p), f.varianceOf(p); math.Abs(m) > 0x1p53 && math.Sqrt(v) < 0x1p-30*math.Abs(m) {
			return 0.5 * (1 + log2π + special.Log(v))
		}
	}
	return f.expectedEntropy(p)
}

// sum returns E g(K, log p(K)) over the integers around the median.
func (f *family) sum(p nums, g func(x, logDensity float64) float64) float64 {
	lo, hi := f.count(1e-22, 1, p), f.count(1, 1e-22, p)
	k, weight := counts(lo, hi)
	lp := f.logProbabilities(k, lo, hi, p)
	sum := 0.0
	for i, lp := range lp {
		if v := g(k[i], lp); lp > -700 && !math.IsInf(v, 0) {
			sum = kernel.FMA(weight[i]*special.Exp(lp), v, sum)
		}
	}
	return sum
}

// logProbabilities returns log P at integers, or at points between integers from lo to hi.
func (f *family) logProbabilities(k []float64, lo, hi float64, p nums) []float64 {
	if hi-lo <= few || f.drop == nil {
		return f.at(k, p)
	}
	mid := math.Floor(middle(lo, hi))
	top, lp := f.at([]float64{mid}, p)[0], make([]float64, len(k))
	for i, k := range k {
		lp[i] = top - f.dropOf(mid, k-mid, p)
	}
	return lp
}

// outward draws an integer by inversion: it takes the probabilities from the
// mode outward from one uniform sample. ratio is P(k+1)/P(k). It takes about as many
// steps as the standard deviation.
func outward(r *rand.Rand, mode, lo, atMode float64, ratio func(k float64) float64) float64 {
	u := r.Float64() - atMode
	up, down, pu, pd := mode, mode, atMode, atMode
	for u >= 0 {
		pu = float64(pu * ratio(up))
		up++
		if u -= pu; u < 0 {
			return up
		}
		if down > lo {
			down--
			pd /= ratio(down)
			if u -= pd; u < 0 {
				return down
			}
		} else {
			pd = 0
		}
		if pu+pd < 1e-20 {
			break // the rest of u is rounding
		}
	}
	return mode
}
