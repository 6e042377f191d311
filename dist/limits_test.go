package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Parameters at limits that have a meaning: densities, draws and quantiles are those of
// the limit.
func TestLimits(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name string
		d    dist.Distribution
		x    []float64
		lp   []float64
	}{
		{"Bernoulli(0)", dist.NewBernoulli(1, f(0)), []float64{0, 1, 0.5}, []float64{0, -inf, -inf}},
		{"Bernoulli(1)", dist.NewBernoulli(1, f(1)), []float64{0, 1}, []float64{-inf, 0}},
		{"Binomial(5, 0)", dist.NewBinomial(1, f(5), f(0)), []float64{0, 1, 5}, []float64{0, -inf, -inf}},
		{"Binomial(5, 1)", dist.NewBinomial(1, f(5), f(1)), []float64{0, 4, 5}, []float64{-inf, -inf, 0}},
		{"Binomial(0, 0.3)", dist.NewBinomial(1, f(0), f(0.3)), []float64{0, 1}, []float64{0, -inf}},
		{"Poisson(0)", dist.NewPoisson(1, f(0)), []float64{0, 1, 0.5}, []float64{0, -inf, -inf}},
		{"Truncated(-∞, ∞)", dist.NewTruncated(dist.NewLaplace(1, f(0), f(0.5)), f(-inf), f(inf)), []float64{0, 1}, []float64{0, -2}},
		{"Truncated(-∞, 0)", dist.NewTruncated(dist.NewLaplace(1, f(0), f(0.5)), f(-inf), f(0)), []float64{0, -1}, []float64{math.Ln2, math.Ln2 - 2}},
		{"Geometric(1)", dist.NewGeometric(1, f(1)), []float64{0, 1}, []float64{0, -inf}},
		{"NegativeBinomial(2, 0)", dist.NewNegativeBinomial(1, f(2), f(0)), []float64{0, 3}, []float64{0, -inf}},
		{"Triangular(0, 2, 0)", dist.NewTriangular(1, f(0), f(2), f(0)), []float64{0, 1, 2}, []float64{0, -math.Ln2, -inf}},
		{"Triangular(0, 2, 2)", dist.NewTriangular(1, f(0), f(2), f(2)), []float64{0, 1, 2}, []float64{-inf, -math.Ln2, 0}},
		{"PERT(0, 0, 2, 1)", dist.NewPERT(1, f(0), f(0), f(2), f(1)), []float64{0, 1}, []float64{0, -math.Ln2}},
		{"Categorical(1, 0, 3)", dist.NewCategorical(dist.FixedWeights(1, 0, 3)), []float64{0, 1, 2}, []float64{math.Log(0.25), -inf, math.Log(0.75)}},
		{"Mixture(0, 1)", dist.NewMixture(dist.FixedWeights(0, 1), dist.NewCauchy(1, f(0), f(1)), dist.NewLaplace(1, f(0), f(1))), []float64{1}, []float64{-1 - math.Ln2}},
		{"GPD(0, 2, -1)", dist.NewGPD(1, f(0), f(2), f(-1)), []float64{0, 1, 2}, []float64{-math.Ln2, -math.Ln2, -math.Ln2}},
	} {
		for i, x := range c.x {
			if got := dist.LogProb(c.d, []float64{x}); got != c.lp[i] && !(math.Abs(got-c.lp[i]) < 1e-15) {
				t.Errorf("%s: log-density at %v is %v, want %v", c.name, x, got, c.lp[i])
			}
		}
		batch := sample(c.d, 50)
		for _, x := range batch.RawMatrix().Data {
			if lp := dist.LogProb(c.d, []float64{x}); !(lp > -50) {
				t.Errorf("%s: draws %v of log-density %v", c.name, x, lp)
			}
		}
		if q, ok := c.d.(dist.Quantiler); ok {
			if x := q.Quantile(nil, []float64{0.5}); !(dist.LogProb(c.d, x) > -50) {
				t.Errorf("%s: the median is %v", c.name, x)
			}
		}
		if m, ok := c.d.(dist.Moments); ok && c.name != "Mixture(0, 1)" {
			if m, v := m.Mean(nil)[0], m.Variance(nil)[0]; math.IsNaN(m) || math.IsNaN(v) {
				t.Errorf("%s: mean and variance are %v and %v", c.name, m, v)
			}
		}
	}
	mix := dist.NewMixture(dist.FixedWeights(0, 1), dist.NewCauchy(1, f(0), f(1)), dist.NewLaplace(1, f(0), f(1)))
	if m := mix.Mean(nil)[0]; m != 0 {
		t.Errorf("mean of a mixture whose part without a mean has no weight: got %v, want 0", m)
	}
}

