package disttest_test

import (
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/dist/disttest"
)

// Distributions of one column and several, of integers, and a mixture.
func TestRun(t *testing.T) {
	l := autodiff.Learned
	for name, c := range map[string]disttest.Case{
		"normal":  {Dist: dist.NewNormal(2, l(1, -2), l(0.5, 2))},
		"laplace": {Dist: dist.NewLaplace(1, l(0), l(2)), Corners: []float64{0}},
		"gamma":   {Dist: dist.NewGamma(1, l(1.5), l(2))},
		"poisson": {Dist: dist.NewPoisson(1, l(3.5))},
		"mixture": {Dist: dist.NewMixture(dist.LearnedWeights(1, 2), dist.NewStdNormal(2), dist.NewNormal(2, l(3), l(0.5)))},
	} {
		t.Run(name, func(t *testing.T) { disttest.Run(t, c) })
	}
}
