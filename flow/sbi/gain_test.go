package sbi

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Where folds see an observation x ~ N(θ, 1) of θ ~ N(0, 1) with errors of their own, ~ N(0, 1), its log-density has power ½ by one
// fold, and that of the mean over five has power 1/(1 + 1/5).
func TestFoldGain(t *testing.T) {
	const folds, draws = 5, 100
	r := rand.New(rand.NewPCG(1, 2))
	normal := func(v float64) float64 { return -v * v / 2 }
	all := &pool{each: draws + 1}
	var held []float64
	var sets []*shift
	for range 1000 {
		truth := r.NormFloat64()
		x := truth + r.NormFloat64()
		s := &shift{proposals: &proposals{each: draws + 1}, whole: make([]float64, draws+1), folds: make([][]float64, folds)}
		var seen [folds]float64
		for g := range seen {
			seen[g] = x + r.NormFloat64()
		}
		for k := range draws + 1 {
			θ := truth
			if k > 0 {
				θ = x/2 + 2*r.NormFloat64()
			}
			s.before, s.proposed = append(s.before, normal(θ)), append(s.proposed, normal((θ-x/2)/2))
			for g, y := range seen {
				s.folds[g] = append(s.folds[g], normal(y-θ)/2)
				s.whole[k] += normal(y-θ) / 2 / folds
			}
		}
		all.add(s.before, s.proposed, s.folds[:1])
		held = append(held, s.folds[0]...)
		sets = append(sets, s)
	}
	const want = 2 / (1 + 1.0/folds)
	if got := gain(all, held, sets); math.Abs(got-want) > 0.2 { // two standard errors by 1,000 pairs
		t.Errorf("got a gain of %v, want %v", got, want)
	}
}
