package dist

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// The moments that a family knows, brought from the standard form to its
// location and scale.

// toStandard returns x in standard form.
func (f *family) toStandard(x float64, p nums) float64 {
	switch f.kind {
	case plain:
		return x
	case rated:
		return x * p[0]
	}
	loc, scale := f.where(p)
	if mayOverflow([]float64{loc}) {
		return (0.5*x - 0.5*loc) / scale * 2
	}
	return (x - loc) / scale
}

// fromStandard is the inverse of toStandard. The ends of a standard form stay what
// they are for scales that are not finite.
func (f *family) fromStandard(z float64, p nums) float64 {
	loc, scale := f.where(p)
	switch {
	case f.kind == plain:
		return z
	case z == 0 || math.IsInf(z, 0):
		return loc + z
	case f.kind == rated:
		return z / p[0]
	}
	return kernel.FMA(scale, z, loc)
}

// supportOf returns the interval outside which the density is 0.
func (f *family) supportOf(p nums) (lo, hi float64) {
	lo, hi = math.Inf(-1), math.Inf(1)
	if f.support != nil {
		lo, hi = f.support(p)
	}
	return f.fromStandard(lo, p), f.fromStandard(hi, p)
}

// place returns x in standard form, and −1 or 1 where it is below or above the support.
func (f *family) place(x float64, p nums) (z float64, side int) {
	switch lo, hi := f.supportOf(p); {
	case x < lo || math.IsInf(x, -1):
		return x, -1
	case x >= hi:
		return x, 1
	}
	if z = f.toStandard(x, p); f.integer {
		z = math.Floor(z)
	}
	return z, 0
}

// hasTails says whether there is a formula for the distribution function.
func (f *family) hasTails() bool { return f.cdf != nil || f.both != nil }

// cdfOf returns P(X ≤ x).
func (f *family) cdfOf(x float64, p nums) float64 {
	if f.cdf == nil {
		return first(f.tails(x, p))
	}
	z, lower, _, ok := f.outside(x, p)
	if ok {
		return lower
	}
	return f.cdf(z, p)
}

// sfOf returns P(X > x).
func (f *family) sfOf(x float64, p nums) float64 {
	if f.sf == nil {
		return second(f.tails(x, p))
	}
	z, _, upper, ok := f.outside(x, p)
	if ok {
		return upper
	}
	return f.sf(z, p)
}

// tails returns both.
func (f *family) tails(x float64, p nums) (lower, upper float64) {
	z, lower, upper, ok := f.outside(x, p)
	switch {
	case ok:
		return lower, upper
	case f.both != nil:
		return f.both(z, p)
	case f.cdf != nil:
		return f.cdf(z, p), f.sf(z, p)
	}
	return f.integrate(z, p)
}

// outside returns both tails outside the support and at its ends, and else x in standard form.
func (f *family) outside(x float64, p nums) (z, lower, upper float64, ok bool) {
	z, side := f.place(x, p)
	switch {
	case math.IsNaN(x):
		return z, x, x, true
	case side != 0:
		return z, max(float64(side), 0), max(float64(-side), 0), true
	case !f.hasTails():
		return z, 0, 0, false
	}
	if lower, upper, ok = f.tailsAtEnd(x, z, p); ok {
		return z, special.Exp(lower), special.Exp(upper), true
	}
	return z, 0, 0, false
}

// exponentials returns the tails with these logarithms.
func exponentials(of func(z float64, p nums) (lower, upper float64)) func(z float64, p nums) (lower, upper float64) {
	return func(z float64, p nums) (lower, upper float64) {
		lower, upper = of(z, p)
		return special.Exp(lower), special.Exp(upper)
	}
}

func (f *family) quantileOf(lower, upper float64, p nums) float64 {
	if lo, hi := f.supportOf(p); lower == 0 || upper == 0 {
		if lower == 0 {
			return lo
		}
		return hi
	}
	quantile := f.quantile
	switch {
	case f.integer:
		quantile = f.count
	case quantile == nil:
		quantile = f.solve
	}
	z := quantile(lower, upper, p)
	if f.highTails != nil && math.IsInf(z, 0) || f.lowTails != nil && z < lowest {
		return f.quantileAtEnd(lower, upper, z, p)
	}
	return f.fromStandard(z, p)
}

