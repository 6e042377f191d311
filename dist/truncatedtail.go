package dist

import (
	"math"

	"github.com/normflow/normflow/internal/special"
)

// A tail is what truncation leaves of a distribution where its density falls from
// an end of the interval on: x = end + y, p(x) = p(end)·exp(−drop(y)). Measured from there,
// nothing cancels, however far out the end is.
type tail struct {
	end         float64
	mass        float64   // ∫exp(−drop)
	y, drop, at []float64 // distances, drops and probabilities
}

// withTail gives the truncation g of t's family, which knows its drops, formulas for
// tails.
func (t truncation) withTail(g *family) {
	g.mean = func(p nums) float64 {
		if s, ok := t.tailOf(p); ok {
			return s.end + s.expect(s.y)
		}
		return g.expectedMean(p)
	}
	g.variance = func(p nums) float64 {
		s, ok := t.tailOf(p)
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
		if s, ok := t.tailOf(p); ok {
			return s.expect(s.drop) + special.Log(s.mass)
		}
		return g.expectedEntropy(p)
	}
}

// tailOf returns the tail if the interval is one.
func (t truncation) tailOf(p nums) (tail, bool) {
	lo, hi := t.bounds(p)
	loc, scale := t.where(p)
	a, b := (lo-loc)/scale, (hi-loc)/scale
	sign, width := scale, b-a
	if b < 0 {
		a, sign = b, -scale
	}
	slope := t.drop(a, math.Copysign(1e-8, sign)) * 1e8
	if !(slope > 1) {
		return tail{}, false
	}
	s := tail{end: math.FMA(scale, a, loc)}
	for i, lower := range nodes.lower {
		z := math.Copysign(min(width, 60/slope)*lower, sign)
		d := t.drop(a, z)
		w := float64(nodes.weight[i] * special.Exp(-d))
		s.y, s.drop, s.at = append(s.y, scale*z), append(s.drop, d), append(s.at, w)
		s.mass += w
	}
	for i := range s.at {
		s.at[i] /= s.mass
	}
	s.mass *= scale * min(width, 60/slope)
	return s, true
}

// expect returns the expectation of values at the distances.
func (s tail) expect(v []float64) float64 {
	sum := 0.0
	for i, w := range s.at {
		sum = math.FMA(w, v[i], sum)
	}
	return sum
}
