package bijector_test

import (
	"slices"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
)

// A peerMADE says how a peer's masked network becomes one of ours.
type peerMADE struct {
	layers   []string // prefixes of weight, bias and mask
	order    []int    // position of each column
	cond     int      // columns of context behind those of x in the first layer
	act      nn.Activation
	residual bool
	outputs  int                                  // for each column
	row      func(j, k int) int                   // the peer's output that is number k of column j
	extra    func(net *masked.MADE, perm [][]int) // what else there is
	extraDim int                                  // width of a context that extra uses
}

// build makes the network. Units are sorted by the number of columns that they see.
func (g *neural) build(p peerMADE) *masked.MADE {
	g.t.Helper()
	d := len(p.order)
	order := make([]int, d)
	for j, k := range p.order {
		order[k] = j
	}
	last := len(p.layers) - 1
	spec := masked.Spec{Dim: d, Outputs: p.outputs, Cond: p.cond + p.extraDim, Act: p.act, Residual: p.residual, Order: order}
	perms := [][]int{order}
	for l, name := range p.layers[:last] {
		var degrees []int
		if l == 0 || !p.residual {
			degrees = g.degrees(p, l)
			perms = append(perms, sortedBy(degrees))
			degrees = slices.Sorted(slices.Values(degrees))
			spec.Degrees = append(spec.Degrees, degrees)
		} else {
			perms = append(perms, perms[1])
		}
		if !p.residual || l%2 == 1 {
			spec.Hidden = append(spec.Hidden, len(g.weight(name+"bias")))
		}
	}
	outs := make([]int, 0, d*p.outputs)
	for _, j := range order {
		for k := range p.outputs {
			outs = append(outs, p.row(j, k))
		}
	}
	perms = append(perms, outs)
	net := masked.NewMADE(spec, nil)
	for _, c := range net.Context {
		clear(c.Data())
	}
	for l, name := range p.layers {
		g.fill(net, l, name, perms[l], perms[l+1], d)
	}
	if p.extra != nil {
		p.extra(net, perms)
	}
	return net
}

// fill sets layer l to the peer's weights, rows and columns permuted.
func (g *neural) fill(net *masked.MADE, l int, name string, from, to []int, d int) {
	g.t.Helper()
	w, mask, in := g.weight(name+"weight"), g.weight(name+"mask"), g.tensor(name + "weight").Shape[1]
	ours := net.Layers[l].W.Matrix()
	for j, u := range to {
		for i, v := range from {
			ours.Set(i, j, w[u*in+v]*mask[u*in+v])
		}
		net.Layers[l].B.Data()[j] = g.weight(name + "bias")[u]
		for k := range in - len(from) { // the context
			net.Context[l].Matrix().Set(k, j, w[u*in+len(from)+k]*mask[u*in+len(from)+k])
		}
	}
}

// degrees returns how many columns the units of hidden layer l see.
func (g *neural) degrees(p peerMADE, l int) []int {
	seen := g.seen(p, l)
	degrees := make([]int, len(seen))
	for u, s := range seen {
		for _, see := range s {
			if see {
				degrees[u]++
			}
		}
	}
	return degrees
}

func (g *neural) seen(p peerMADE, l int) [][]bool {
	name, d := p.layers[l], len(p.order)
	mask, shape := g.weight(name+"mask"), g.tensor(name+"mask").Shape
	var before [][]bool
	if l == 0 {
		for j := range d {
			before = append(before, make([]bool, d))
			before[j][j] = true
		}
	} else {
		before = g.seen(p, l-1)
	}
	seen := make([][]bool, shape[0])
	for u := range seen {
		seen[u] = make([]bool, d)
		for v, b := range before {
			if mask[u*shape[1]+v] == 0 {
				continue
			}
			for j := range d {
				seen[u][j] = seen[u][j] || b[j]
			}
		}
	}
	return seen
}

// sortedBy returns the indices that sort the degrees.
func sortedBy(degrees []int) []int {
	idx := make([]int, len(degrees))
	for i := range idx {
		idx[i] = i
	}
	slices.SortStableFunc(idx, func(a, b int) int { return degrees[a] - degrees[b] })
	return idx
}

// nflowsMADE is a network of nflows whose outputs are grouped by column.
func nflowsMADE(prefix string, hidden []string, d, outputs int, act nn.Activation, number []int) peerMADE {
	layers := []string{prefix + "initial_layer."}
	for _, h := range hidden {
		layers = append(layers, prefix+h)
	}
	order := make([]int, d)
	for j := range d {
		order[j] = j
	}
	return peerMADE{layers: append(layers, prefix+"final_layer."), order: order, act: act, outputs: outputs,
		row: func(j, k int) int { return j*outputs + number[k] }}
}
