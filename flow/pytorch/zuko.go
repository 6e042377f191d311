package pytorch

import (
	"fmt"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// zuko reads a zuko.flows.Flow: transforms from data to base.
func (w *weights) zuko(s Settings) *flow.Transformed {
	const prefix = "transform.transforms."
	d := w.shape("base.loc", 1)[0]
	var chain bijector.Chain
	for i := range w.count(prefix) {
		name := fmt.Sprintf("%s%d.", prefix, i)
		if w.holds(name + "mask") {
			chain = append(chain, w.zukoCoupling(name, d, s))
		} else {
			chain = append(chain, w.zukoAutoregressive(name, d, s))
		}
	}
	slices.Reverse(chain)
	return &flow.Transformed{Base: fixedNormal(w.floats("base.loc", d), w.floats("base.scale", d)), Map: chain}
}

// fixedNormal returns the normal distribution, the standard one if it is that.
func fixedNormal(loc, scale []float64) dist.Distribution {
	for j := range loc {
		if !(scale[j] > 0) {
			fail("base: got scale %v, want a positive number", scale[j])
		}
	}
	one := func(x float64) bool { return x != 1 }
	if !slices.ContainsFunc(loc, func(x float64) bool { return x != 0 }) && !slices.ContainsFunc(scale, one) {
		return dist.NewStdNormal(len(loc))
	}
	return dist.NewNormal(len(loc), autodiff.Fixed(loc...), autodiff.Fixed(scale...))
}

// zukoLayout is that of a network with so many outputs per column.
func (s Settings) zukoLayout(name string, outputs, columns int) layout {
	params := outputs / max(columns, 1)
	if params == 2 {
		return toBase(s.or(bijector.Affine{}), byColumn(2))
	}
	if k, ok := bins(params); ok {
		return toBase(s.withBins(k, bijector.SoftSpline{Bins: k}), byColumn(params))
	}
	fail("%s*: got %d outputs for %d columns, want 2 each for an affine map or 3·K−1 for a spline", name, outputs, columns)
	return layout{}
}

func (w *weights) zukoCoupling(name string, d int, s Settings) *bijector.Coupling {
	c := new(bijector.Coupling)
	for j, kept := range w.floats(name+"mask", d) {
		if kept != 0 {
			c.Keep = append(c.Keep, j)
		} else {
			c.Change = append(c.Change, j)
		}
	}
	return w.coupling(c, name+"hyper.", s.zukoLayout(name, w.outputsOf(name+"hyper."), len(c.Change)), s)
}

// coupling completes a coupling with its network.
func (w *weights) coupling(c *bijector.Coupling, net string, l layout, s Settings) *bijector.Coupling {
	if got, want := w.outputsOf(net), len(c.Change)*l.m.Params(); got != want {
		fail("%s*: got %d outputs, want %d for %d columns", net, got, want, len(c.Change))
	}
	c.Map, c.Net = l.m, w.conditioner(net, len(c.Change), l, s.Activation)
	if c.Cond = c.Net.In() - len(c.Keep); c.Cond < 0 {
		fail("%s*: got %d inputs, want at least %d", net, c.Net.In(), len(c.Keep))
	}
	return restored(c)
}

func (w *weights) zukoAutoregressive(name string, d int, s Settings) *bijector.Autoregressive {
	p := maskedNet{layers: w.sequence(name + "hyper."), position: w.permutation(name+"order", d), act: s.Activation}
	l := s.zukoLayout(name, w.outputsOf(name+"hyper."), d)
	return restored(&bijector.Autoregressive{Net: w.made(p, l), Map: l.m})
}
