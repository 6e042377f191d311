package pytorch

import (
	"slices"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/internal/rng"
)

// A maskedNet says how a library names and connects a masked network.
type maskedNet struct {
	layers   []string // prefixes of weight, bias and mask
	position []int    // of each column in the order
	act      nn.Activation
	residual bool                // blocks of two layers between the first and the last
	cond     int                 // width of a context that is no part of the first layer's inputs
	norms    map[string]*nn.Norm // of the inputs of layers
}

// A connected network is a masked one, with the places of the units of its first layer in the library's.
type connected struct {
	*masked.MADE
	units []int
}

// made reads a masked network: hidden units are sorted by the number of columns that
// they see, and columns by their place in the order. What inputs the first layer has
// beside the columns are the context.
func (w *weights) made(p maskedNet, l layout) connected {
	d := len(p.position)
	order := invert(p.position)
	if slices.Contains(order, -1) {
		fail("%s*: got places %v of columns, want each of 0 to %d once", p.layers[0], p.position, d-1)
	}
	if p.residual && (len(p.layers)%2 != 0 || len(p.layers) < 4) {
		fail("%s*: got %d layers, want blocks of two", p.layers[0], len(p.layers))
	}
	spec := masked.Spec{Dim: d, Outputs: l.params(), Cond: p.cond + w.contextWidth(p), Act: p.act, Residual: p.residual, Order: order}
	perms, last := [][]int{order}, len(p.layers)-1
	seen, prefix := unitSets(d), prefixes(order)
	for i, name := range p.layers[:last] {
		seen = w.seenBy(name, seen)
		degrees := degreesOf(name, seen, prefix)
		if p.residual && i > 0 {
			if len(degrees) != len(perms[1]) {
				fail("tensor %q: got %d units, want %d as in the layer before", name+"mask", len(degrees), len(perms[1]))
			}
			if !slices.IsSortedFunc(perms[1], func(u, v int) int { return degrees[u] - degrees[v] }) {
				fail("tensor %q: units see other columns than those of the layer before", name+"mask")
			}
			perms = append(perms, perms[1])
			if i%2 == 1 {
				spec.Hidden = append(spec.Hidden, len(seen))
			}
			continue
		}
		perms = append(perms, sortedBy(degrees))
		spec.Degrees = append(spec.Degrees, slices.Sorted(slices.Values(degrees)))
		if !p.residual {
			spec.Hidden = append(spec.Hidden, len(seen))
		}
	}
	var outs []int
	for _, j := range order {
		for k := range l.params() {
			outs = append(outs, l.at(j, k, d))
		}
	}
	if got := w.shape(p.layers[last]+"weight", 2)[0]; got != len(outs) {
		fail("tensor %q: got %d outputs, want %d for %d columns", p.layers[last]+"weight", got, len(outs), d)
	}
	for u, s := range w.seenBy(p.layers[last], seen) {
		if i := slices.Index(outs, u) / l.params(); !s.within(prefix[i]) {
			fail("tensor %q: output %d sees columns that are not before its own", p.layers[last]+"mask", u)
		}
	}
	net := masked.NewMADE(spec, rng.New(0))
	for _, c := range net.Context {
		clear(c.Data())
	}
	perms = append(perms, outs)
	for i, name := range p.layers {
		w.masked(net, i, name, perms[i], perms[i+1], p)
	}
	l.convert(net.Layers[last])
	return connected{net, perms[1]}
}

// contextWidth returns the width of the context.
func (w *weights) contextWidth(p maskedNet) int {
	if n := w.shape(p.layers[0]+"weight", 2)[1] - len(p.position); n >= 0 {
		return n
	}
	fail("tensor %q: got less inputs than %d columns", p.layers[0]+"weight", len(p.position))
	return 0
}

// masked sets layer i of net to weight·mask and bias, rows and columns in order.
// Inputs beyond those in the order are the context.
func (w *weights) masked(net *masked.MADE, i int, name string, from, to []int, p maskedNet) {
	shape := w.shape(name+"weight", 2)
	weight, mask, bias := w.floats(name+"weight", shape...), w.floats(name+"mask", shape...), w.floats(name+"bias", shape[0])
	for i := range weight {
		weight[i] *= mask[i]
	}
	if n := p.norms[name]; n != nil {
		normalised(weight, bias, n)
	}
	in, out := net.Layers[i].W.Dims()
	if len(from) != in || len(to) != out || out != shape[0] || i > 0 && in != shape[1] {
		fail("tensor %q: got shape %v, want [%d %d]", name+"weight", shape, out, in)
	}
	for j, u := range to {
		for k, v := range from {
			net.Layers[i].W.Data()[k*out+j] = weight[u*shape[1]+v]
		}
		for k := range shape[1] - in {
			net.Context[i].Data()[k*out+j] = weight[u*shape[1]+in+k]
		}
		net.Layers[i].B.Data()[j] = bias[u]
	}
}

