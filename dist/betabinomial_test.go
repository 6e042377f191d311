package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/dist"
)

// Beyond 2⁵³ trials, where sums over integers have no meaning, a beta-binomial variable is n times a beta one; next to a pole
// of that it is not, to the last digit of an entropy.
func TestBetaBinomialOfManyTrials(t *testing.T) {
	for _, n := range []float64{1e17, 1e25, 1e100, 1e300} {
		for _, s := range [][2]float64{{2, 3}, {0.5, 0.5}, {0.3, 3}, {50, 2}, {0.9, 1000}} {
			d, limit := dist.NewBetaBinomial(1, f(n), f(s[0]), f(s[1])), dist.NewBeta(1, f(s[0]), f(s[1]))
			for _, q := range []float64{0.01, 0.3, 0.7} {
				x := limit.Quantile(nil, []float64{q})[0]
				want := limit.CDF(nil, []float64{x})[0]
				if got := d.CDF(nil, []float64{x * n})[0]; !(math.Abs(got-want) < 1e-6*want) {
					t.Errorf("n = %v, shapes %v: P(X ≤ %v) is %v, want %v", n, s, x*n, got, want)
				}
				if got := d.Quantile(nil, []float64{q})[0]; !(math.Abs(got/n-x) < 1e-6*x) {
					t.Errorf("n = %v, shapes %v: quantile(%v)/n is %v, want %v", n, s, q, got/n, x)
				}
			}
			if got, want := d.Entropy(), math.Log(n)+limit.Entropy(); n > 1e30 && !(math.Abs(got-want) < 1e-12*want) {
				t.Errorf("n = %v, shapes %v: entropy %v, want %v", n, s, got, want)
			}
		}
	}
	// by sums of 4000 probabilities of 40 digits at each pole
	for _, c := range []struct{ a, b, want float64 }{{0.3, 3, 34.58661384004}, {0.5, 0.5, 36.49523610115236}} {
		if got := dist.NewBetaBinomial(1, f(1<<53+2), f(c.a), f(c.b)).Entropy(); !(math.Abs(got-c.want) < 1e-10) {
			t.Errorf("shapes %v, %v: entropy %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
