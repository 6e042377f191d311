package main

import (
	"context"
	"math"
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
	starts   int // models to train a little, of which the best is kept; 0 is one, untrained
}

var recipes = map[string]recipe{
	"realnvp": {model: func(src rand.Source) *flow.Transformed {
		return flow.RealNVP(flow.Arch{Dim: 2, Clip: -1, Precision: flow.Float32}, src) // fresh samples: nothing is far from all others; float32 is exact enough
	}, steps: 1000, schedule: optim.Cosine{Start: 0.005}},
	"nsf": {model: func(src rand.Source) *flow.Transformed {
		return flow.NSF(flow.Arch{Dim: 2, Bound: 14, Clip: -1}, src) // the tails of the banana are 12 deviations long
	}, steps: 2000, schedule: optim.Cosine{Start: 0.005}},
	"maf": {model: func(src rand.Source) *flow.Transformed {
		return flow.MAF(flow.Arch{Dim: 2, Order: []int{1, 0}, Clip: -1}, src) // x₁ given x₂ is normal
	}, steps: 1500, schedule: optim.Cosine{Start: 0.005}},
	"mlp": {model: mlp, steps: 20000, schedule: optim.OneCycle{Peak: 0.01}, starts: 16},
}

// start returns the model to train.
func (r recipe) start(ctx context.Context, steps, batch int, src rand.Source) (*flow.Transformed, error) {
	best, least := r.model(src), math.Inf(1)
	for range r.starts {
		m := r.model(src)
		result, err := flow.Fit(ctx, m, flow.Fresh(2, banana{}.Draw), &flow.Settings{
			Steps: steps, Batch: batch, Schedule: r.schedule, Seed: src.Uint64(),
		})
		if err != nil {
			return nil, err
		}
		if result.Loss < least {
			best, least = m, result.Loss
		}
	}
	return best, nil
}

// mlp returns a normalizing flow with the form of a small neural network: six
// affine maps, each a lower triangular matrix with a perturbation of rank 2,
// and leaky ReLUs with learned slopes between them. Training it is the hard
// way: a piecewise linear map must bend the plane, and most random starts end
// as straight as they began, as the best Gaussian.
func mlp(src rand.Source) *flow.Transformed {
	r := rand.New(src)
	const sd = 0.7
	normal := func() float64 { return sd * r.NormFloat64() }
	var chain []bijector.Bijector
	for i := range 6 {
		if i > 0 {
			slopes := autodiff.Learned(math.Exp(normal()), math.Exp(normal()))
			chain = append(chain, bijector.NewLeakyReLU(slopes))
		}
		chain = append(chain, bijector.NewTriLLowRank(
			autodiff.NewParam(2, 2, []float64{1, 0, normal(), 1}),
			autodiff.LearnedNormal(2, 2, sd, src),
			autodiff.Value{}, autodiff.Learned(normal(), normal())))
	}
	return flow.New(dist.NewStdNormal(2), append(chain, bijector.NewStandardizer(2))...)
}
