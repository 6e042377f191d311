package flow

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/need"
)

// SupportMap returns a map from ℝᵏ onto the support of d, so that a flow over
// unbounded numbers learns, or is fitted to, a density that is not:
//
//   - all numbers: the identity; above a bound: [bijector.Softplus]; below one: its mirror image;
//     an interval: [bijector.Sigmoid], each column as it needs;
//   - the simplex of k+1 values: [bijector.StickBreaking], whose volume is that of the first k;
//   - a product: the maps of its parts, side by side.
//
// It returns an error for whole numbers, for the sphere, and for a distribution that does not
// tell its support.
func SupportMap(d dist.Distribution) (bijector.Bijector, error) {
	need.One("flow: SupportMap", "distribution", d)
	s, ok := d.(dist.Supported)
	if !ok {
		return nil, fmt.Errorf("flow: SupportMap: got %T, want a distribution with a support", d)
	}
	return supportMap(s.Support())
}

func supportMap(s dist.Support) (bijector.Bijector, error) {
	switch s.Shape {
	case dist.Simplex:
		return bijector.StickBreaking{}, nil
	case dist.Box:
		return boxMap(s.Low, s.High), nil
	case dist.Product:
		var blocks []bijector.Block
		for _, p := range s.Parts {
			b, err := supportMap(p)
			if err != nil {
				return nil, err
			}
			in := p.Dim()
			if p.Shape == dist.Simplex {
				in--
			}
			blocks = append(blocks, bijector.Block{B: b, In: in, Out: p.Dim()})
		}
		return bijector.NewBlockwise(blocks...), nil
	}
	return nil, fmt.Errorf("flow: SupportMap: got a support of shape %q, want numbers without gaps, or a simplex", s.Shape)
}

// boxMap returns the map onto a box: one bijector for every run of columns
// that are bounded alike.
func boxMap(low, high []float64) bijector.Bijector {
	var blocks []bijector.Block
	for i := 0; i < len(low); {
		j := i + 1
		for j < len(low) && bounds(low[j], high[j]) == bounds(low[i], high[i]) {
			j++
		}
		blocks = append(blocks, bijector.Block{B: runMap(low[i:j], high[i:j]), In: j - i})
		i = j
	}
	if len(blocks) == 1 {
		return blocks[0].B
	}
	return bijector.NewBlockwise(blocks...)
}

func bounds(low, high float64) [2]bool { return [2]bool{!math.IsInf(low, -1), !math.IsInf(high, 1)} }

func runMap(low, high []float64) bijector.Bijector {
	switch bounds(low[0], high[0]) {
	case [2]bool{true, true}:
		return bijector.NewSigmoid(autodiff.Fixed(low...), autodiff.Fixed(high...))
	case [2]bool{true, false}:
		return bijector.NewSoftplus(autodiff.Value{}, autodiff.Fixed(low...))
	case [2]bool{false, true}:
		mirrored := make([]float64, len(high))
		for i, h := range high {
			mirrored[i] = -h
		}
		return bijector.Chain{bijector.NewSoftplus(autodiff.Value{}, autodiff.Fixed(mirrored...)), bijector.NewScale(autodiff.Fixed(-1))}
	}
	return bijector.Identity{}
}
