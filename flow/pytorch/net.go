package pytorch

import (
	"fmt"
	"strings"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
)

// layer reads a linear layer "prefix.weight", "prefix.bias", whose inputs and
// outputs are in the given orders; nil is as they are.
func (w *weights) layer(prefix string, in, out []int, act nn.Activation) nn.Layer {
	shape := w.shape(prefix+"weight", 2)
	weight, bias := w.floats(prefix+"weight", shape...), w.floats(prefix+"bias", shape[0])
	in, out = orAll(in, shape[1]), orAll(out, shape[0])
	l := nn.Layer{W: autodiff.NewParam(len(in), len(out), nil), B: autodiff.NewParam(1, len(out), nil), Act: act}
	for j, u := range out {
		for i, v := range in {
			if u >= shape[0] || v >= shape[1] {
				fail("tensor %q: got shape %v, want at least [%d %d]", prefix+"weight", shape, u+1, v+1)
			}
			l.W.Data()[i*len(out)+j] = weight[u*shape[1]+v]
		}
		l.B.Data()[j] = bias[u]
	}
	return l
}

func orAll(order []int, n int) []int {
	if order != nil {
		return order
	}
	order = make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// outputs returns the places of the parameters of n columns among a network's
// outputs: ours in order.
func (l layout) outputs(n int) []int {
	k := l.params()
	out := make([]int, 0, n*k)
	for j := range n {
		for i := range k {
			out = append(out, l.at(j, i, n))
		}
	}
	return out
}

// convert makes our parameters of the library's, in the last layer.
func (l layout) convert(last nn.Layer) {
	if l.adjust == nil {
		return
	}
	k, out := l.params(), last.Out()
	for j := range out {
		scale, shift := l.adjust(j % k)
		for i := range last.In() {
			last.W.Data()[i*out+j] *= scale
		}
		last.B.Data()[j] = float64(last.B.Data()[j]*scale) + shift
	}
}

// unknownModule fails at a module of a network that has tensors but no weight.
func (w *weights) unknownModule(name string) {
	class := w.class(name)
	if class == "" {
		fail("tensor %q is missing, or %s* is not a module that is supported", name+"weight", name)
	}
	fail("%s*: a module of class %q within a network is not supported", name, class)
}

// sequence returns the prefixes of the linear layers of a torch.nn.Sequential.
func (w *weights) sequence(prefix string) (layers []string) {
	for i := range w.count(prefix) {
		name := fmt.Sprintf("%s%d.", prefix, i)
		if !w.has(name) {
			continue
		}
		if !w.holds(name + "weight") {
			w.unknownModule(name)
		}
		layers = append(layers, name)
	}
	if len(layers) == 0 {
		fail("%s*: tensor %q is missing: networks of other classes than a Sequential, an MLP, a ResidualNet or a MADE are not supported", prefix, prefix+"0.weight")
	}
	return layers
}

// between checks that the modules around the linear layers are activations and dropouts, and
// returns the activation behind the last layer.
func (w *weights) between(prefix string, layers []string) nn.Activation {
	end := nn.Linear
	last, _ := number(layers[len(layers)-1], prefix)
	known := false
	for _, path := range w.paths {
		n, ok := number(w.root+path+".", prefix)
		if !ok || w.has(w.root+path+".") || strings.Contains((w.root + path)[len(prefix):], ".") {
			continue
		}
		known = true
		a, isActivation := w.activationClass(path)
		switch class := w.class(path); {
		case isActivation && n > last:
			end = a
		case !isActivation && class != "Dropout" && class != "LayerNorm" && class != "":
			fail("module %q of class %q within a network is not supported", path, class)
		}
	}
	if !known {
		w.spaced(prefix, layers)
		if name, ok := w.attribute(prefix, "output_fn"); ok && name != nil {
			s, _ := name.(string)
			return w.named(prefix, s)
		}
	}
	return end
}

// spaced asks what is between layers of which every third module has tensors.
func (w *weights) spaced(prefix string, layers []string) {
	for i := range len(layers) - 1 {
		a, _ := number(layers[i], prefix)
		b, _ := number(layers[i+1], prefix)
		_, dropout := w.attribute(prefix, "dropout")
		normalised, _ := w.attribute(prefix, "normalize")
		switch {
		case b-a == 2, b-a == 3 && (dropout || normalised == true):
		case b-a == 3:
			w.ask(fmt.Sprintf("the module %d.%s", a+2, prefix), fmt.Sprintf("Settings.Modules[%q].Class, such as \"Dropout\"", fmt.Sprintf("%s%d", strings.TrimPrefix(prefix, w.root), a+2)))
		default:
			fail("%s*: got layers %d and %d, want an activation between them: other modules are not supported", prefix, a, b)
		}
	}
}

// mlp reads a perceptron that makes the parameters of n columns.
func (w *weights) mlp(layers []string, n int, l layout, act nn.Activation) *nn.MLP {
	m := new(nn.MLP)
	for i, name := range layers {
		if i < len(layers)-1 {
			m.Layers = append(m.Layers, w.layer(name, nil, nil, act))
			continue
		}
		m.Layers = append(m.Layers, w.last(name, n, l))
	}
	return restored(m)
}

// last reads the last layer of a network for n columns.
func (w *weights) last(name string, n int, l layout) nn.Layer {
	want := n * l.params()
	if l.of > 0 {
		want = l.of
	}
	if got := w.shape(name+"weight", 2)[0]; got != want {
		fail("tensor %q: got %d outputs, want %d for %d columns", name+"weight", got, want, n)
	}
	last := w.layer(name, nil, l.outputs(n), nn.Linear)
	l.convert(last)
	return last
}

// residual reads a ResidualNet without context in its blocks and without normalisation.
func (w *weights) residual(prefix string, n int, l layout, act nn.Activation) nn.Network {
	if t := w.tensors[prefix+"initial_layer.weight"]; t != nil && len(t.Shape) == 4 {
		fail("%s*: networks of convolutions are not supported", prefix)
	}
	first := w.layer(prefix+"initial_layer.", nil, nil, nn.Linear)
	gated := &nn.GatedResMLP{First: first}
	m := &nn.ResMLP{First: first}
	for i := range w.count(prefix + "blocks.") {
		p := fmt.Sprintf("%sblocks.%d.", prefix, i)
		block := nn.Block{Act: act, A: w.layer(p+"linear_layers.0.", nil, nil, act), B: w.layer(p+"linear_layers.1.", nil, nil, nn.Linear)}
		g := nn.GatedBlock{Block: block}
		if w.has(p + "batch_norm_layers.") {
			g.Norm = w.norm(p + "batch_norm_layers.0.")
			fold(block.A, w.norm(p+"batch_norm_layers.1."))
		}
		if w.has(p + "context_layer.") {
			gate := w.layer(p+"context_layer.", nil, nil, nn.Sigmoid)
			g.Gate = &gate
			gated.Cond = gate.In()
		}
		gated.Blocks, m.Blocks = append(gated.Blocks, g), append(m.Blocks, block)
	}
	last := w.last(prefix+"final_layer.", n, l)
	gated.Last, m.Last = last, last
	if w.has(prefix+"blocks.0.context_layer.") || w.has(prefix+"blocks.0.batch_norm_layers.") {
		return restored(gated)
	}
	return restored(m)
}

// conditioner reads the network of a coupling, whichever it is.
func (w *weights) conditioner(prefix string, n int, l layout) nn.Network {
	if w.has(prefix + "spline_predictor.") {
		prefix += "spline_predictor."
	}
	switch {
	case w.has(prefix + "initial_layer."):
		return w.residual(prefix, n, l, w.activation(prefix))
	case w.has(prefix + "_input_layer."):
		layers := []string{prefix + "_input_layer."}
		for i := range w.count(prefix + "_hidden_layers.") {
			layers = append(layers, fmt.Sprintf("%s_hidden_layers.%d.", prefix, i))
		}
		return w.mlp(append(layers, prefix+"_output_layer."), n, l, w.activation(prefix))
	}
	layers := w.sequence(prefix)
	m := w.mlp(layers, n, l, nn.Linear)
	for i, act := range w.hidden(prefix, layers) {
		m.Layers[i].Act = act
	}
	m.Layers[len(m.Layers)-1].Act = w.between(prefix, layers)
	return w.layerNorms(prefix, layers, m)
}

// hidden returns the activations between the layers of a sequence.
func (w *weights) hidden(prefix string, layers []string) []nn.Activation {
	acts := make([]nn.Activation, len(layers)-1)
	for i := range acts {
		a, _ := number(layers[i], prefix)
		b, _ := number(layers[i+1], prefix)
		for k := a + 1; k < b && acts[i] == ""; k++ {
			acts[i], _ = w.activationClass(fmt.Sprint(prefix, k))
		}
		if acts[i] == "" {
			acts[i] = w.activation(prefix)
		}
	}
	return acts
}

// outputsOf returns the number of outputs of the network that conditioner reads.
func (w *weights) outputsOf(prefix string) int {
	for _, last := range []string{"final_layer.", "_output_layer."} {
		if w.has(prefix + last) {
			return w.shape(prefix+last+"bias", 1)[0]
		}
	}
	if w.has(prefix + "spline_predictor.") {
		prefix += "spline_predictor."
	}
	layers := w.sequence(prefix)
	return w.shape(layers[len(layers)-1]+"bias", 1)[0]
}
