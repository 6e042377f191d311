package dist

import (
	"math"

	"github.com/normflow/normflow/internal/special"
)

// withMoments gives the truncation g of t's family its mean, variance and entropy, by
// quadrature from the point of greatest density outward.
func (t truncation) withMoments(g *family) {
	g.mean = func(p nums) float64 {
		if m, ok := t.unbounded(t.mean, p); ok {
			return m
		}
		if s, ok := t.profile(p); ok {
			return s.from + s.expect(s.y)
		}
		return g.expectedMean(p)
	}
	g.variance = func(p nums) float64 {
		if m, ok := t.unbounded(t.variance, p); ok {
			return math.Abs(m)
		}
		s, ok := t.profile(p)
		if !ok {
			return g.expectedVariance(p)
		}
		mean := s.expect(s.y)
		for i, y := range s.y {
			s.y[i] = (y - mean) * (y - mean)
		}
		return s.expect(s.y)
	}
	g.entropy = func(p nums) float64 {
		if s, ok := t.profile(p); ok {
			return s.expect(s.drop) + special.Log(s.mass)
		}
		return g.expectedEntropy(p)
	}
}

// unbounded returns an infinite moment, if the tails of the family are too heavy to have it and the interval does not end: on the
// side where they are, for no support is endless on the other side alone.
func (t truncation) unbounded(moment func(nums) float64, p nums) (m float64, ok bool) {
	lo, hi := t.bounds(p)
	if up := math.IsInf(hi, 1); moment == nil || up == math.IsInf(lo, -1) || math.Abs(moment(p)) < math.Inf(1) {
		return 0, false
	} else if up {
		return math.Inf(1), true
	}
	return math.Inf(-1), true
}

// A profile is a distribution as distances from a point, with drops and weights;
// mass is the sum of the weights.
type profile struct {
	from, mass      float64
	y, drop, weight []float64
}

// profile returns that of the interval, unless the density is infinite there,
// its tails are so heavy that the scale changes, or nothing is gained. Points of a short interval have less digits than distances.
func (t truncation) profile(p nums) (s profile, ok bool) {
	lo, hi := t.bounds(p)
	edges := []edge{t.edgeIn(lo, hi, p)}
	if m := t.mass(lo, hi, p); m > faint {
		short := !t.integer && hi-lo < 1e-3*min(math.Abs(lo), math.Abs(hi)) && edges[0].isFlat()
		if !short && (t.integer || t.family.quantile != nil && !t.numeric && (m > 0.1 || t.mode == nil)) {
			return profile{}, false // by quantiles, which lose nothing there
		}
		top := lo
		if !short {
			top = min(max(t.modeOf(p), lo), hi)
		}
		edges = []edge{{t.family, p, top, 1, hi - top}, {t.family, p, top, -1, top - lo}}
		if lp := t.at([]float64{top}, p)[0]; math.IsInf(lp, 0) || math.IsNaN(lp) {
			return profile{}, false
		}
	}
	s.from = edges[0].end
	var mass special.Sum
	for _, e := range edges {
		if e.width == 0 {
			continue
		}
		if r := e.reach(0, depth); math.IsInf(r, 1) || r > 1e4*e.reach(0, 1) {
			return profile{}, false
		}
		y, drop, weight := e.points(0, e.width)
		for i := range y {
			s.y, s.drop, s.weight = append(s.y, e.sign*y[i]), append(s.drop, drop[i]), append(s.weight, weight[i])
			mass.Add(weight[i])
		}
	}
	s.mass = mass.Value()
	return s, s.mass > 0
}

// expect returns the expectation of values at the distances.
func (s profile) expect(v []float64) float64 {
	var sum special.Sum
	for i, w := range s.weight {
		if w > 0 {
			sum.AddProduct(w/s.mass, v[i])
		}
	}
	return sum.Value()
}
