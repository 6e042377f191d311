package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// Variances of short intervals are those of their lengths, exact where the density hardly changes; points have a digit less than
// distances for each by which an interval is shorter than its place. And where tails are too heavy for a moment, an endless
// interval has none either. The values are of 40 digits.
func TestMomentsOfIntervals(t *testing.T) {
	none := autodiff.Value{}
	for _, c := range []struct {
		of             *dist.Columns
		low, high      autodiff.Value
		mean, variance float64
	}{
		{dist.NewJohnsonSU(1, f(1.155), f(0.636), f(-0.219), f(1.27)), f(-3.0009401536412534), f(-3.000940143457281), -3.00094014854927, 8.642774371749323e-18},
		{dist.NewJohnsonSU(1, f(-3.514), f(0.461), f(-1.56), f(0.123)), f(175.51383360487202), f(175.51383411868176), 175.5138338617769, 2.2000037227300397e-14},
		{dist.NewLogitNormal(1, f(-0.073), f(0.032)), f(0.482835805667737), f(0.48283580567851403), 0.48283580567312553, 9.678726567683382e-24},
		{dist.NewLogitNormal(1, f(3.983), f(1.685)), f(0.9866030429059875), f(0.9866030429549074), 0.9866030429304475, 1.994294583696431e-22},
		{dist.NewInverseGamma(1, f(1.639), f(3.337)), f(3933.5), none, 0, math.Inf(1)},
		{dist.NewInverseGamma(1, f(0.5), f(1)), f(3), none, math.Inf(1), math.Inf(1)},
		{dist.NewCauchy(1, f(0), f(1)), none, f(3), math.Inf(-1), math.Inf(1)},
		{dist.NewPareto(1, f(1.5), f(1)), f(1e9), none, 3e9, math.Inf(1)},
	} {
		d := dist.NewTruncated(c.of, c.low, c.high)
		if got := d.Mean(nil)[0]; c.mean != 0 && got != c.mean && !(math.Abs(got-c.mean) <= 1e-10*math.Abs(c.mean)) {
			t.Errorf("%v: mean %v, want %v", c.of.Of, got, c.mean)
		}
		if got := d.Variance(nil)[0]; got != c.variance && !(math.Abs(got-c.variance) <= 1e-10*c.variance) {
			t.Errorf("%v: variance %v, want %v", c.of.Of, got, c.variance)
		}
	}
}
