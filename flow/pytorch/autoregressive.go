package pytorch

import (
	"fmt"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// nflowsMasked reads how a masked network of nflows is made, and returns the number of its blocks.
func (w *weights) nflowsMasked(net string) (p maskedNet, blocks int) {
	p = maskedNet{layers: []string{net + "initial_layer."}, act: w.activation(net), norms: map[string]*nn.Norm{}}
	blocks = w.count(net + "blocks.")
	for i := range blocks {
		block := fmt.Sprintf("%sblocks.%d.", net, i)
		if w.has(block + "linear.") {
			p.layers = append(p.layers, block+"linear.")
			w.ignore(block + "linear.degrees")
			if w.has(block + "batch_norm.") {
				p.norms[block+"linear."] = w.norm(block + "batch_norm.")
			}
			continue
		}
		p.residual = true
		p.layers = append(p.layers, block+"linear_layers.0.", block+"linear_layers.1.")
		w.ignore(block + "linear_layers.0.degrees")
		w.ignore(block + "linear_layers.1.degrees")
	}
	p.layers = append(p.layers, net+"final_layer.")
	w.ignore(net + "initial_layer.degrees")
	p.position = w.degreesOfColumns(net+"final_layer.degrees", w.shape(net+"initial_layer.weight", 2)[1])
	return p, blocks
}

// nflowsAutoregressive reads a masked autoregressive transform from data to base.
func (w *weights) nflowsAutoregressive(prefix string, normflows bool) (bijector.Bijector, int) {
	net := prefix + "autoregressive_net."
	p, blocks := w.nflowsMasked(net)
	d := len(p.position)
	params := w.outputsOf(net) / d
	if normflows && w.varied(prefix) {
		return w.circularAutoregressive(prefix, p, params), d
	}
	l := w.autoregressiveLayout(prefix, params, normflows)
	if turned, _ := w.attribute(prefix, "turned"); turned == true { // by Loader
		l.m = toBase(l.m, l.at).m
	}
	if normflows && !p.residual && blocks > 0 {
		fail("%s*: a masked network of normflows without residual blocks is not supported: it has no activation after its first layer", net)
	}
	gates := w.has(net+"context_layer.") && normflows
	if norms := w.has(net + "blocks.0.batch_norm_layers."); p.residual && (gates || norms) && !l.unit {
		if norms && w.has(net+"context_layer.") && !normflows {
			fail("%s*: batch normalisation and a context in one masked residual network of nflows are not supported", net)
		}
		return w.nflowsColumnwise(net, p, l), d
	}
	if t := w.tensors[net+"context_layer.weight"]; t != nil && t.Len() == 0 { // context_features=0: it has no context
		w.unused(net, blocks)
		return restored(&bijector.Autoregressive{Net: w.made(p, l).MADE, Map: l.m, Clip: w.clip(prefix)}), d
	}
	if l.unit {
		if w.has(net+"context_layer.") || p.residual && w.has(net+"blocks.0.batch_norm_layers.") {
			fail("%s*: splines without tails with a context or normalisation are not supported", net)
		}
		made := w.made(p, l).MADE
		return unit(restored(&bijector.Autoregressive{Net: made, Map: l.m, Clip: w.clip(prefix)}), made.Layers[0], d), d
	}
	if !w.has(net + "context_layer.") {
		return restored(&bijector.Autoregressive{Net: w.made(p, l).MADE, Map: l.m, Clip: w.clip(prefix)}), d
	}
	before, made := w.inContext(net, p, l, p.act)
	return bijector.NewEmbedded(before, restored(&bijector.Autoregressive{Net: made.MADE, Map: l.m, Clip: w.clip(prefix)})), d
}

// autoregressiveLayout returns the map that a masked network makes so many parameters of a column for.
func (w *weights) autoregressiveLayout(prefix string, params int, normflows bool) layout {
	switch {
	case params != 2:
		return w.splineLayout(prefix, params, bound(normflows), 1)
	case normflows:
		return toBase(bijector.Affine{Scale: bijector.Sigmoid2}, swapped)
	}
	if _, told := w.attribute(prefix, "scale_activation"); told { // by Loader
		return toBase(w.affine(prefix, "scale_activation", bijector.SoftplusScale, scaleMaps), swapped)
	}
	if m := w.settings.Map; m != nil && m.Params() == 2 {
		return toBase(m, swapped)
	}
	return toBase(bijector.Affine{Scale: bijector.SoftplusScale}, swapped)
}

// unused takes notice of the layers of a context that the network does not have.
func (w *weights) unused(net string, blocks int) {
	w.ignore(net + "context_layer.weight")
	w.ignore(net + "context_layer.bias")
	for i := range blocks {
		w.ignore(fmt.Sprintf("%sblocks.%d.context_layer.weight", net, i))
		w.ignore(fmt.Sprintf("%sblocks.%d.context_layer.bias", net, i))
	}
}

// inContext reads a masked network that sees a context: its first layer adds act(C·c + b), and the first layer
// of each residual block a linear map of c. What the masked network sees as context is (c, act(C·c + b)), which the network before it makes.
func (w *weights) inContext(net string, p maskedNet, l layout, act nn.Activation) (before nn.Network, made connected) {
	layer := net + "context_layer."
	shape := w.shape(layer+"weight", 2)
	width, cond := shape[0], shape[1]
	first := w.layer(layer, nil, nil, act)
	p.cond = cond + width
	made = w.made(p, l)
	if width != len(made.units) {
		fail("tensor %q: got %d units, want %d", layer+"weight", width, len(made.units))
	}
	for i, c := range made.Context {
		switch _, out := c.Dims(); {
		case i == 0:
			for j, unit := range made.units {
				c.Data()[(cond+unit)*out+j] = 1
			}
		case p.residual && i%2 == 1 && i < len(made.Context)-1:
			name := fmt.Sprintf("%sblocks.%d.context_layer.", net, i/2)
			gain := w.layer(name, nil, made.units, nn.Linear)
			if gain.In() != cond {
				fail("%s*: got a context of %d columns, want %d", name, gain.In(), cond)
			}
			for k := range cond {
				copy(c.Data()[k*out:(k+1)*out], gain.W.Data()[k*out:(k+1)*out])
			}
			for j, v := range gain.B.Data() {
				made.Layers[i].B.Data()[j] += v
			}
		}
	}
	return beforeContext(first), made
}

// beforeContext returns the network of (c, first(c)), as residual block: (c, 0) + (0, first(c)).
func beforeContext(first nn.Layer) nn.Network {
	cond, width := first.In(), first.Out()
	n := cond + width
	in := nn.Layer{W: autodiff.NewParam(cond, n, nil), B: autodiff.NewParam(1, n, nil), Act: nn.Linear}
	a := nn.Layer{W: autodiff.NewParam(n, width, nil), B: param(first.B.Data()), Act: first.Act}
	b := nn.Layer{W: autodiff.NewParam(width, n, nil), B: autodiff.NewParam(1, n, nil), Act: nn.Linear}
	last := nn.Layer{W: autodiff.NewParam(n, n, identity(n)), B: autodiff.NewParam(1, n, nil), Act: nn.Linear}
	for i := range cond {
		in.W.Data()[i*n+i] = 1
		copy(a.W.Data()[i*width:(i+1)*width], first.W.Data()[i*width:(i+1)*width])
	}
	for i := range width {
		b.W.Data()[i*n+cond+i] = 1
	}
	for _, p := range []*autodiff.Param{in.W, in.B, b.W, b.B, last.W, last.B} {
		p.Freeze(true)
	}
	return restored(&nn.ResMLP{First: in, Blocks: []nn.Block{{Act: nn.Linear, A: a, B: b}}, Last: last})
}

// degreesOfColumns returns the places of d columns in the order, given the degrees of
// the outputs.
func (w *weights) degreesOfColumns(name string, d int) []int {
	degrees := w.indices(name, d+1)
	position := make([]int, d)
	for j := range position {
		position[j] = degrees[min(j*(len(degrees)/d), len(degrees)-1)] - 1
	}
	if slices.Contains(position, -1) || slices.Contains(invert(position), -1) {
		fail("tensor %q: got %v, want each of 1 to %d equally often", name, degrees, d)
	}
	return position
}
