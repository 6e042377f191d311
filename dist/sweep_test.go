package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Parameters from 5e-324 to 1e300 and finite numbers of every size make no NaN: neither log-densities nor, where they are
// finite, their gradients; and nothing takes for ever.
func TestLogDensityAtAllSizes(t *testing.T) {
	tape := autodiff.NewTape()
	sweep(magnitudes, 1, func(name string, v []float64, d *dist.Columns, xs []float64) {
		for _, x := range xs {
			tape.Reset()
			row := tape.Variable(mat.NewDense(1, 1, []float64{x}))
			lp := d.LogDensity(row)
			tape.Backward(lp)
			if y := lp.Value(); math.IsNaN(y) {
				t.Errorf("%s%v: log density at %v is NaN", name, v, x)
			} else if g := row.Grad(); !math.IsInf(y, 0) && g != nil && math.IsNaN(g[0]) {
				t.Errorf("%s%v: gradient at %v is NaN", name, v, x)
			}
		}
	})
}

// Where a density falls within less than the least number, its interval is empty; it was measured for ever.
func TestNarrowTail(t *testing.T) {
	for _, d := range []*dist.Columns{dist.NewNormal(1, f(0), f(1e-300)), dist.NewLaplace(1, f(0), f(1e-320))} {
		if got := d.LogInterval(nil, []float64{0.5}, []float64{1.5})[0]; !math.IsInf(got, -1) {
			t.Errorf("log P(0.5 < X ≤ 1.5): got %v, want -Inf", got)
		}
	}
}

// Quantiles far from 0 invert the distribution function.
func TestFarQuantiles(t *testing.T) {
	for _, δ := range []float64{1e3, 1e9, 1e130, 1e300, -1e200} {
		for _, p := range []float64{1e-6, 0.7, 0.999} {
			d := dist.NewNoncentralT(1, f(5), f(δ), f(0), f(1))
			x := d.Quantile(nil, []float64{p})
			if got := d.CDF(nil, x)[0]; !(math.Abs(got-p) < 1e-9*p) {
				t.Errorf("NoncentralT, δ = %v: the quantile of %v is %v, of probability %v", δ, p, x, got)
			}
		}
	}
}

// Formulas whose parts overflow, against values of 40 digits.
func TestPartsOverflow(t *testing.T) {
	for _, c := range []struct {
		name string
		d    *dist.Columns
		x    float64
		want float64
	}{
		{"EMG, exponential", dist.NewExponentiallyModifiedGaussian(1, f(0), f(1e-300), f(1e-300)), 1e300, -691.77552789821371},
		{"EMG, normal", dist.NewExponentiallyModifiedGaussian(1, f(0), f(1e18), f(1e300)), 1e18, -42.865470207097495},
		{"Kumaraswamy", dist.NewKumaraswamy(1, f(1e18), f(1e300)), 1e-10, 732.22206 - 2.302585092994045684e19},
		{"SkewNormal", dist.NewSkewNormal(1, f(0), f(1e-300), f(0)), 1e300, math.Inf(-1)},
		{"Zipf", dist.NewZipf(1, f(1e160)), 1, 0},
		{"Triangular", dist.NewTriangular(1, f(0), f(1e-300), f(1e-318)), 0, math.Inf(-1)},
	} {
		if got := c.d.LogProb([]float64{c.x}); got != c.want && !(math.Abs(got-c.want) < 1e-9) {
			t.Errorf("%s: log p(%v): got %v, want %v", c.name, c.x, got, c.want)
		}
	}
}

// Between neighbours beyond 2⁵³ there is no number to search.
func TestCountsBeyondIntegers(t *testing.T) {
	for _, c := range []struct {
		d        *dist.Columns
		lo, mean float64
	}{
		{dist.NewBinomial(1, f(1e18), f(0.3)), 2.99e17, 3e17},
		{dist.NewPoisson(1, f(1e18)), 0.99e18, 1e18},
		{dist.NewNegativeBinomial(1, f(1e18), f(0.5)), 0.99e18, 1e18},
	} {
		if q := c.d.Quantile(nil, []float64{1e-300})[0]; !(q > c.lo && q < c.mean) {
			t.Errorf("%v: the quantile of 1e-300 is %v, want one between %v and %v", c.d.Of, q, c.lo, c.mean)
		}
	}
}
