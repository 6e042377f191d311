package disttest

import (
	"math"
	"slices"
	"testing"

	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
)

// shares are those of draws between whose quantiles a density is integrated.
var shares = []float64{0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98}

// masses checks that the density of one column has, between quantiles of half the draws, the mass by which the
// distribution function rises; or without one the share of the other half there, within six standard errors.
func (c *Case) masses(t testing.TB) {
	x := mat.Col(nil, 0, c.sample(2*c.Draws))
	learned, held := x[:c.Draws], x[c.Draws:]
	slices.Sort(learned)
	slices.Sort(held)
	knots := slices.Clone(c.Corners)
	for _, p := range shares {
		knots = append(knots, learned[int(p*float64(c.Draws))])
	}
	slices.Sort(knots)
	density := func(x float64) float64 { return math.Exp(dist.LogProb(c.Dist, []float64{x})) }
	n := float64(c.Draws)
	f, known := c.Dist.(dist.CDFer)
	for i := 1; i < len(knots); i++ {
		a, b := knots[i-1], knots[i]
		if a == b {
			continue // integers, which do not say so, or a corner
		}
		share := float64(below(held, b)-below(held, a)) / n
		mass := quad.Fixed(density, a, b, 200, nil, 0)
		if known {
			if rise := f.CDF(nil, []float64{b})[0] - f.CDF(nil, []float64{a})[0]; !(math.Abs(mass-rise) <= 1e-6) {
				t.Errorf("the density integrates to %v from %v to %v, where the distribution function rises by %v", mass, a, b, rise)
			}
			continue
		}
		if !(math.Abs(mass-share) <= 6*math.Sqrt((share+1/n)/n)) {
			t.Errorf("the density integrates to %v from %v to %v, where %v of the draws are", mass, a, b, share)
		}
	}
}

// below returns how many of the ascending numbers are less than at.
func below(x []float64, at float64) int {
	i, _ := slices.BinarySearch(x, at)
	return i
}
