package dist_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// Infinite degrees of freedom and powers are the limits.
func TestEndless(t *testing.T) {
	inf := f(math.Inf(1))
	for _, c := range []struct {
		name     string
		d, limit *dist.Columns
		x        []float64
	}{
		{"StudentT", dist.NewStudentT(1, inf, f(1), f(2)), dist.NewNormal(1, f(1), f(2)), []float64{1, 1 + 1e-9, 1.5, -40, 1e3, 1e10}},
		{"HalfStudentT", dist.NewHalfStudentT(1, inf, f(0), f(2)), dist.NewHalfNormal(1, f(2)), []float64{0, 1e-9, 1, 40, 1e3}},
		{"F(3, ∞)", dist.NewF(1, f(3), inf), dist.NewGamma(1, f(1.5), f(1.5)), []float64{1e-9, 0.1, 1, 3, 40, 1e3}},
		{"F(∞, 5)", dist.NewF(1, inf, f(5)), dist.NewInverseGamma(1, f(2.5), f(2.5)), []float64{1e-3, 0.1, 1, 3, 40, 1e3}},
		{"GeneralizedNormal", dist.NewGeneralizedNormal(1, f(1), f(2), inf), dist.NewUniform(1, f(-1), f(3)), []float64{-0.99, 0, 1, 2.99}},
		{"SkewNormal", dist.NewSkewNormal(1, f(0), f(2), inf), dist.NewHalfNormal(1, f(2)), []float64{1e-9, 1, 40}},
		{"VonMises", dist.NewVonMises(1, f(0), f(0)), dist.NewUniform(1, f(-math.Pi), f(math.Pi)), []float64{-3, 0, 2}},
	} {
		for _, x := range c.x {
			v := []float64{x}
			near(t, c.name+": log-density", c.d.LogProb(v), c.limit.LogProb(v))
			near(t, c.name+": cdf", c.d.CDF(nil, v)[0], c.limit.CDF(nil, v)[0])
			near(t, c.name+": log survival", dist.LogSurvival(c.d, nil, v)[0], dist.LogSurvival(c.limit, nil, v)[0])
		}
		for _, p := range []float64{1e-20, 0.1, 0.5, 0.75, 1 - 1e-9} {
			near(t, c.name+": quantile", c.d.Quantile(nil, []float64{p})[0], c.limit.Quantile(nil, []float64{p})[0])
		}
		near(t, c.name+": mean", c.d.Mean(nil)[0], c.limit.Mean(nil)[0])
		near(t, c.name+": variance", c.d.Variance(nil)[0], c.limit.Variance(nil)[0])
		near(t, c.name+": entropy", c.d.Entropy(), c.limit.Entropy())
		kolmogorov(t, c.name, c.d, c.limit)
		gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return c.d.LogDensity(x[0]) }, mat.NewDense(1, 1, []float64{c.limit.Quantile(nil, []float64{0.7})[0]}))
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if got != want && !(math.Abs(got-want) <= 1e-12*math.Max(1, math.Abs(want))) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// kolmogorov compares the distribution of draws with that of the limit.
func kolmogorov(t *testing.T, what string, d, limit *dist.Columns) {
	t.Helper()
	const n = 2000
	batch := mat.NewDense(n, 1, nil)
	d.Draw(batch, rand.NewPCG(1, 2))
	var counts [10]float64
	for _, x := range batch.RawMatrix().Data {
		counts[min(int(10*limit.CDF(nil, []float64{x})[0]), 9)]++
	}
	chi := 0.0
	for _, c := range counts {
		chi += (c - n/10) * (c - n/10) / (n / 10)
	}
	if chi > 30 { // χ² of 9 degrees of freedom
		t.Errorf("%s: the draws fall into tenths of the limit as %v", what, counts)
	}
}

func TestEndlessRows(t *testing.T) {
	l := autodiff.NewParam(2, 2, []float64{1, 0, 0.5, 2})
	d := dist.NewMultivariateStudentT(f(math.Inf(1)), f(1), l)
	limit := dist.NewMultivariateNormal(f(1), l)
	for _, x := range [][]float64{{1, 1}, {3, -7}, {1e5, 0}} {
		near(t, "log-density", dist.LogProb(d, x), dist.LogProb(limit, x))
	}
	near(t, "entropy", d.Entropy(), limit.Entropy())
	near(t, "variance", d.Variance(nil)[1], limit.Variance(nil)[1])
}

// Files keep it, and places without a limit refuse it.
func TestEndlessFilesAndPanics(t *testing.T) {
	var file bytes.Buffer
	m := flow.New(dist.NewStudentT(2, f(3, math.Inf(1)), f(0), f(1)))
	if err := m.Save(&file); err != nil {
		t.Fatal(err)
	}
	loaded, err := flow.Load(&file)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "loaded", loaded.LogProb([]float64{0, 2}), m.LogProb([]float64{0, 2}))
	near(t, "columns", m.LogProb([]float64{0, 2}), dist.NewStudentT(1, f(3), f(0), f(1)).LogProb([]float64{0})+dist.NewNormal(1, f(0), f(1)).LogProb([]float64{2}))
	for name, make := range map[string]func(){
		"loc":      func() { dist.NewNormal(1, f(math.Inf(1)), f(1)) },
		"scale":    func() { dist.NewStudentT(1, f(1), f(0), f(math.Inf(1))) },
		"location": func() { dist.NewMultivariateNormal(f(math.Inf(1)), autodiff.NewParam(1, 1, []float64{1})) },
		"count":    func() { dist.NewBinomial(1, f(math.Inf(1)), f(0.5)) },
		"learned":  func() { autodiff.Learned(math.Inf(1)) },
		"NaN":      func() { f(math.NaN()) },
		"tape":     func() { f(math.Inf(1)).On(autodiff.NewTape()) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: an infinite number is accepted", name)
				}
			}()
			make()
		}()
	}
}
