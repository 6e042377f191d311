package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// Where tails underflow, their logarithms follow from those of one sample: P(X ≤ x) is F(x)ᵏ times the number of ways to choose
// k of n, as far as F is small. They were integrals over densities that have integrals of their own, of which one took seconds.
func TestLogTailsOfOrder(t *testing.T) {
	for _, c := range []struct {
		of         *dist.Columns
		k, n, ways float64
		x          float64
	}{
		{dist.NewF(1, f(1e300), f(1e160)), 2, 7, 21, 1e-300},
		{dist.NewF(1, f(50), f(1e4)), 2, 7, 21, 1e-30},
		{dist.NewLogistic(1, f(0), f(1)), 7, 7, 1, -2000},
		{dist.NewLogistic(1, f(0), f(1)), 2, 7, 21, -2000},
		{dist.NewSkewNormal(1, f(0), f(1), f(2)), 2, 7, 21, -300},
		{dist.NewNormal(1, f(0), f(1)), 300, 300, 1, -2},
		{dist.NewNormal(1, f(0), f(1)), 1e9, 1e9, 1, 1},
	} {
		d := dist.NewOrderStatistic(c.of, f(c.k), f(c.n))
		want := c.k*c.of.LogCDF(nil, []float64{c.x})[0] + math.Log(c.ways)
		if got := d.LogCDF(nil, []float64{c.x})[0]; got != want && !(math.Abs(got-want) <= 4e-15*math.Abs(want)) {
			t.Errorf("%v of %v, %v: log P(X ≤ %v) = %v, want %v", c.k, c.n, c.of.Of, c.x, got, want)
		}
	}
}

// The logarithms of these tails are closed forms too, against values of 20 digits; by quadrature a call took milliseconds, and
// seconds for parameters of extreme sizes, and those of power tails had lost half their digits.
func TestLogTailsInClosedForm(t *testing.T) {
	johnson := dist.NewTruncated(dist.NewJohnsonSU(1, f(1e18), f(1e-6), f(0), f(1)), f(-1e300), f(1e300))
	for _, c := range []struct {
		d     *dist.Columns
		x     float64
		upper bool
		want  float64
	}{
		{dist.NewF(1, f(300), f(2000)), 9, true, -496.9885117579918748},
		{dist.NewF(1, f(300), f(2)), 1e-8, false, -2011.5070424782477085},
		{dist.NewF(1, f(3), f(40)), 1e-200, false, -690.43356984337969774},
		{dist.NewF(1, f(3), f(40)), 1e300, true, -13762.068123017800652},
		{dist.NewJohnsonSU(1, f(0.5), f(40), f(0), f(1)), 3, true, -2687.1047866196001354},
		{dist.NewJohnsonSU(1, f(1e18), f(1e-6), f(0), f(1)), -1e300, true, -5e35},
		{dist.NewSinhArcsinh(1, f(0.5), f(0.5), f(0), f(1)), -9, false, -924.6759458851580536},
		{johnson, 0, true, 0},
		{dist.NewGPD(1, f(0), f(1), f(0.4)), 1e130, true, -746.04942839337941852},
		{dist.NewGEV(1, f(0), f(1), f(0.4)), 1e130, true, -746.04942839337941852},
		{dist.NewGEV(1, f(-4.035), f(1.21), f(0.032)), -13.244721202125868, false, -6142.5527066334643625},
		{dist.NewPareto(1, f(2.3), f(1)), 1e140, true, -741.43239994408265313},
		{dist.NewInverseGamma(1, f(2.3), f(1)), 1e140, true, -742.41949852197738753},
		{dist.NewHalfStudentT(1, f(2.5), f(0), f(1)), 1e125, true, -719.19411592463416447},
	} {
		got := c.d.LogCDF(nil, []float64{c.x})[0]
		if c.upper {
			got = c.d.LogSurvival(nil, []float64{c.x})[0]
		}
		if c.want != 0 && !(math.Abs(got-c.want) <= 1e-15*math.Abs(c.want)) || math.IsNaN(got) {
			t.Errorf("%v: at %v: got %v, want %v", c.d.Of, c.x, got, c.want)
		}
	}
}

// A distribution of extremes whose mass below the bound is e^−6,000: there the differences of logarithms count.
func TestTruncatedExtremes(t *testing.T) {
	d := dist.NewTruncated(dist.NewGEV(1, f(-4.035), f(1.21), f(0.032)), autodiff.Value{}, f(-13.244721202125868))
	for _, c := range []struct{ x, lp, cdf, sf float64 }{
		{-13.244758447846008, 8.56158992199166026, 0.778829396440667077, 0.221170603559332923},
		{-13.245168150767544, 5.81176307546668085, 0.0497745208141924494, 0.950225479185807551},
	} {
		x := []float64{c.x}
		for _, v := range [][2]float64{{d.LogProb(x), c.lp}, {d.CDF(nil, x)[0], c.cdf}, {d.Survival(nil, x)[0], c.sf}} {
			if !(math.Abs(v[0]-v[1]) <= 1e-10*v[1]) {
				t.Errorf("at %v: got %v, want %v", c.x, v[0], v[1])
			}
		}
	}
}

// The larger tail of a mixture is 1 less the smaller one, which rounding leaves alone.
func TestTailsOfMixture(t *testing.T) {
	d := dist.NewMixture(dist.FixedWeights(0.357496779013, 0.294132333072, 0.348370887915),
		dist.NewNormal(1, f(-2), f(0.843)), dist.NewNormal(1, f(0), f(1.16)), dist.NewNormal(1, f(3), f(0.614)))
	for _, x := range []float64{-7.9998765402235, -5.795045079349925, -3, 2.5, 6} {
		lower, upper := d.CDF(nil, []float64{x})[0], d.Survival(nil, []float64{x})[0]
		if max(lower, upper) != 1-min(lower, upper) {
			t.Errorf("P(X ≤ %v) and P(X > %v): got %v and %v, want the larger 1 less the other", x, x, lower, upper)
		}
	}
}
