package main

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/flow"
)

// A recipe is a model with what it takes to train it. They were chosen by the NLL of
// points of another seed than the test points', in the mean over seeds of the weights.
type recipe struct {
	preset   func(flow.Arch, rand.Source) *flow.Transformed
	arch     flow.Arch
	steps    int
	batch    int // points in a step
	schedule optim.Schedule
	average  float64
	jitter   float64 // noise added to the training points, a quarter of their own: it widens the moons by 3 %
}

var recipes = map[string]recipe{
	"nsf": {flow.NSF, flow.Arch{Dim: 2, Layers: 5, Hidden: []int{32, 32}, Bins: 5, Activation: nn.SiLU}, 16000, 512,
		optim.Cosine{Start: 0.01}, 0.999, 0.012},
	"maf": {flow.MAF, flow.Arch{Dim: 2, Layers: 8, Activation: nn.Tanh}, 12000, 256,
		optim.Cosine{Start: 0.005}, 0.999, 0.012},
	"realnvp": {flow.RealNVP, flow.Arch{Dim: 2, Layers: 8, Activation: nn.Tanh}, 12000, 256,
		optim.Cosine{Start: 0.005}, 0.999, 0.012},
}
