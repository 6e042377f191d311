package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/dist"
)

// The quantile of P(X ≤ k) is k, and of a little more k + 1.
func TestQuantilesAtSteps(t *testing.T) {
	for name, d := range map[string]*dist.Columns{
		"Bernoulli":        dist.NewBernoulli(1, f(0.3)),
		"Binomial":         dist.NewBinomial(1, f(10), f(0.3)),
		"Binomial1000":     dist.NewBinomial(1, f(1000), f(0.01)),
		"Geometric":        dist.NewGeometric(1, f(0.5)),
		"GeometricSmall":   dist.NewGeometric(1, f(0.03)),
		"NegativeBinomial": dist.NewNegativeBinomial(1, f(2.5), f(0.8)),
		"Poisson":          dist.NewPoisson(1, f(3.7)),
		"Poisson100":       dist.NewPoisson(1, f(100)),
		"Skellam":          dist.NewSkellam(1, f(3), f(7)),
		"Zipf":             dist.NewZipf(1, f(2.5)),
	} {
		for k := -40.0; k < 160; k++ {
			p := d.CDF(nil, []float64{k})
			q := d.Survival(nil, []float64{k})
			step := math.Exp(dist.LogProb(d, []float64{k}))
			next := math.Exp(dist.LogProb(d, []float64{k + 1}))
			if step > 1e-13*p[0] && step > 4e-16 {
				if got := d.Quantile(nil, p)[0]; got != k {
					t.Errorf("%s: the quantile of P(X ≤ %v) = %v is %v", name, k, p[0], got)
				}
			}
			if step > 1e-13*q[0] && step > 0 {
				if got := d.InverseSurvival(nil, q)[0]; got != k {
					t.Errorf("%s: the inverse of P(X > %v) = %v is %v", name, k, q[0], got)
				}
			}
			if next > 1e-9*p[0] && p[0] > 0 {
				p[0] *= 1 + 1e-11
				if got := d.Quantile(nil, p)[0]; got != k+1 {
					t.Errorf("%s: the quantile of a little more than P(X ≤ %v) is %v", name, k, got)
				}
			}
		}
	}
	if got := dist.NewGeometric(1, f(0.5)).Quantile(nil, []float64{0.875})[0]; got != 2 {
		t.Errorf("Geometric(½).Quantile(0.875) = %v, want 2", got)
	}
}
