package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

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
		"probability": func() { dist.NewBernoulli(1, f(1.5)) },
		"count":       func() { dist.NewBinomial(1, f(2.5), f(0.5)) },
		"skewness":    func() { dist.NewNormalInverseGaussian(1, f(1), f(2), f(0), f(1)) },
		"factors":     func() { dist.NewLowRankNormal(f(0), f(1e-100), autodiff.NewParam(2, 1, []float64{1, 1e50})) },
		"overflow":    func() { dist.NewNormalInverseGaussian(1, f(1e200), f(0), f(0), f(1e200)) },
		"weights":     func() { dist.FixedWeights(1, -1) },
		"parts":       func() { dist.NewMixture(dist.FixedWeights(1, 1), dist.NewStdNormal(1)) },
		"widths":      func() { dist.NewMixture(dist.FixedWeights(1, 1), dist.NewStdNormal(1), dist.NewStdNormal(2)) },
		"no parts":    func() { dist.NewJoint() },
		"square":      func() { dist.NewMultivariateNormal(f(0), autodiff.NewParam(2, 3, nil)) },
		"simplex":     func() { dist.NewDirichlet(1, f(1)) },
		"sphere":      func() { dist.NewVonMisesFisher(f(1), f(1)) },
		"direction":   func() { dist.NewVonMisesFisher(f(0, 0), f(1)) },
		"spread":      func() { dist.NewVonMisesFisher(f(0, 1), f(-1)) },
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
