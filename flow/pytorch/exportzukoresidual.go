package pytorch

import (
	"fmt"
	"slices"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// residuals joins couplings, one for each column, from data to base, that have the same masked residual network: as which
// zuko's are imported.
func residuals(parts []part, d int) (joined []part) {
	for i := 0; i < len(parts); i++ {
		if i+d <= len(parts) {
			if columns, ok := columnsOf(parts[i:i+d], d); ok {
				p := parts[i]
				p.columns = columns
				joined = append(joined, p)
				i += d - 1
				continue
			}
		}
		joined = append(joined, parts[i])
	}
	return joined
}

// columnsOf returns the couplings of d parts, if they change one column each and their networks agree.
func columnsOf(parts []part, d int) (columns []*bijector.Coupling, ok bool) {
	seen := make([]bool, d)
	for _, p := range parts {
		c, ok := p.b.(*bijector.Coupling)
		if !ok || p.inverted || len(c.Change) != 1 || len(c.Keep) != d-1 || seen[c.Change[0]] || c.Clip != 0 || segments(c.Net) == nil {
			return nil, false
		}
		seen[c.Change[0]] = true
		columns = append(columns, c)
		if first := columns[0]; c.Map != first.Map || c.Cond != first.Cond || !sameWithin(segments(c.Net), segments(first.Net)) {
			return nil, false
		}
	}
	return columns, d > 1
}

// segments returns the residual networks, of blocks h + B(act(A(h))), that a network is in turn; nil for others.
func segments(net nn.Network) (list []*nn.ResMLP) {
	switch net := net.(type) {
	case *nn.ResMLP:
		list = []*nn.ResMLP{net}
	case *nn.Sequential:
		for _, part := range net.Nets {
			r, ok := part.(*nn.ResMLP)
			if !ok {
				return nil
			}
			list = append(list, r)
		}
	}
	for i, r := range list {
		if i > 0 && !sameLayer(r.First, passing(r.First.In())) {
			return nil
		}
		for _, b := range r.Blocks {
			if b.Act != nn.Linear || b.A.Act != list[0].Blocks[0].A.Act || b.B.Act != nn.Linear {
				return nil
			}
		}
		if r.First.Act != nn.Linear || r.Last.Act != nn.Linear || len(r.Blocks) == 0 {
			return nil
		}
	}
	return list
}

// sameWithin reports whether networks agree but for what columns they see first and what they make in the end.
func sameWithin(a, b []*nn.ResMLP) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if len(a[i].Blocks) != len(b[i].Blocks) || i < len(a)-1 && !sameLayer(a[i].Last, b[i].Last) || !slices.Equal(a[i].First.B.Data(), b[i].First.B.Data()) {
			return false
		}
		for k, block := range a[i].Blocks {
			if !sameLayer(block.A, b[i].Blocks[k].A) || !sameLayer(block.B, b[i].Blocks[k].B) {
				return false
			}
		}
	}
	return true
}

func sameLayer(a, b nn.Layer) bool {
	return a.Act == b.Act && slices.Equal(a.W.Data(), b.W.Data()) && slices.Equal(a.B.Data(), b.B.Data())
}

// zukoResidual writes an autoregressive transform of residual blocks, from data to base.
func (e *exporter) zukoResidual(path string, p part, d int) any {
	m := e.zukoMapOf(p, p.columns[0].Map)
	cond, k := p.columns[0].Cond, p.columns[0].Map.Params()
	nets := segments(p.columns[0].Net)
	width := nets[0].First.Out()
	first, last := newDense(d+cond, width), newDense(nets[len(nets)-1].Last.In(), d*k)
	copy(first.bias, nets[0].First.B.Data())
	position := make([]int, d)
	for i, c := range p.columns {
		j := c.Change[0]
		position[j] = d - 1 - i
		own := segments(c.Net)
		in := append(slices.Clone(c.Keep), span(d, d+cond)...)
		copyInto(&first, own[0].First, in, nil)
		copyInto(&last, own[len(own)-1].Last, nil, span(j*k, (j+1)*k))
	}
	e.ints(path+"order", position)
	at, hidden := 0, []int{}
	put := func(l dense) {
		e.put(fmt.Sprintf("%shyper.%d.", path, at), l.masked())
		at++
	}
	put(first.blind(e.cond - cond))
	for i, net := range nets {
		for _, b := range net.Blocks {
			block := fmt.Sprintf("%shyper.%d.", path, at)
			e.put(block+"0.", denseOf(b.A, nil, nil).masked())
			e.say(block+"1", torchActivations[b.A.Act], nil)
			e.put(block+"2.", denseOf(b.B, nil, nil).masked())
			hidden = append(hidden, net.First.Out())
			at++
		}
		if i < len(nets)-1 {
			put(denseOf(net.Last, nil, nil))
		}
	}
	put(last)
	act := torchActivations[nets[0].Blocks[0].A.Act]
	arguments := map[string]any{"features": d, "context": e.cond, "order": tensorOf(position), "univariate": m.function(), "shapes": m.shapes,
		"activation": reference("torch.nn." + act), "hidden_features": hidden, "residual": true}
	return e.clipped(path, "MaskedAutoregressiveTransform", arguments, map[string]any{"univariate": m.said(), "shapes": m.shapes}, 0, 0)
}

// copyInto sets weights of a layer to those of l, whose inputs and outputs are its from and to.
func copyInto(d *dense, l nn.Layer, from, to []int) {
	from, to = orAll(from, l.In()), orAll(to, l.Out())
	for j, u := range to {
		for i, v := range from {
			d.weight[u*d.in+v] = l.W.Data()[i*l.Out()+j]
		}
		d.bias[u] = l.B.Data()[j]
	}
}

// masked returns the layer with a mask of the weights that are not 0.
func (d dense) masked() dense {
	d.mask = make([]bool, len(d.weight))
	for i, w := range d.weight {
		d.mask[i] = w != 0
	}
	return d
}
