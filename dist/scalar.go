package dist

import (
	"math"

	"github.com/normflow/normflow/internal/special"
)

// The numbers that a family knows, brought from the standard form to its
// location and scale.

// supportOf returns the interval outside which the density is 0.
func (f *family) supportOf(p nums) (lo, hi float64) {
	lo, hi = math.Inf(-1), math.Inf(1)
	if f.support != nil {
		lo, hi = f.support(p)
	}
	loc, scale := f.where(p)
	return math.FMA(scale, lo, loc), math.FMA(scale, hi, loc)
}

// cdfOf returns P(X ≤ x).
func (f *family) cdfOf(x float64, p nums) float64 {
	lower, _ := f.tails(x, p)
	return lower
}

// sfOf returns P(X > x).
func (f *family) sfOf(x float64, p nums) float64 {
	_, upper := f.tails(x, p)
	return upper
}

func (f *family) tails(x float64, p nums) (lower, upper float64) {
	if lo, hi := f.supportOf(p); x < lo || x >= hi || math.IsInf(x, -1) {
		if x < lo || math.IsInf(x, -1) {
			return 0, 1
		}
		return 1, 0
	}
	loc, scale := f.where(p)
	z := (x - loc) / scale
	if f.integer {
		z = math.Floor(z)
	}
	if f.cdf == nil {
		return f.integrate(z, p)
	}
	return f.cdf(z, p), f.sf(z, p)
}

func (f *family) quantileOf(lower, upper float64, p nums) float64 {
	if lo, hi := f.supportOf(p); lower == 0 || upper == 0 {
		if lower == 0 {
			return lo
		}
		return hi
	}
	loc, scale := f.where(p)
	quantile := f.quantile
	switch {
	case f.integer:
		quantile = f.search
	case quantile == nil:
		quantile = f.solve
	}
	return math.FMA(scale, quantile(lower, upper, p), loc)
}

func (f *family) meanOf(p nums) float64 {
	loc, scale := f.where(p)
	if f.mean == nil {
		return f.expectedMean(p)
	}
	return math.FMA(scale, f.mean(p), loc)
}

func (f *family) varianceOf(p nums) float64 {
	_, scale := f.where(p)
	if f.variance == nil {
		return f.expectedVariance(p)
	}
	return scale * scale * f.variance(p)
}

func (f *family) modeOf(p nums) float64 {
	loc, scale := f.where(p)
	if f.mode == nil {
		return f.climb(p)
	}
	return math.FMA(scale, f.mode(p), loc)
}

func (f *family) entropyOf(p nums) float64 {
	_, scale := f.where(p)
	if f.entropy == nil {
		return f.expectedEntropy(p)
	}
	return f.entropy(p) + special.Log(scale)
}

// always returns a formula that does not depend on the parameters.
func always(x float64) func(nums) float64 { return func(nums) float64 { return x } }

// minusLog returns −log p given p and 1−p, the smaller of which is accurate.
func minusLog(p, q float64) float64 {
	if p < 0.5 {
		return -special.Log(p)
	}
	return -special.Log1p(-q)
}
