package main

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// priorMap returns the map from standard normal numbers to the columns' distributions.
func priorMap(priors []string) (bijector.Bijector, error) {
	blocks := make([]bijector.Block, len(priors))
	for j, text := range priors {
		var kind string
		var a, b float64
		if _, err := fmt.Sscanf(text, "%s %g %g", &kind, &a, &b); err != nil {
			return nil, fmt.Errorf("map of column %d: got %q, want a name and two numbers: %w", j, text, err)
		}
		blocks[j].In = 1
		switch kind {
		case "normal":
			blocks[j].B = scaled(a, b)
		case "lognormal":
			blocks[j].B = bijector.Chain{scaled(a, b), bijector.Exp{}}
		case "interval":
			blocks[j].B = bijector.Chain{&bijector.NormalCDF{}, scaled(a, b-a)}
		default:
			return nil, fmt.Errorf("map of column %d: got %q, want normal, lognormal or interval", j, kind)
		}
	}
	return bijector.NewBlockwise(blocks...), nil
}

// scaled returns the map x ↦ a + b·x.
func scaled(a, b float64) bijector.Bijector {
	return bijector.Chain{bijector.NewScale(autodiff.Fixed(b)), bijector.NewShift(autodiff.Fixed(a))}
}