func (f *family) meanOf(p nums) float64 {
	if f.mean == nil {
		return f.expectedMean(p)
	}
	return f.fromStandard(f.mean(p), p)
}

func (f *family) varianceOf(p nums) float64 {
	_, scale := f.where(p)
	if f.variance == nil {
		return f.expectedVariance(p)
	}
	v, square := f.variance(p), scale*scale
	if square < 1e-300 || square > 1e300 {
		return scale * v * scale
	}
	return square * v
}

func (f *family) modeOf(p nums) float64 {
	if f.mode == nil {
		return f.climb(p)
	}
	return f.fromStandard(f.mode(p), p)
}

func (f *family) entropyOf(p nums) float64 {
	switch {
	case f.entropy == nil && f.integer:
		return f.countEntropy(p)
	case f.entropy == nil:
		return f.expectedEntropy(p)
	}
	var sum special.Sum
	sum.Add(f.entropy(p))
	switch f.kind {
	case locScale:
		sum.AddLog(1, p[1])
	case scaled:
		sum.AddLog(1, p[0])
	case rated:
		sum.AddLog(-1, p[0])
	}
	return sum.Value()
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

// logTailsOf returns log P(X ≤ x) and log P(X > x).
func (f *family) logTailsOf(x float64, p nums) (lower, upper float64) {
	z, side := f.place(x, p)
	switch {
	case math.IsNaN(x):
		return x, x
	case side < 0:
		return math.Inf(-1), 0
	case side > 0:
		return 0, math.Inf(-1)
	}
	if lower, upper, ok := f.tailsAtEnd(x, z, p); ok {
		return lower, upper
	}
	low, high := f.tails(x, p)
	if min(low, high) < faint && !math.IsInf(z, 0) {
		lower, upper = f.faintTails(x, z, low < high, p)
		if !math.IsNaN(lower) && !math.IsNaN(upper) { // which only parts that overflow are, or the end of the support
			return lower, upper
		}
	}
	return -minusLog(low, high), -minusLog(high, low)
}

// faintTails is logTailsOf where the lower or the upper tail underflows.
func (f *family) faintTails(x, z float64, below bool, p nums) (lower, upper float64) {
	lo, hi := f.supportOf(p)
	switch {
	case f.logTails != nil:
		return f.logTails(z, p)
	case below:
		lower = f.logMass(lo, x, p)
		return lower, special.Log1mExp(lower)
	case f.integer:
		x = math.Floor(x) + 1
	}
	upper = f.logMass(x, hi, p)
	return special.Log1mExp(upper), upper
}

// logIntervalOf returns log P(a < X ≤ b).
func (f *family) logIntervalOf(a, b float64, p nums) float64 {
	switch {
	case math.IsNaN(a) || math.IsNaN(b):
		return a + b
	case f.integer:
		a, b = math.Floor(a), math.Floor(b)
		if a < b {
			return f.logMass(a+1, b, p)
		}
	case a < b:
		return f.logMass(a, b, p)
	}
	return math.Inf(-1)
}

// logQuantileOf returns the quantile given the logarithms of p and 1 − p.
func (f *family) logQuantileOf(lower, upper float64, p nums) float64 {
	if min(lower, upper) > -600 || math.IsInf(lower, -1) || math.IsInf(upper, -1) {
		return f.quantileOf(special.Exp(lower), special.Exp(upper), p)
	}
	switch {
	case f.integer:
		return f.search(p, func(k float64) bool {
			l, u := f.logTailsOf(k, p)
			return lower < upper && l >= lower || lower >= upper && u <= upper
		})
	case f.logQuantile != nil:
		return f.fromStandard(f.logQuantile(lower, upper, p), p)
	}
	return f.solveLog(lower, upper, p)
}
