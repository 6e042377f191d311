package disttest

import (
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// A broken distribution is a normal one with one fault.
type broken struct {
	*dist.Columns
	density, cdf, quantile, mean, variance, entropy, mode, scale float64
}

func (b broken) LogDensity(x autodiff.Var) autodiff.Var {
	return b.Columns.LogDensity(x).AddConst(b.density)
}

func (b broken) Draw(batch *mat.Dense, src rand.Source) {
	b.Columns.Draw(batch, src)
	batch.Scale(1+b.scale, batch)
}

func shifted(x []float64, by float64) []float64 {
	for i := range x {
		x[i] += by
	}
	return x
}

func (b broken) CDF(dst, x []float64) []float64 { return shifted(b.Columns.CDF(dst, x), b.cdf) }
func (b broken) Quantile(dst, p []float64) []float64 {
	return shifted(b.Columns.Quantile(dst, p), b.quantile)
}
func (b broken) Mean(dst []float64) []float64 { return shifted(b.Columns.Mean(dst), b.mean) }
func (b broken) Variance(dst []float64) []float64 {
	return shifted(b.Columns.Variance(dst), b.variance)
}
func (b broken) Mode(dst []float64) []float64 { return shifted(b.Columns.Mode(dst), b.mode) }
func (b broken) Entropy() float64             { return b.Columns.Entropy() + b.entropy }

// A recorder keeps whether something was reported.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Error(...any)          { r.failed = true }

// Each law finds the distribution that breaks it, and accepts a correct one.
func TestLawsFail(t *testing.T) {
	normal := dist.NewNormal(1, autodiff.Learned(1), autodiff.Learned(2))
	for name, b := range map[string]broken{
		"":              {},
		"normalisation": {density: 0.01},
		"cdf":           {cdf: 0.01},
		"logarithms":    {cdf: 1e-9},
		"quantiles":     {quantile: 1e-3},
		"moments":       {mean: 0.2},
		"entropy":       {entropy: 0.1},
		"mode":          {mode: 3},
	} {
		b.Columns = normal
		c := Case{Dist: b, Draws: 20000}
		for _, law := range c.laws() {
			r := &recorder{TB: t}
			law.check(r)
			if law.name == name && !r.failed || name == "" && r.failed {
				t.Errorf("%+v: the law of %s is broken: %v", b, law.name, r.failed)
			}
		}
	}
	c := Case{Dist: broken{Columns: normal, scale: 0.1}, Draws: 20000}
	r := &recorder{TB: t}
	if c.cdf(r); !r.failed {
		t.Error("draws of another scale are not found")
	}
}