// At the faces of their supports densities have gradients that are numbers.
func TestGradientsAtEdges(t *testing.T) {
	for name, c := range map[string]struct {
		d   dist.Distribution
		row []float64
	}{
		"Dirichlet":    {dist.NewDirichlet(3, l(1, 1, 1)), []float64{0, 0.5, 0.5}},
		"Gamma":        {dist.NewGamma(1, l(2), l(2)), []float64{0}},
		"Weibull":      {dist.NewWeibull(1, l(1.5), l(2)), []float64{0}},
		"InverseGamma": {dist.NewInverseGamma(1, l(1.5), l(2)), []float64{0}},
		"Beta":         {dist.NewBeta(1, l(2), l(3)), []float64{1}},
		"GPD":          {dist.NewGPD(1, l(0), l(2), l(-0.5)), []float64{4}},
	} {
		tape := autodiff.NewTape()
		x := tape.Variable(mat.NewDense(1, len(c.row), c.row))
		tape.Backward(c.d.LogDensity(x))
		for _, g := range x.Grad() {
			if math.IsNaN(g) {
				t.Errorf("%s: gradient in the row %v is %v", name, c.row, x.Grad())
			}
		}
		for i, p := range tape.Params() {
			for _, g := range tape.Grad(p) {
				if math.IsNaN(g) {
					t.Errorf("%s: gradient in parameter %d at %v is NaN", name, i, c.row)
				}
			}
		}
	}
}

// Nothing is drawn into an empty batch.
func TestEmptyBatch(t *testing.T) {
	for _, name := range names() {
		table[name].Draw(&mat.Dense{}, nil)
	}
	for _, m := range mades() {
		if m.CondDim() == 0 {
			m.Draw(&mat.Dense{}, nil)
		}
	}
}

// Entropies of wide distributions of integers.
func TestWideEntropies(t *testing.T) {
	q := 1e-9
	p := 1 - q
	normal := func(v float64) float64 { return 0.5 * (1 + math.Log(2*math.Pi*v)) }
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"Skellam(1e6, 1e6)", dist.NewSkellam(1, f(1e6), f(1e6)).Entropy(), 8.6732674025},
		{"Poisson(1e12)", dist.NewPoisson(1, f(1e12)).Entropy(), normal(1e12)},
		{"Binomial(1e12, 0.5)", dist.NewBinomial(1, f(1e12), f(0.5)).Entropy(), normal(2.5e11)},
		{"NegativeBinomial(1, 1 - 1e-9)", dist.NewNegativeBinomial(1, f(1), f(p)).Entropy(), dist.NewGeometric(1, f(1-p)).Entropy()},
	} {
		if !(math.Abs(c.got-c.want) < 1e-9) {
			t.Errorf("entropy of %s: got %.11v, want %.11v", c.name, c.got, c.want)
		}
	}
}

// Shapes so small that products of them underflow: the right values are mpmath's at 700 digits, and of a normal
// inverse Gaussian distribution Cauchy's, its limit.
func TestTinyShapes(t *testing.T) {
	for _, c := range []struct{ a, b, x, want float64 }{
		{1e-300, 1e10, 0.5, -6931472494.9886866313}, {1e-300, 1e10, 1e-11, -665.54709187526970259},
		{1e-310, 1, 0.5, -713.10823164759421979}, {1e-310, 1e5, 1e-11, -688.47294380520966252},
	} {
		if got := dist.NewBeta(1, f(c.a), f(c.b)).LogProb([]float64{c.x}); !(math.Abs(got/c.want-1) < 1e-13) {
			t.Errorf("Beta(%v, %v): log-density at %v: %v, want %v", c.a, c.b, c.x, got, c.want)
		}
	}
	for _, s := range []float64{1e-300, 1e-170} {
		d, limit := dist.NewNormalInverseGaussian(1, f(s), f(0), f(0), f(s)), dist.NewCauchy(1, f(0), f(s))
		for _, z := range []float64{0, 1, -3, 1e10} {
			x := []float64{z * s}
			if got, want := d.LogProb(x), limit.LogProb(x); !(math.Abs(got-want) < 1e-12) {
				t.Errorf("NIG of %v: log-density at %v: %v, want %v", s, x, got, want)
			}
			if got, want := d.CDF(nil, x)[0], limit.CDF(nil, x)[0]; !(math.Abs(got-want) < 1e-12) {
				t.Errorf("NIG of %v: CDF(%v) = %v, want %v", s, x, got, want)
			}
		}
		if m, v, mode := d.Mean(nil)[0], d.Variance(nil)[0], d.Mode(nil)[0]; m != 0 || v != 1 || mode != 0 {
			t.Errorf("NIG of %v: mean %v, variance %v, mode %v, want 0, 1, 0", s, m, v, mode)
		}
	}
}
