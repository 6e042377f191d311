package onnx

import (
	"slices"

	"github.com/normflow/normflow/autodiff/nn/masked"
)

// A maskedNet is a masked network with the weights of its layers, which are multiplied by their masks here.
type maskedNet struct {
	*masked.MADE
	g       *graph
	weights []value // none until they are asked for
}

func (g *graph) masked(net *masked.MADE) maskedNet {
	if _, err := net.Remask(net.Spec.Order, net.Spec.Degrees); err != nil { // its weights stand in another order than its degrees
		g.refuse("got a member of an ensemble of masked networks, which has no translation")
	}
	return maskedNet{net, g, make([]value, len(net.Layers))}
}

// at returns the network at the rows of x, given the context c, none for none.
func (m maskedNet) at(x, c value) value {
	order := m.Spec.Order
	if order == nil {
		return m.ordered(x, c)
	}
	y := m.ordered(x.gather(grouped(order, max(m.Spec.Inputs, 1))), c)
	return y.gather(inverse(grouped(order, m.Spec.Outputs)))
}

// grouped returns the order of columns of k values as one of values.
func grouped(order []int, k int) []int {
	all := make([]int, 0, len(order)*k)
	for _, j := range order {
		for i := range k {
			all = append(all, j*k+i)
		}
	}
	return all
}

// ordered returns the outputs of columns in order: those of the column at place k see what has degree k or less, and units
// of degree m see the columns at the places before m.
func (m maskedNet) ordered(x, c value) value {
	s, last := &m.Spec, len(m.Layers)-1
	from, outputs := places(s.Dim, max(s.Inputs, 1), 1), places(s.Dim, s.Outputs, 0)
	h, direct := x, m.Layers[:last]
	if s.Direct {
		direct = m.Layers[:last-1]
	}
	if s.Residual {
		degrees := s.Degrees[0]
		h = m.layer(0, h, c, from, degrees)
		for l := 1; l < len(direct); l += 2 {
			a := m.layer(l, m.g.activation(s.Act, h), c, degrees, degrees)
			h = h.add(m.layer(l+1, a, c, degrees, degrees))
		}
		from = degrees
	} else {
		for l := range direct {
			h = m.layer(l, h, c, from, s.Degrees[l])
			from = s.Degrees[l]
		}
	}
	y := m.layer(last, h, c, from, outputs)
	if s.Direct {
		y = y.add(m.layer(last-1, x, c, places(s.Dim, max(s.Inputs, 1), 1), outputs))
	}
	return y
}

// places returns, for k values of each of dim columns, the place of the column plus a number.
func places(dim, k, plus int) []int {
	p := make([]int, 0, dim*k)
	for j := range dim {
		p = append(p, slices.Repeat([]int{j + plus}, k)...)
	}
	return p
}

// layer returns layer l at the rows of x.
func (m maskedNet) layer(l int, x, c value, before, behind []int) value {
	layer := m.Layers[l]
	if m.weights[l] == none {
		m.weights[l] = m.mask(layer.W.Data(), before, behind)
	}
	y := m.g.dense(x, m.weights[l], m.g.param(layer.B))
	if c != none && m.Spec.Cond > 0 {
		y = y.add(c.matmul(m.g.param(m.Context[l])))
	}
	return m.g.activation(layer.Act, y)
}

// mask returns the weights that count: those where the degree before is at most that behind.
func (m maskedNet) mask(w []float64, before, behind []int) value {
	w = slices.Clone(w)
	for i, a := range before {
		for j, b := range behind {
			if a > b {
				w[i*len(behind)+j] = 0
			}
		}
	}
	return m.g.constant(len(behind), w...)
}
