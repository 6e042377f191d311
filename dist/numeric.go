package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// Formulas that a family lacks, computed from those it has. They cost hundreds
// of evaluations and are good to about 12 digits.

// at returns the log-density at each x.
func (f *family) at(x []float64, p nums) []float64 {
	t := autodiff.Borrow()
	lp := f.logDensityOf(t.View(len(x), 1, x), f.on(t, p))
	y := append([]float64(nil), lp.Data()...)
	t.Release()
	return y
}

// on records parameters as constants.
func (f *family) on(t *autodiff.Tape, p nums) (θ vars) {
	for k := range f.params {
		θ[k] = t.Scalar(p[k])
	}
	return θ
}

// slope returns the derivative of the log-density at x.
func (f *family) slope(x float64, p nums) float64 {
	t := autodiff.NewTape()
	v := t.Variable(column([]float64{x}))
	t.Backward(f.logDensityOf(v, f.on(t, p)).Sum())
	return v.Grad()[0]
}

// nodes is the double-exponential rule on (0, 1): points given by their
// distances from both ends, and weights.
var nodes = func() (n struct{ lower, upper, weight []float64 }) {
	const h = 1.0 / 32
	for t := -6.0; t <= 6; t += h {
		s := math.Pi * special.Sinh(t)
		lower, upper := 1/(1+special.Exp(-s)), 1/(1+special.Exp(s))
		n.lower = append(n.lower, lower)
		n.upper = append(n.upper, upper)
		n.weight = append(n.weight, h*math.Pi*special.Cosh(t)*lower*upper)
	}
	return n
}()

// expect returns E g(X, log p(X)): by the substitution of the quantiles where
// there is a formula for them, else over the density.
func (f *family) expect(p nums, g func(x, logDensity float64) float64) float64 {
	if f.integer {
		return f.sum(p, g)
	}
	x, w := make([]float64, len(nodes.weight)), nodes.weight
	if f.quantile == nil && f.mean != nil {
		x, w = f.cover(p)
	} else {
		for i := range x {
			x[i] = f.quantileOf(nodes.lower[i], nodes.upper[i], p)
		}
	}
	var sum special.Sum
	for i, lp := range f.at(x, p) {
		if v := g(x[i], lp); !math.IsInf(v, 0) && !math.IsNaN(v) {
			sum.AddProduct(w[i], v)
		}
	}
	return sum.Value()
}

// expectedMean measures from near the middle: the digits of the result are those of the deviations from it.
func (f *family) expectedMean(p nums) float64 {
	at := 0.0
	if f.quantile != nil && !f.integer {
		if at = f.quantileOf(0.5, 0.5, p); math.IsInf(at, 0) || math.IsNaN(at) {
			at = 0
		}
	}
	return at + f.expect(p, func(x, _ float64) float64 { return x - at })
}

func (f *family) expectedVariance(p nums) float64 {
	mean := f.meanOf(p)
	return f.expect(p, func(x, _ float64) float64 { return (x - mean) * (x - mean) })
}

func (f *family) expectedEntropy(p nums) float64 {
	return f.expect(p, func(_, logDensity float64) float64 { return -logDensity })
}

// cover returns points and weights Σ w·g(x) ≈ E g(X): the trapezoidal rule over
// the density in s + width·sinh t, s being the stretched variable at the mean.
func (f *family) cover(p nums) (x, w []float64) {
	const h = 1.0 / 32
	loc, scale := f.where(p)
	s0 := f.unstretch(f.mean(p), p)
	_, dz := f.stretch(s0, p)
	width := 0.4 / (special.Exp(f.at([]float64{f.meanOf(p)}, p)[0]) * scale * math.Abs(dz)) // of a peak of this height
	for t := -7.0; t <= 7; t += h {
		z, dz := f.stretch(s0+float64(width*special.Sinh(t)), p)
		if weight := h * width * special.Cosh(t) * math.Abs(dz) * scale; !math.IsInf(z, 0) && !math.IsInf(weight, 0) {
			x, w = append(x, kernel.FMA(scale, z, loc)), append(w, weight)
		}
	}
	for i, lp := range f.at(x, p) {
		w[i] *= special.Exp(lp)
	}
	return x, w
}

// coverEntropy is the entropy by that rule.
func (f *family) coverEntropy(p nums) float64 {
	x, w := f.cover(p)
	sum := 0.0
	for i, lp := range f.at(x, p) {
		if w[i] > 0 && !math.IsInf(lp, 0) {
			sum = kernel.FMA(-w[i], lp, sum)
		}
	}
	return sum
}

// stretch maps ℝ onto the support, so that its tails come near.
func (f *family) stretch(s float64, p nums) (z, slope float64) {
	lo, hi := math.Inf(-1), math.Inf(1)
	if f.support != nil {
		lo, hi = f.support(p)
	}
	switch a, b := math.IsInf(lo, -1), math.IsInf(hi, 1); {
	case a && b:
		return special.Sinh(s), special.Cosh(s)
	case b:
		e := special.Exp(s)
		return lo + e, e
	case a:
		return hi - special.Exp(-s), special.Exp(-s)
	}
	l, u := 1/(1+special.Exp(-s)), 1/(1+special.Exp(s))
	return kernel.FMA(u, lo, l*hi), (hi - lo) * l * u
}

