package pytorch

import (
	"fmt"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/safetensors"
)

// torchFunctions are activations as functions.
var torchFunctions = map[nn.Activation]string{nn.ReLU: "relu", nn.Tanh: "tanh", nn.LeakyReLU: "leaky_relu", nn.ELU: "elu", nn.SiLU: "silu", nn.GELU: "gelu",
	nn.Softplus: "softplus", nn.Sigmoid: "sigmoid"}

func functionOf(p part, a nn.Activation) string {
	name, ok := torchFunctions[a]
	if !ok {
		p.fail("its network has the activation %q, want one that PyTorch has as a function", a)
	}
	return "torch.nn.functional." + name
}

// nflowsCoupling writes a coupling, whose map of columns goes as m does.
func (e *exporter) nflowsCoupling(path string, p part, b *bijector.Coupling, m nflowsMap) any {
	d, n := len(b.Keep)+len(b.Change), len(b.Change)
	e.bounded = e.bounded || p.unit
	mask := make([]int, d)
	for _, j := range b.Change {
		mask[j] = 1
	}
	e.ints(path+"identity_features", slices.Sorted(slices.Values(b.Keep)))
	e.ints(path+"transform_features", slices.Sorted(slices.Values(b.Change)))
	order := columnsSorted(b.Change)
	outputs := m.layout.outputs(n)
	to := make([]int, 0, len(outputs))
	for _, at := range order {
		to = append(to, outputs[at*m.layout.params():(at+1)*m.layout.params()]...)
	}
	net := e.nflowsNet(path+"transform_net.", p, b, m, sortedPlaces(b.Keep, b.Cond, 1), to, e.cond)
	arguments := map[string]any{"mask": mask, "transform_net_create_fn": call("always", map[string]any{"net": net})}
	if p.own != nil {
		arguments["apply_unconditional_transform"] = true
		e.nflowsSplines(path+"unconditional_transform.", m, p.own.Raw.Data(), len(b.Keep))
	}
	return e.nflowsTransform(p, path, fmt.Sprintf(coupledForm, m.kind), "transform_net", m, arguments, b.Clip, len(b.Keep))
}

// columnsSorted returns the places of columns among themselves sorted.
func columnsSorted(columns []int) (places []int) { return sortedPlaces(columns, 0, 1) }

// nflowsTransform is a transform whose network sees the first columns clipped, if clip is positive.
func (e *exporter) nflowsTransform(p part, path, class, net string, m nflowsMap, arguments map[string]any, clip float64, columns int) any {
	said := m.describe()
	for k, v := range m.arguments {
		arguments[k] = v
	}
	transform := call("nflows.transforms."+nflowsModules[net]+"."+class, arguments)
	if scale, ok := m.said["scale_activation"]; ok && net == "autoregressive_net" {
		transform = call("scaled", map[string]any{"transform": transform, "name": scale, "scale": reference(scaleFunctions[scaleMaps[scale.(string)]])})
	}
	if net == "autoregressive_net" && m.turned {
		said["turned"] = true
		transform = call("turned", map[string]any{"transform": transform})
	}
	if clip > 0 && p.unit {
		p.fail("its network sees columns of [0, 1] clipped, which has no counterpart")
	}
	if clip > 0 {
		said["clip"] = clip
		transform = call("clipped", map[string]any{"transform": transform, "net": net, "clip": clip, "columns": columns})
	}
	e.say(trim(path), class, said)
	return transform
}

var nflowsModules = map[string]string{"transform_net": "coupling", "autoregressive_net": "autoregressive"}

// nflowsNet writes the network of a coupling, in a flow whose transforms see a context of cond columns.
func (e *exporter) nflowsNet(path string, p part, b *bijector.Coupling, m nflowsMap, from, to []int, cond int) any {
	switch net := b.Net.(type) {
	case *nn.MLP:
		e.single = e.single || net.Single
		return e.conditioner(path, p, net, m, b, from, to, cond)
	case *nn.ResMLP:
		g := &nn.GatedResMLP{First: net.First, Last: net.Last}
		for _, block := range net.Blocks {
			g.Blocks = append(g.Blocks, nn.GatedBlock{Block: block})
		}
		return e.residualNet(path, p, g, m, b, from, to, cond)
	case *nn.GatedResMLP:
		return e.residualNet(path, p, net, m, b, from, to, cond)
	}
	p.fail("its network, %s, has no counterpart in nflows, want an MLP or a ResMLP", kindOf(b.Net))
	return nil
}

// conditioner writes a perceptron as a sequence that sees columns and context.
func (e *exporter) conditioner(path string, p part, net *nn.MLP, m nflowsMap, b *bijector.Coupling, from, to []int, cond int) any {
	list := []any{}
	last := len(net.Layers) - 1
	for i, l := range net.Layers {
		var in, out []int
		if i == 0 {
			in = from
		}
		if i == last {
			out = to
		}
		d := denseOf(l, in, out)
		if i == 0 {
			d.ofUnit(p, len(b.Keep))
			d = d.blind(cond - b.Cond)
		}
		if i == last {
			if l.Act != nn.Linear && (m.sizes > 0 || m.layout.adjust != nil) {
				p.fail("its network has an activation behind its last layer, which its map does not take as it is")
			}
			m.last(d, len(b.Change), 1)
		}
		e.put(fmt.Sprintf("%s%d.", path, len(list)), d)
		list = append(list, call("torch.nn.Linear", map[string]any{"in_features": d.in, "out_features": d.out}))
		if l.Act != nn.Linear {
			e.say(fmt.Sprintf("%s%d", path, len(list)), torchActivations[l.Act], nil)
			list = append(list, call("torch.nn."+torchActivations[l.Act], nil))
		}
	}
	e.say(trim(path), "Conditioner", nil)
	return call("Conditioner", nil, list...)
}

