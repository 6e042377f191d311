package pytorch

import (
	"fmt"
	"strings"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// zukoResidual reads an autoregressive transform whose masked network has residual blocks h + B(act(A(h))) between linear layers.
func (w *weights) zukoResidual(p string, d int) bijector.Chain {
	net := p + "hyper."
	if !w.holds(p + "order") {
		fail("%s*: residual blocks of a network of an adjacency are not supported", net)
	}
	m := maskedNet{position: ranks(w.indices(p+"order", d)), act: w.activation(net)}
	cond := w.shape(net+"0.weight", 2)[1] - d
	if len(m.position) != d || cond < 0 {
		fail("tensor %q: got %d numbers, want %d", p+"order", len(m.position), d)
	}
	end := fmt.Sprintf("%s%d.", net, w.count(net)-1)
	l := w.zukoLayout(p, w.shape(end+"bias", 1)[0], d)
	w.onlyBefore(net, m.position, l)
	return w.columnwise(net, m, l.each, cond, func(c *bijector.Coupling) nn.Network { return w.zukoColumn(net, c, m, l, d) })
}

// onlyBefore fails unless the parameters of each column depend on those before it alone.
func (w *weights) onlyBefore(net string, position []int, l layout) {
	d := len(position)
	seen := unitSets(d)
	last := w.count(net) - 1
	for i := range last + 1 {
		name := fmt.Sprintf("%s%d.", net, i)
		if w.holds(name + "weight") {
			seen = w.seenBy(name, seen)
			continue
		}
		through := w.seenBy(name+"2.", w.seenBy(name+"0.", seen))
		if len(through) != len(seen) {
			fail("%s*: got a block from %d units to %d, want as many", name, len(seen), len(through))
		}
		for u, s := range through {
			for k := range s {
				s[k] |= seen[u][k]
			}
		}
		seen = through
	}
	for j := range d {
		before := make(unitSet, (d+63)/64)
		for i := range d {
			if position[i] < position[j] {
				before[i/64] |= 1 << (i % 64)
			}
		}
		for k := range l.params() {
			if u := l.at(j, k, d); u >= len(seen) || !seen[u].within(before) {
				fail("%s*: the parameters of column %d depend on columns that are not before it", net, j)
			}
		}
	}
}

// zukoColumn reads the part of the network that makes the parameters of one column.
func (w *weights) zukoColumn(net string, c *bijector.Coupling, p maskedNet, l layout, d int) nn.Network {
	in := append([]int{}, c.Keep...)
	for k := range c.Cond {
		in = append(in, d+k)
	}
	var nets []nn.Network
	m := &nn.ResMLP{First: w.maskedLayer(net+"0.", in, nil, nn.Linear)}
	last := w.count(net) - 1
	for i := 1; i <= last; i++ {
		name := fmt.Sprintf("%s%d.", net, i)
		switch {
		case i == last:
			m.Last = w.columnLast(name, c, l, d)
			nets = append(nets, restored(m))
		case w.holds(name + "weight"):
			m.Last = w.maskedLayer(name, nil, nil, nn.Linear)
			nets = append(nets, restored(m))
			m = &nn.ResMLP{First: passing(m.Last.Out())}
		default:
			m.Blocks = append(m.Blocks, nn.Block{Act: nn.Linear,
				A: w.maskedLayer(name+"0.", nil, nil, p.act), B: w.maskedLayer(name+"2.", nil, nil, nn.Linear)})
		}
	}
	if len(nets) == 1 {
		return nets[0]
	}
	return restored(&nn.Sequential{Nets: nets})
}

// passing returns the layer that leaves n numbers as they are.
func passing(n int) nn.Layer {
	l := nn.Layer{W: autodiff.NewParam(n, n, identity(n)), B: autodiff.NewParam(1, n, nil), Act: nn.Linear}
	l.W.Freeze(true)
	l.B.Freeze(true)
	return l
}

// hasBlocks reports whether a sequence has residual blocks, which are sequences themselves.
func (w *weights) hasBlocks(net string) bool {
	for _, name := range w.names {
		if n, ok := number(name, net); ok && strings.HasSuffix(name, ".0.mask") && w.has(fmt.Sprintf("%s%d.0.mask", net, n)) {
			return true
		}
	}
	return false
}
