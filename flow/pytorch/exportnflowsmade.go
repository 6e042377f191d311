package pytorch

import (
	"fmt"
	"slices"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/safetensors"
)

// nflowsAutoregressive writes a masked autoregressive transform, from data to base.
func (e *exporter) nflowsAutoregressive(path string, p part, b *bijector.Autoregressive) any {
	spec := b.Net.Spec
	if spec.Direct || len(spec.Hidden) == 0 {
		p.fail("its masked network has direct connections or no hidden layer, which nflows' have not")
	}
	e.single = e.single || b.Net.Single
	m := nflowsMapOf(p, b.Map, maskedForm)
	n := nflowsMADE{layers: maskedLayers(b.Net), degrees: [][]int{}, position: invert(orAll(spec.Order, spec.Dim))}
	for i := range n.layers[1:] {
		at := i
		if spec.Residual {
			at = 0
		}
		n.degrees = append(n.degrees, spec.Degrees[at])
	}
	n.layers[0].ofUnit(p, spec.Dim)
	e.bounded = e.bounded || p.unit
	switch {
	case p.first != nil:
		n.given(p, b.Net)
	case spec.Cond > 0:
		n.carry(p, b.Net)
	case e.cond > 0:
		blind := newDense(e.cond, n.layers[0].out)
		n.context = &blind
		if spec.Act == nn.Softplus || spec.Act == nn.Sigmoid {
			p.fail("its network sees no context, as others do, and has the activation %q, which is not 0 at 0: nflows adds it", spec.Act)
		}
	}
	last := &n.layers[len(n.layers)-1]
	*last = last.ordered(m.layout.outputs(spec.Dim))
	m.last(*last, spec.Dim, 1)
	hidden := n.pad()
	net := path + "autoregressive_net."
	n.write(e, net, spec)
	act := functionOf(p, spec.Act)
	blocks := len(n.layers) - 2
	if spec.Residual {
		blocks /= 2
	}
	e.say(trim(net), "MADE", map[string]any{"activation": lastName(act)})
	arguments := map[string]any{"features": spec.Dim, "hidden_features": hidden, "num_blocks": blocks, "use_residual_blocks": spec.Residual, "activation": reference(act)}
	if n.context != nil {
		arguments["context_features"] = n.context.in
	}
	return e.nflowsTransform(p, path, fmt.Sprintf(maskedForm, m.kind), "autoregressive_net", m, arguments, b.Clip, spec.Dim)
}

// An nflowsMADE is a masked network as nflows has them.
type nflowsMADE struct {
	layers   []dense
	degrees  [][]int // of the hidden units of each layer
	position []int   // of the columns
	context  *dense  // nil for none
	gains    []dense // of the context in residual blocks; empty for none
}

// given takes the context as a masked network that was read from nflows has it.
func (n *nflowsMADE) given(p part, m *masked.MADE) {
	cond, width := p.first.In(), p.first.Out()
	out := n.layers[0].out
	context := newDense(cond, out)
	for j := range out {
		unit := -1
		for u := range width {
			if m.Context[0].Data()[(cond+u)*out+j] == 1 {
				unit = u
			}
		}
		if unit < 0 {
			p.fail("its network sees the context otherwise than nflows' do")
		}
		context.bias[j] = p.first.B.Data()[unit]
		for k := range cond {
			context.weight[j*cond+k] = p.first.W.Data()[k*width+unit]
		}
	}
	n.context = &context
	if !m.Spec.Residual {
		return
	}
	for i := 1; i < len(n.layers)-1; i += 2 {
		gain := newDense(cond, n.layers[i].out)
		for j := range gain.out {
			for k := range cond {
				gain.weight[j*cond+k] = m.Context[i].Data()[k*gain.out+j]
			}
		}
		n.gains = append(n.gains, gain)
	}
}

// carry takes a context that every layer of ours sees, and nflows' do not: a further layer of pairs a(x), a(−x) of columns and a(a(c)), a(a(−c)) of the
// context, from whose differences x and c follow, comes first.
func (n *nflowsMADE) carry(p part, m *masked.MADE) {
	cond, d := m.Spec.Cond, m.Spec.Dim
	once, twice := 1.0, 1.0
	switch {
	case m.Spec.Residual:
		p.fail("its masked network has residual blocks that see the context otherwise than nflows' do")
	case m.Spec.Act == nn.LeakyReLU:
		once, twice = 1/1.01, 1/1.0001
	case m.Spec.Act != nn.ReLU:
		p.fail("its masked network sees the context in every layer, which nflows' does not: an activation %q cannot carry it on, want relu or leakyrelu", m.Spec.Act)
	}
	var seen []int // columns that some unit sees
	for j, at := range n.position {
		if at < d-1 {
			seen = append(seen, j)
		}
	}
	first, context := newDense(d, 2*len(seen)+2*cond), newDense(cond, 2*len(seen)+2*cond)
	first.mask = make([]bool, len(first.weight))
	degrees := make([]int, first.out)
	for i, j := range seen {
		for s := range 2 {
			u := 2*i + s
			first.weight[u*d+j], first.mask[u*d+j] = float64(1-2*s), true
			degrees[u] = n.position[j] + 1
		}
	}
	for k := range cond {
		for s := range 2 {
			context.weight[(2*len(seen)+2*k+s)*cond+k] = float64(1 - 2*s)
		}
	}
	layers := []dense{first}
	for i, l := range n.layers {
		factor := once
		if i == 0 {
			l, factor = pairs(l, seen, once), twice
		}
		to := carry{context: contextOf(m, i, l.out), factor: factor}
		if i < len(n.layers)-1 {
			to.units = 2 * cond
		}
		layers = append(layers, to.through(l, true))
	}
	n.layers, n.context, n.degrees = layers, &context, append([][]int{degrees}, n.degrees...)
}

