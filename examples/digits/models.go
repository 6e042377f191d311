package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
)

// A training is a model with the way to train it.
type training struct {
	preset func(flow.ImageArch, rand.Source) *flow.Transformed
	arch   flow.ImageArch
	steps  int
	rate   float64
}

func recipe(o options) (training, error) {
	arch := flow.ImageArch{Height: size, Width: size, Intensities: levels, Cond: classes, Marginals: 16}
	if o.splines {
		arch.Map = bijector.Spline{Bins: 8, Bound: 4}
	}
	var r training
	switch o.model {
	case "glow":
		arch.Steps, arch.Hidden = 6, 24
		r = training{flow.Glow, arch, 600, 5e-3}
	case "realnvp":
		arch.Hidden, arch.Blocks = 16, 1
		r = training{flow.ImageRealNVP, arch, 800, 5e-3}
	default:
		return r, fmt.Errorf("got model %q, want glow or realnvp", o.model)
	}
	if o.quick {
		r.arch.Steps, r.arch.Hidden = 2, 12
		r.steps = 150
	}
	if o.steps > 0 {
		r.steps = o.steps
	}
	return r, nil
}