// normalised makes a layer, out×in, one of inputs that are not yet normalised.
func normalised(weight, bias []float64, n *nn.Norm) {
	in := n.Scale.Len()
	if len(weight) != in*len(bias) {
		fail("got a normalisation of %d columns before %d weights", in, len(weight))
	}
	for u := range bias {
		for v := range in {
			bias[u] += float64(weight[u*in+v] * n.Shift.Data()[v])
			weight[u*in+v] *= n.Scale.Data()[v]
		}
	}
}

// A unitSet is a set of columns.
type unitSet []uint64

func (s unitSet) within(t unitSet) bool {
	for i, word := range s {
		if word&^t[i] != 0 {
			return false
		}
	}
	return true
}

// prefixes returns the sets of the first 0 to d columns in the order.
func prefixes(order []int) []unitSet {
	sets := []unitSet{make(unitSet, (len(order)+63)/64)}
	for i, j := range order {
		next := slices.Clone(sets[i])
		next[j/64] |= 1 << (j % 64)
		sets = append(sets, next)
	}
	return sets
}

// degreesOf returns how many of the first columns in the order hold what units see: not all.
func degreesOf(name string, seen, prefix []unitSet) []int {
	degrees := make([]int, len(seen))
	for u, s := range seen {
		for !s.within(prefix[degrees[u]]) {
			degrees[u]++
		}
		if degrees[u] >= len(prefix)-1 && len(prefix) > 2 {
			fail("tensor %q: unit %d sees the last column in the order", name+"mask", u)
		}
	}
	return degrees
}

// ordered returns places of d columns in an order in which each stands behind those that its outputs see.
func (w *weights) ordered(p maskedNet, d int) []int {
	seen := unitSets(d)
	for _, name := range p.layers {
		seen = w.seenBy(name, seen)
	}
	each, placed, position := len(seen)/d, make(unitSet, (d+63)/64), make([]int, d)
	if each == 0 || each*d != len(seen) {
		fail("tensor %q: got %d outputs, want as many for each of %d columns", p.layers[len(p.layers)-1]+"mask", len(seen), d)
	}
	for k := 0; k < d; {
		before := k
		for j := range d {
			if placed[j/64]>>(j%64)&1 == 0 && seen[j*each].within(placed) {
				position[j], k = k, k+1
				placed[j/64] |= 1 << (j % 64)
			}
		}
		if k == before {
			fail("tensor %q: the columns see each other", p.layers[len(p.layers)-1]+"mask")
		}
	}
	return position
}

// unitSets returns the sets of each of d columns alone.
func unitSets(d int) []unitSet {
	sets := make([]unitSet, d)
	for j := range sets {
		sets[j] = make(unitSet, (d+63)/64)
		sets[j][j/64] = 1 << (j % 64)
	}
	return sets
}

// seenBy returns the columns that the units of a masked layer see, through units
// before that see those in before.
func (w *weights) seenBy(name string, before []unitSet) []unitSet {
	shape := w.shape(name+"mask", 2)
	if weight := w.shape(name+"weight", 2); !slices.Equal(weight, shape) {
		fail("tensor %q: got shape %v, want %v as the weights have", name+"mask", shape, weight)
	}
	if shape[1] < len(before) {
		fail("tensor %q: got %d inputs, want at least %d", name+"mask", shape[1], len(before))
	}
	mask := w.floats(name+"mask", shape...)
	sets := make([]unitSet, shape[0])
	for u := range sets {
		sets[u] = make(unitSet, len(before[0]))
		for v, s := range before {
			if mask[u*shape[1]+v] == 0 {
				continue
			}
			for i, word := range s {
				sets[u][i] |= word
			}
		}
	}
	return sets
}

// sortedBy returns the indices that sort the degrees.
func sortedBy(degrees []int) []int {
	index := orAll(nil, len(degrees))
	slices.SortStableFunc(index, func(a, b int) int { return degrees[a] - degrees[b] })
	return index
}