// climb returns the point of greatest density: where the slope changes sign
// next to the best of some quantiles.
func (f *family) climb(p nums) float64 {
	var x []float64
	for u := 1.0 / 32; u < 1; u += 1.0 / 32 {
		x = append(x, f.quantileOf(u, 1-u, p))
	}
	lp, best := f.at(x, p), 0
	for i := range lp {
		if lp[i] > lp[best] {
			best = i
		}
	}
	if f.integer {
		return x[best]
	}
	loc, scale := f.where(p)
	end := func(i int) float64 { // in the stretched variable, in which it is finite
		lo, hi := f.supportOf(p)
		if i >= 0 && i < len(x) {
			lo = max(min(x[i], hi), lo)
		} else if i > 0 {
			lo = hi
		}
		return max(min(f.unstretch((lo-loc)/scale, p), 700), -700)
	}
	point := func(s float64) float64 {
		z, _ := f.stretch(s, p)
		return kernel.FMA(scale, z, loc)
	}
	lo, hi := end(best-1), end(best+1)
	if lo > hi { // the support has an upper end only
		lo, hi = hi, lo
	}
	rising := point(lo) < point(hi)
	for range 60 {
		mid := middle(lo, hi)
		if f.slope(point(mid), p) > 0 == rising {
			lo = mid
		} else {
			hi = mid
		}
	}
	return point(middle(lo, hi))
}

// integrate returns both tails at z, in standard form: that away from the mean by
// quadrature of the density.
func (f *family) integrate(z float64, p nums) (lower, upper float64) {
	switch f.kind { // beside a large location z would be rounded
	case locScale:
		p[0], p[1] = 0, 1
	case scaled, rated:
		p[0] = 1
	}
	mean := f.meanOf(p)
	if peak := f.at([]float64{mean}, p)[0]; peak > 18 && !math.IsInf(peak, 1) {
		return f.integrateNarrow(z, mean, p)
	}
	s := f.unstretch(z, p)
	if z < mean {
		lower = f.tail(s, -1, p)
		return lower, 1 - lower
	}
	upper = f.tail(s, 1, p)
	return 1 - upper, upper
}

// integrateNarrow does the same in the distance from z, for a peak so narrow that no point of the rule of tail is near.
func (f *family) integrateNarrow(z, mean float64, p nums) (lower, upper float64) {
	lo, hi := f.supportOf(p)
	e := edge{f, p, z, 1, hi - z}
	if z < mean {
		e.sign, e.width = -1, z-lo
	}
	part := min(special.Exp(f.at([]float64{z}, p)[0]+e.logBetween(0, e.width)), 1)
	if z < mean {
		return part, 1 - part
	}
	return 1 - part, part
}

// tail returns the integral from s to ±∞ in the stretched variable, by the
// substitution s ± exp(½π·sinh t).
func (f *family) tail(s0, sign float64, p nums) float64 {
	loc, scale := f.where(p)
	x, w := make([]float64, 0, len(tailNodes)), make([]float64, 0, len(tailNodes))
	for _, n := range tailNodes {
		z, dz := f.stretch(s0+float64(sign*n.distance), p)
		if weight := n.weight * math.Abs(dz) * scale; !math.IsInf(z, 0) && !math.IsInf(weight, 0) {
			x, w = append(x, kernel.FMA(scale, z, loc)), append(w, weight)
		}
	}
	sum := 0.0
	for i, lp := range f.at(x, p) {
		if lp > -700 {
			sum = kernel.FMA(w[i], special.Exp(lp), sum)
		}
	}
	return sum
}

// tailNodes are exp(½π·sinh t) and the weights there.
var tailNodes = func() (nodes []struct{ distance, weight float64 }) {
	const h = 1.0 / 32
	for t := -4.5; t <= 2.5; t += h {
		e := special.Exp(0.5 * math.Pi * special.Sinh(t))
		nodes = append(nodes, struct{ distance, weight float64 }{e, h * 0.5 * math.Pi * special.Cosh(t) * e})
	}
	return nodes
}()

// unstretch is the inverse of stretch.
func (f *family) unstretch(z float64, p nums) float64 {
	lo, hi := math.Inf(-1), math.Inf(1)
	if f.support != nil {
		lo, hi = f.support(p)
	}
	switch a, b := math.IsInf(lo, -1), math.IsInf(hi, 1); {
	case a && b:
		return special.Asinh(z)
	case b:
		return special.Log(z - lo)
	case a:
		return -special.Log(hi - z)
	}
	return special.Log((z - lo) / (hi - z))
}

func column(x []float64) *mat.Dense { return mat.NewDense(len(x), 1, x) }

// solveLog is solve given the logarithms of both tails.
func (f *family) solveLog(lower, upper float64, p nums) float64 {
	loc, scale := f.where(p)
	point := func(s float64) (x, dz float64) {
		z, dz := f.stretch(s, p)
		return kernel.FMA(scale, z, loc), dz
	}
	x, _ := point(special.Root(0, func(s float64) (v, slope float64) {
		x, dz := point(s)
		l, u := f.logTailsOf(x, p)
		lp := f.at([]float64{x}, p)[0]
		if lower < upper {
			return l - lower, special.Exp(lp-l) * scale * dz
		}
		return upper - u, special.Exp(lp-u) * scale * dz
	}))
	return x
}
