package main

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// A recipe is a model with what it takes to train it.
type recipe struct {
	model    func(src rand.Source) *flow.Transformed
	steps    int
	schedule optim.Schedule
}

var recipes = map[string]recipe{
	"realnvp": {func(src rand.Source) *flow.Transformed {
		return flow.RealNVP(flow.Arch{Dim: 2}, src)
	}, 1000, optim.Cosine{Start: 0.005}},
	"nsf": {func(src rand.Source) *flow.Transformed {
		return flow.NSF(flow.Arch{Dim: 2, Bound: 14}, src) // the tails of the banana are 12 deviations long
	}, 2000, optim.Cosine{Start: 0.005}},
	"mlp": {mlp, 10000, optim.Cosine{Start: 0.005}},
}

// mlp returns a normalizing flow with the form of a small neural network: six affine maps,
// each a lower triangular matrix with a perturbation of rank 2, and leaky
// ReLUs with a learned slope between them. Training it is the hard way: a
// piecewise linear map must bend the plane.
func mlp(src rand.Source) *flow.Transformed {
	var chain []bijector.Bijector
	for i := range 6 {
		if i > 0 {
			chain = append(chain, bijector.NewLeakyReLU(autodiff.Learned(0.5)))
		}
		chain = append(chain, bijector.NewTriLLowRank(
			autodiff.NewParam(2, 2, []float64{1, 0, 0, 1}),
			autodiff.LearnedNormal(2, 2, 0.3, src),
			autodiff.Value{}, autodiff.Learned(0, 0)))
	}
	return flow.New(dist.NewStdNormal(2), append(chain, bijector.NewStandardizer(2))...)
}