// residualNet writes a ResidualNet.
func (e *exporter) residualNet(path string, p part, net *nn.GatedResMLP, m nflowsMap, b *bijector.Coupling, from, to []int, seen int) any {
	n, cond := len(b.Change), b.Cond
	width := net.First.Out()
	var act nn.Activation = nn.ReLU
	gates, norms := 0, 0
	for i, block := range net.Blocks {
		if i == 0 {
			act = block.Act
		}
		if block.Act != act || block.A.Act != act || block.B.Act != nn.Linear {
			p.fail("block %d of its network has other activations than nflows' have", i)
		}
		if block.Gate != nil {
			gates++
		}
		if block.Norm != nil {
			norms++
		}
	}
	if gates != 0 && gates != len(net.Blocks) || norms != 0 && norms != len(net.Blocks) || cond > 0 && gates == 0 && len(net.Blocks) > 0 || seen > cond {
		p.fail("its network has gates or normalisations in some blocks only, or a context without gates, which nflows' have not")
	}
	if net.First.Act != nn.Linear || net.Last.Act != nn.Linear {
		p.fail("its network has an activation behind its first or last layer")
	}
	first := denseOf(net.First, from, nil)
	first.ofUnit(p, len(b.Keep))
	e.put(path+"initial_layer.", first)
	for i, block := range net.Blocks {
		at := fmt.Sprintf("%sblocks.%d.", path, i)
		e.put(at+"linear_layers.0.", denseOf(block.A, nil, nil))
		e.put(at+"linear_layers.1.", denseOf(block.B, nil, nil))
		if block.Gate != nil {
			if block.Gate.Act != nn.Sigmoid {
				p.fail("a gate of its network has the activation %q, want a sigmoid", block.Gate.Act)
			}
			e.put(at+"context_layer.", denseOf(*block.Gate, nil, nil))
		}
		if block.Norm != nil {
			e.batchNorm(at+"batch_norm_layers.0.", block.Norm)
			e.batchNorm(at+"batch_norm_layers.1.", unchanged(width))
		}
	}
	last := denseOf(net.Last, nil, to)
	m.last(last, n, rootOf(width))
	e.put(path+"final_layer.", last)
	arguments := map[string]any{"in_features": net.First.In() - cond, "out_features": net.Last.Out(), "hidden_features": width, "num_blocks": len(net.Blocks),
		"activation": reference(functionOf(p, act)), "use_batch_norm": norms > 0}
	if cond > 0 {
		arguments["context_features"] = cond
	}
	e.say(trim(path), "ResidualNet", map[string]any{"hidden_features": width, "activation": torchFunctions[act]})
	for i := range net.Blocks {
		at := fmt.Sprintf("%sblocks.%d", path, i)
		e.say(at, "ResidualBlock", map[string]any{"activation": torchFunctions[act]})
	}
	return call("nflows.nn.nets.ResidualNet", arguments)
}

// unchanged is the scaling and shift of n columns that change nothing.
func unchanged(n int) *nn.Norm {
	return &nn.Norm{Scale: autodiff.NewParam(1, n, slices.Repeat([]float64{1}, n)), Shift: autodiff.NewParam(1, n, nil)}
}

// batchNorm writes a scaling and shift as a normalisation by running statistics.
func (e *exporter) batchNorm(path string, n *nn.Norm) {
	d := n.Scale.Len()
	e.add(path+"weight", n.Scale.Data(), d)
	e.add(path+"bias", n.Shift.Data(), d)
	e.add(path+"running_mean", make([]float64, d), d)
	e.add(path+"running_var", slices.Repeat([]float64{1 - 1e-3}, d), d) // beside eps = 1e-3
	e.tensors = append(e.tensors, safetensors.Ints(path+"num_batches_tracked", []int{0}))
	e.say(trim(path), "BatchNorm1d", map[string]any{"eps": 1e-3})
}

// ofUnit makes the first layer, which sees columns of [−½, ½], one of columns of [0, 1] if the part is such a map.
func (d dense) ofUnit(p part, columns int) {
	for u := range d.out {
		for i := range columns {
			if p.unit {
				d.bias[u] -= float64(0.5 * d.weight[u*d.in+i])
			}
		}
	}
}

// blind returns the layer with so many further inputs, of a context, which it does not see.
func (d dense) blind(more int) dense {
	if more == 0 {
		return d
	}
	w := newDense(d.in+more, d.out)
	if d.mask != nil {
		w.mask = make([]bool, len(w.weight))
	}
	for u := range d.out {
		copy(w.weight[u*w.in:], d.weight[u*d.in:(u+1)*d.in])
		if d.mask != nil {
			copy(w.mask[u*w.in:], d.mask[u*d.in:(u+1)*d.in])
		}
	}
	w.bias = d.bias
	return w
}