// pairs returns a layer of columns as one of pairs of those that are seen.
func pairs(l dense, seen []int, factor float64) dense {
	w := newDense(2*len(seen), l.out)
	w.mask, w.bias = make([]bool, len(w.weight)), l.bias
	for u := range l.out {
		for i, j := range seen {
			at := u*w.in + 2*i
			w.weight[at], w.weight[at+1] = l.weight[u*l.in+j]*factor, -l.weight[u*l.in+j]*factor
			w.mask[at], w.mask[at+1] = l.mask[u*l.in+j], l.mask[u*l.in+j]
		}
	}
	return w
}

// pad makes all hidden layers as wide as the widest, which it returns, by units that nothing sees.
func (n *nflowsMADE) pad() (width int) {
	last := len(n.layers) - 1
	for _, l := range n.layers[:last] {
		width = max(width, l.out)
	}
	for i := range n.layers {
		in, out := width, width
		if i == 0 {
			in = n.layers[i].in
		}
		if i == last {
			out = n.layers[i].out
		}
		n.layers[i] = n.layers[i].padded(in, out)
		if i < last {
			n.degrees[i] = append(slices.Clone(n.degrees[i]), make([]int, width-len(n.degrees[i]))...)
		}
	}
	if n.context != nil {
		padded := n.context.padded(n.context.in, width)
		n.context = &padded
	}
	return width
}

// ordered returns a layer whose output j becomes to[j].
func (d dense) ordered(to []int) dense {
	w := newDense(d.in, d.out)
	w.mask = make([]bool, len(w.weight))
	for j, u := range to {
		copy(w.weight[u*w.in:(u+1)*w.in], d.weight[j*d.in:])
		copy(w.mask[u*w.in:(u+1)*w.in], d.mask[j*d.in:])
		w.bias[u] = d.bias[j]
	}
	return w
}

// padded returns a layer with zeros as further inputs and outputs.
func (d dense) padded(in, out int) dense {
	w := newDense(in, out)
	if d.mask != nil {
		w.mask = make([]bool, len(w.weight))
	}
	copy(w.bias, d.bias)
	for u := range d.out {
		copy(w.weight[u*in:], d.weight[u*d.in:(u+1)*d.in])
		if d.mask != nil {
			copy(w.mask[u*in:], d.mask[u*d.in:(u+1)*d.in])
		}
	}
	return w
}

// write puts the network into the file.
func (n *nflowsMADE) write(e *exporter, net string, spec masked.Spec) {
	last := len(n.layers) - 1
	for i, l := range n.layers {
		name, degrees := "initial_layer.", make([]int, 0, l.out)
		switch {
		case i == last:
			name = "final_layer."
			for _, at := range n.position {
				degrees = append(degrees, slices.Repeat([]int{at + 1}, spec.Outputs)...)
			}
		case i > 0 && spec.Residual:
			name = fmt.Sprintf("blocks.%d.linear_layers.%d.", (i-1)/2, (i-1)%2)
		case i > 0:
			name = fmt.Sprintf("blocks.%d.linear.", i-1)
		}
		if i < last {
			degrees = n.degrees[i]
		}
		e.put(net+name, dense{in: l.in, out: l.out, weight: l.weight, bias: l.bias})
		e.add(net+name+"mask", zeroOne(l.mask), l.out, l.in)
		e.tensors = append(e.tensors, safetensors.Ints(net+name+"degrees", degrees, len(degrees)))
	}
	if n.context == nil {
		return
	}
	e.put(net+"context_layer.", *n.context)
	for i := 0; spec.Residual && i < (last-1)/2; i++ {
		gain := newDense(n.context.in, n.context.out)
		if len(n.gains) > 0 {
			gain = n.gains[i]
		}
		e.put(fmt.Sprintf("%sblocks.%d.context_layer.", net, i), gain)
	}
}

func zeroOne(mask []bool) []float64 {
	x := make([]float64, len(mask))
	for i, seen := range mask {
		if seen {
			x[i] = 1
		}
	}
	return x
}
