package dist_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Three bumps of 300 rows each, in columns of different scale, are found, and the
// mixture that starts from them is as good as the true one.
func TestFitGaussianMixture(t *testing.T) {
	truth := dist.NewMixture(dist.FixedWeights(1, 1, 1),
		dist.NewNormal(2, autodiff.Fixed(0, 0), autodiff.Fixed(1, 1000)),
		dist.NewNormal(2, autodiff.Fixed(10, 0), autodiff.Fixed(1, 1000)),
		dist.NewNormal(2, autodiff.Fixed(5, 9000), autodiff.Fixed(1, 1000)))
	x := sample(truth, 900)
	m, err := dist.FitGaussianMixture(3, x, rand.NewPCG(3, 4))
	if err != nil {
		t.Fatal(err)
	}
	mean := func(d dist.Distribution) float64 {
		s := 0.0
		for _, lp := range logDensity(d, x) {
			s += lp / 900
		}
		return s
	}
	if got, want := mean(m), mean(truth); got < want-0.02 {
		t.Errorf("mean log-density of the start is %v, of the truth %v", got, want)
	}
	if len(autodiffParams(m, x)) != 1+2*3 {
		t.Errorf("got %d parameters, want weights, and a mean and a factor for each part", len(autodiffParams(m, x)))
	}
}

func autodiffParams(d dist.Distribution, x mat.Matrix) []*autodiff.Param {
	t := autodiff.NewTape()
	d.LogDensity(t.Matrix(x))
	return t.Params()
}

func TestFitGaussianMixtureErrors(t *testing.T) {
	for _, c := range []struct {
		k int
		x *mat.Dense
	}{
		{0, mat.NewDense(4, 1, []float64{1, 2, 3, 4})},
		{3, mat.NewDense(4, 1, []float64{1, 2, 3, 4})},
		{1, mat.NewDense(2, 1, []float64{1, math.NaN()})},
		{1, mat.NewDense(2, 2, []float64{1, 2, 1, 3})},
		{1, mat.NewDense(3, 2, []float64{1, 2, 2, 4, 3, 6})},
	} {
		if _, err := dist.FitGaussianMixture(c.k, c.x, nil); err == nil {
			t.Errorf("no error for %d clusters of %v", c.k, c.x.RawMatrix().Data)
		}
	}
}

// Programmers' mistakes panic.
func TestPanics(t *testing.T) {
	f := autodiff.Fixed
	x := autodiff.NewTape().Zeros(2, 3)
	for name, call := range map[string]func(){
		"dimension":   func() { dist.NewStdNormal(0) },
		"columns":     func() { dist.NewNormal(0, f(0), f(1)) },
		"scale":       func() { dist.NewNormal(1, f(0), f(-1)) },
		"length":      func() { dist.NewNormal(3, f(0, 1), f(1)) },
		"empty":       func() { dist.NewNormal(1, autodiff.Value{}, f(1)) },
		"order":       func() { dist.NewUniform(1, f(1), f(0)) },
		"peak":        func() { dist.NewTriangular(1, f(0), f(1), f(2)) },
		"probability": func() { dist.NewBernoulli(1, f(1)) },
		"count":       func() { dist.NewBinomial(1, f(2.5), f(0.5)) },
		"skewness":    func() { dist.NewNormalInverseGaussian(1, f(1), f(2), f(0), f(1)) },
		"weights":     func() { dist.FixedWeights(1, 0) },
		"parts":       func() { dist.NewMixture(dist.FixedWeights(1, 1), dist.NewStdNormal(1)) },
		"widths":      func() { dist.NewMixture(dist.FixedWeights(1, 1), dist.NewStdNormal(1), dist.NewStdNormal(2)) },
		"no parts":    func() { dist.NewJoint() },
		"square":      func() { dist.NewMultivariateNormal(f(0), autodiff.NewParam(2, 3, nil)) },
		"simplex":     func() { dist.NewDirichlet(1, f(1)) },
		"x":           func() { dist.NewStdNormal(2).LogDensity(x) },
		"batch":       func() { dist.NewCauchy(2, f(0), f(1)).Draw(mat.NewDense(1, 3, nil), nil) },
		"dst":         func() { dist.NewCauchy(2, f(0), f(1)).Mean(make([]float64, 3)) },
		"no level":    func() { dist.NewCauchy(1, f(0), f(1)).Quantile(nil, []float64{math.NaN()}) },
		"no weight":   func() { dist.FixedWeights(1, math.Inf(1)) },
		"level":       func() { dist.NewCauchy(1, f(0), f(1)).Quantile(nil, []float64{2}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}
