package pytorch

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff/nn"
)

// A perceptron is linear layers with one activation between them and, as zuko has it, a normalisation.
type perceptron struct {
	layers     []dense
	act        nn.Activation
	normalized bool
}

// perceptronOf returns the perceptron that a network is, its inputs and outputs being the library's from and to.
func perceptronOf(net nn.Network, from, to []int) (p perceptron, ok bool) {
	linear, shrinks, ok := linearLayers(net)
	if !ok {
		return perceptron{}, false
	}
	p.normalized = len(shrinks) > 0
	last := len(linear) - 1
	for i, l := range linear {
		var in, out []int
		if i == 0 {
			in = from
		}
		if i == last {
			out = to
		}
		switch {
		case i == last && l.Act != nn.Linear, i < last && p.act != "" && l.Act != p.act:
			return perceptron{}, false
		case i < last:
			p.act = l.Act
		}
		d := denseOf(l, in, out)
		for k := range d.weight {
			if i > 0 && p.normalized {
				d.weight[k] /= math.Sqrt(shrinks[i-1])
			}
		}
		p.layers = append(p.layers, d)
	}
	if p.act == "" {
		p.act = nn.ReLU
	}
	return p, true
}

// linearLayers returns the layers of a network and, if normalisations stand between them, by what these have another variance than zuko's, whose
// divisor is n − 1.
func linearLayers(net nn.Network) (layers []nn.Layer, shrinks []float64, ok bool) {
	switch net := net.(type) {
	case *nn.MLP:
		return net.Layers, nil, true
	case *nn.Sequential:
		for i, part := range net.Nets {
			switch part := part.(type) {
			case *nn.MLP:
				if len(part.Layers) != 1 || i%2 != 0 {
					return nil, nil, false
				}
				layers = append(layers, part.Layers[0])
			case *nn.LayerNorm:
				n := float64(part.Width)
				shrink := (n - 1) / n
				if i%2 == 0 || part.Width < 2 || math.Abs(part.Eps-1e-5*shrink) > 1e-15 {
					return nil, nil, false
				}
				shrinks = append(shrinks, shrink)
			default:
				return nil, nil, false
			}
		}
		return layers, shrinks, len(layers) == len(shrinks)+1
	}
	return nil, nil, false
}

// single reports whether a network computes in float32.
func single(net nn.Network) bool {
	m, ok := net.(*nn.MLP)
	return ok && m.Single
}

// sequential writes the layers as a Sequential, and returns the widths of hidden ones.
func (e *exporter) sequential(path string, p perceptron) (hidden []int) {
	hidden = []int{}
	at := 0
	for i, d := range p.layers {
		e.put(fmt.Sprintf("%s%d.", path, at), d)
		if at++; i == len(p.layers)-1 {
			break
		}
		e.say(fmt.Sprintf("%s%d", path, at), torchActivations[p.act], nil)
		hidden = append(hidden, d.out)
		if at++; p.normalized {
			e.say(fmt.Sprintf("%s%d", path, at), "LayerNorm", map[string]any{"eps": 1e-5})
			at++
		}
	}
	return hidden
}
