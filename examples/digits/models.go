package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/flow"
)

// A recipe is a model with the way to train it.
type training struct {
	preset func(flow.ImageArch, rand.Source) *flow.Transformed
	arch   flow.ImageArch
	steps  int
	rate   float64
}

func recipe(o options) (training, error) {
	arch := flow.ImageArch{Height: size, Width: size, Intensities: levels, Cond: classes}
	var r training
	switch o.model {
	case "glow":
		arch.Steps, arch.Hidden = 8, 64
		r = training{flow.Glow, arch, 4000, 1e-3}
	case "realnvp":
		arch.Hidden, arch.Blocks = 32, 2
		r = training{flow.ImageRealNVP, arch, 4000, 1e-3}
	default:
		return r, fmt.Errorf("got model %q, want glow or realnvp", o.model)
	}
	if o.quick {
		r.arch.Steps, r.arch.Hidden, r.arch.Blocks = 2, 16, 1
		r.steps = 300
	}
	if o.steps > 0 {
		r.steps = o.steps
	}
	return r, nil
}
