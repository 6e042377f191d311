package pytorch

import (
	"fmt"

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
	k := l.m.Params()
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
	k, out := l.m.Params(), last.Out()
	for j := range out {
		scale, shift := l.adjust(j % k)
		for i := range last.In() {
			last.W.Data()[i*out+j] *= scale
		}
		last.B.Data()[j] = float64(last.B.Data()[j]*scale) + shift
	}
}

// sequence returns the prefixes of the linear layers of a torch.nn.Sequential.
func (w *weights) sequence(prefix string) (layers []string) {
	for i := range w.count(prefix) {
		if name := fmt.Sprintf("%s%d.", prefix, i); w.has(name) {
			layers = append(layers, name)
		}
	}
	if len(layers) == 0 {
		fail("tensor %q is missing", prefix+"0.weight")
	}
	return layers
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
	if got, want := w.shape(name+"weight", 2)[0], n*l.m.Params(); got != want {
		fail("tensor %q: got %d outputs, want %d for %d columns", name+"weight", got, want, n)
	}
	last := w.layer(name, nil, l.outputs(n), nn.Linear)
	l.convert(last)
	return last
}

// residual reads a ResidualNet without context in its blocks.
func (w *weights) residual(prefix string, n int, l layout, act nn.Activation) *nn.ResMLP {
	m := &nn.ResMLP{First: w.layer(prefix+"initial_layer.", nil, nil, nn.Linear)}
	for i := range w.count(prefix + "blocks.") {
		block := fmt.Sprintf("%sblocks.%d.linear_layers.", prefix, i)
		m.Blocks = append(m.Blocks, nn.Block{Act: act, A: w.layer(block+"0.", nil, nil, act), B: w.layer(block+"1.", nil, nil, nn.Linear)})
	}
	m.Last = w.last(prefix+"final_layer.", n, l)
	return restored(m)
}

// conditioner reads the network of a coupling, whichever it is.
func (w *weights) conditioner(prefix string, n int, l layout, act nn.Activation) nn.Network {
	switch {
	case w.has(prefix + "initial_layer."):
		return w.residual(prefix, n, l, act)
	case w.has(prefix + "_input_layer."):
		layers := []string{prefix + "_input_layer."}
		for i := range w.count(prefix + "_hidden_layers.") {
			layers = append(layers, fmt.Sprintf("%s_hidden_layers.%d.", prefix, i))
		}
		return w.mlp(append(layers, prefix+"_output_layer."), n, l, act)
	}
	return w.mlp(w.sequence(prefix), n, l, act)
}

// outputsOf returns the number of outputs of the network that conditioner reads.
func (w *weights) outputsOf(prefix string) int {
	for _, last := range []string{"final_layer.", "_output_layer."} {
		if w.has(prefix + last) {
			return w.shape(prefix+last+"bias", 1)[0]
		}
	}
	layers := w.sequence(prefix)
	return w.shape(layers[len(layers)-1]+"bias", 1)[0]
}
