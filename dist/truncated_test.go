package dist_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Where the mass of the interval underflows, quantiles, draws and gradients are those of
// the distribution that is left.
func TestTruncatedFarOut(t *testing.T) {
	none := autodiff.Value{}
	below := dist.NewTruncated(dist.NewNormal(1, l(0), l(1)), none, l(-40))
	if got := below.Quantile(nil, []float64{0.5})[0]; math.Abs(got+40.01731) > 1e-5 {
		t.Errorf("median of N(0, 1) below -40: got %v, want -40.01731", got)
	}
	for name, d := range map[string]*dist.Columns{
		"below":   below,
		"wide":    dist.NewTruncated(dist.NewNormal(1, l(0), l(1)), f(-1e17), f(-40)),
		"laplace": dist.NewTruncated(dist.NewLaplace(1, l(0), l(0.001)), f(1), f(2)),
		"gamma":   dist.NewTruncated(dist.NewGamma(1, l(2.5), l(1)), l(900), none),
		"poisson": dist.NewTruncated(dist.NewPoisson(1, l(3.5)), f(400), none),
	} {
		x := mat.NewDense(200, 1, nil)
		d.Draw(x, &counter{src: rand.NewPCG(1, 2), left: 20000})
		s := d.Support()
		worst := 0.0
		for _, x := range x.RawMatrix().Data {
			if !(x >= s.Low[0] && x <= s.High[0]) {
				t.Fatalf("%s: draws %v, outside [%v, %v]", name, x, s.Low[0], s.High[0])
			}
			if lp := d.LogProb([]float64{x}); math.IsInf(lp, 0) || math.IsNaN(lp) {
				t.Errorf("%s: log-density at %v is %v", name, x, lp)
			}
			lower, upper := d.CDF(nil, []float64{x})[0], d.Survival(nil, []float64{x})[0]
			worst = max(worst, math.Abs(lower+upper-1))
		}
		if worst > 1e-12 {
			t.Errorf("%s: CDF + survival is %v off 1", name, worst)
		}
	}
	gradtest.Check(t, func(x ...V) V { return below.LogDensity(x[0]) }, mat.NewDense(3, 1, []float64{-40.01, -40.1, -41}))
}

func TestDrawsOfGap(t *testing.T) {
	d := dist.NewTruncated(dist.NewBeta(1, f(1e-20), f(1e-20)), f(0.25), f(0.875))
	kolmogorov(t, "Beta(1e-20, 1e-20) on [0.25, 0.875]", d, d)
}

// A beta distribution whose mass is all at its ends, truncated between them: there its density is
// that of 1/x or of 1/(x(1−x)), whose medians are closed forms.
func TestTruncatedBetaOfTinyShapes(t *testing.T) {
	odds := math.Sqrt(1.0 / 3)
	for _, c := range []struct{ a, b, median float64 }{
		{1e-20, 1, math.Sqrt(0.125)}, {1e-200, 1, math.Sqrt(0.125)}, {1e-200, 1e-20, odds / (1 + odds)}, {1e-300, 1, math.Sqrt(0.125)}, {1e-20, 1e-20, odds / (1 + odds)}, {1e-300, 1e-20, odds / (1 + odds)},
	} {
		d := dist.NewTruncated(dist.NewBeta(1, f(c.a), f(c.b)), f(0.25), f(0.5))
		if got := d.Quantile(nil, []float64{0.5})[0]; !(math.Abs(got-c.median) < 1e-12) {
			t.Errorf("Beta(%v, %v) on [0.25, 0.5]: median %v, want %v", c.a, c.b, got, c.median)
		}
		mass := math.Ln2 // the integral of 1/x
		if c.b < 1 {
			mass += math.Log(1.5) // and that of 1/(1−x)
		}
		for _, x := range []float64{0.25, 0.3, 0.5} {
			density := 1 / x
			if c.b < 1 {
				density /= 1 - x
			}
			if got, want := d.LogProb([]float64{x}), math.Log(density/mass); !(math.Abs(got-want) < 1e-12) {
				t.Errorf("Beta(%v, %v) on [0.25, 0.5]: log-density at %v: %v, want %v", c.a, c.b, x, got, want)
			}
			part := math.Log(x / 0.25)
			if c.b < 1 {
				part += math.Log(0.75 / (1 - x))
			}
			if got := d.CDF(nil, []float64{x})[0]; !(math.Abs(got-part/mass) < 1e-12) || got > 1 {
				t.Errorf("Beta(%v, %v) on [0.25, 0.5]: CDF(%v) = %v, want %v", c.a, c.b, x, got, part/mass)
			}
		}
		for _, x := range sample(d, 50).RawMatrix().Data {
			if !(x >= 0.25 && x <= 0.5) {
				t.Errorf("Beta(%v, %v) on [0.25, 0.5]: draws %v", c.a, c.b, x)
			}
		}
	}
}

// What is kept of an interval is that of its own parameters, whoever else asks.
func TestTruncatedTogether(t *testing.T) {
	scales := make([]float64, 40)
	for j := range scales {
		scales[j] = 0.5 + 0.05*float64(j)
	}
	all := dist.NewTruncated(dist.NewNormal(len(scales), f(-4), f(scales...)), f(0.5), f(4))
	x := slices.Repeat([]float64{0.7}, len(scales))
	for range 2 {
		p, l := all.CDF(nil, x), all.LogSurvival(nil, x)
		for j, scale := range scales {
			alone := dist.NewTruncated(dist.NewNormal(1, f(-4), f(scale)), f(0.5), f(4))
			if q, m := alone.CDF(nil, x[:1])[0], alone.LogSurvival(nil, x[:1])[0]; q != p[j] || m != l[j] {
				t.Errorf("scale %v: got %v and %v, alone %v and %v", scale, p[j], l[j], q, m)
			}
		}
	}
}
