package onnx

import (
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

func TestGaussianization(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var marginals []bijector.Marginal
	for _, df := range []float64{0, 0.5, 1, 3, 40, 1e5} {
		m := bijector.Marginal{DF: df, Weights: []float64{0.2, 0.5, 0.3}}
		for range 3 {
			m.Locs, m.Scales = append(m.Locs, 3*r.NormFloat64()), append(m.Scales, 0.05+r.Float64())
		}
		marginals = append(marginals, m, bijector.Marginal{DF: df, Weights: []float64{1}, Locs: []float64{1e6}, Scales: []float64{0.01}})
	}
	lower, upper := bijector.Bound{At: -3, Margin: 0.02}, bijector.Bound{At: 5, Margin: 0.5}
	for _, bounds := range [][2]bijector.Bound{{lower, {}}, {{}, upper}, {lower, upper}} {
		marginals = append(marginals, bijector.Marginal{DF: 4, Weights: []float64{0.75, 0.25}, Locs: []float64{0, -3}, Scales: []float64{2, 0.5}, Lower: bounds[0], Upper: bounds[1]})
	}
	check(t, flow.New(dist.NewStdNormal(len(marginals)), bijector.NewGaussianization(marginals...)), 1e-11, false)
}
