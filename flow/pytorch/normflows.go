package pytorch

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/kernel"
)

// normflows reads a normflows.NormalizingFlow: flows from base to data.
func (w *weights) normflows(s Settings) *flow.Transformed {
	d := w.shape("q0.loc", 2)[1]
	var chain bijector.Chain
	for i := range w.count("flows.") {
		chain = append(chain, w.normflow(fmt.Sprintf("flows.%d.", i), d, s)...)
	}
	return &flow.Transformed{Base: w.gaussian(w.floats("q0.loc", 1, d), w.floats("q0.log_scale", 1, d)), Map: chain}
}

// gaussian returns the learned normal distribution of normflows.
func (w *weights) gaussian(loc, logScale []float64) dist.Distribution {
	scale := make([]float64, len(loc))
	kernel.Exp(scale, logScale)
	for _, v := range scale {
		if !(v > 0) || math.IsInf(v, 0) {
			fail("base: got scale %v, want a positive finite number", v)
		}
	}
	return dist.NewNormal(len(loc), autodiff.Learned(loc...), autodiff.Learned(scale...))
}

// normflow reads one flow of d columns, from base to data.
func (w *weights) normflow(p string, d int, s Settings) bijector.Chain {
	switch {
	case !w.has(p): // a Permute of mode swap has no numbers
		half := d / 2
		return bijector.Chain{bijector.NewPermute(append(bijector.Columns(half, d), bijector.Columns(0, half)...)...)}
	case w.holds(p + "perm"):
		w.ignore(p + "inv_perm")
		return bijector.Chain{bijector.NewPermute(w.permutation(p+"perm", d)...)}
	case w.has(p + "flows."):
		return bijector.Chain{w.channelCoupling(p+"flows.1.param_map.net.", d, s)}
	case w.holds(p + "b"):
		return bijector.Chain{w.maskedAffine(p, d, s)}
	case w.has(p + "prqct."):
		return w.coupledSpline(p+"prqct.", s)
	case w.has(p + "mprqat."):
		b, _ := w.nflowsAutoregressive(p+"mprqat.", "", true, s)
		return bijector.Chain{b}
	case w.has(p + "autoregressive_net."): // in one pass from base to data
		b, _ := w.nflowsAutoregressive(p, bijector.Sigmoid2, true, s)
		return bijector.Chain{bijector.NewInvert(b)}
	case w.has(p + "linear."):
		b, _ := w.luLinear(p + "linear.")
		perm := w.permutation(p+"permutation._permutation", d)
		return bijector.Chain{b, bijector.NewPermute(invert(perm)...)}
	case w.holds(p + "s"):
		w.ignore(p + "data_dep_init_done")
		return bijector.Chain{&bijector.ActNorm{Shift: param(w.floats(p+"t", 1, d)), LogScale: param(w.floats(p+"s", 1, d)), Initialized: true}}
	}
	fail("%s*: got tensors of none of the flows that are known", p)
	return nil
}

// channelCoupling reads an AffineCouplingBlock, which keeps the first half of
// the columns, the larger one.
func (w *weights) channelCoupling(net string, d int, s Settings) *bijector.Coupling {
	half := (d + 1) / 2
	c := &bijector.Coupling{Keep: bijector.Columns(0, half), Change: bijector.Columns(half, d)}
	l := layout{m: s.or(bijector.Affine{Scale: bijector.Exponential}), at: byColumn(2)}
	if w.outputsOf(net) == d-half {
		l = layout{m: bijector.Additive{}, at: byColumn(1)}
	}
	return w.coupling(c, net, l, s)
}

// maskedAffine reads a MaskedAffineFlow: two networks of all columns, of which those to
// change come as zeros, or one of them.
func (w *weights) maskedAffine(p string, d int, s Settings) *bijector.Coupling {
	c := new(bijector.Coupling)
	for j, kept := range w.floats(p+"b", 1, d) {
		if kept != 0 {
			c.Keep = append(c.Keep, j)
		} else {
			c.Change = append(c.Change, j)
		}
	}
	if len(c.Keep) == 0 || len(c.Change) == 0 {
		fail("tensor %q: got a mask of all columns or none", p+"b")
	}
	var nets [2]*nn.MLP // shifts and log-scales
	for i, name := range []string{p + "t.net.", p + "s.net."} {
		if !w.has(name) {
			continue
		}
		layers, m := w.sequence(name), new(nn.MLP)
		for k, layer := range layers {
			in, out, act := []int(nil), []int(nil), s.Activation
			if k == 0 {
				in = c.Keep
				if got := w.shape(layer+"weight", 2)[1]; got != d {
					fail("tensor %q: got %d inputs, want %d", layer+"weight", got, d)
				}
			}
			if k == len(layers)-1 {
				out, act = c.Change, nn.Linear
			}
			m.Layers = append(m.Layers, w.layer(layer, in, out, act))
		}
		nets[i] = restored(m)
	}
	if nets[0] == nil && nets[1] == nil {
		fail("tensor %q is missing", p+"t.net.0.weight")
	}
	c.Map, c.Net = bijector.Affine{Scale: bijector.Exponential}, beside(nets[0], nets[1])
	return restored(c)
}

// beside returns the network whose outputs are those of a and b in turn; nil
// is zeros. Where a has less layers than b, or the other way, it fails.
func beside(a, b *nn.MLP) *nn.MLP {
	some := a
	if a == nil {
		some = b
	}
	m := new(nn.MLP)
	for k, l := range some.Layers {
		first, last := k == 0, k == len(some.Layers)-1
		var parts [2]nn.Layer
		for i, net := range []*nn.MLP{a, b} {
			switch {
			case net == nil:
				parts[i] = zeros(l, first, last)
			case len(net.Layers) != len(some.Layers):
				fail("got networks of %d and %d layers for shift and scale, want as many", len(some.Layers), len(net.Layers))
			default:
				parts[i] = net.Layers[k]
			}
		}
		m.Layers = append(m.Layers, join(parts[0], parts[1], first, last))
	}
	return restored(m)
}

// zeros stands for a layer of a network that is not there: it has one unit, or as
// many outputs as l if it is the last.
func zeros(l nn.Layer, first, last bool) nn.Layer {
	in, out := 1, 1
	if first {
		in = l.In()
	}
	if last {
		out = l.Out()
	}
	return nn.Layer{W: autodiff.NewParam(in, out, nil), B: autodiff.NewParam(1, out, nil), Act: l.Act}
}

// join returns the layer of two networks side by side. The first layers share
// their inputs; the outputs of the last stand in turn.
func join(a, b nn.Layer, first, last bool) nn.Layer {
	in, out := a.In()+b.In(), a.Out()+b.Out()
	if first {
		in = a.In()
	}
	l := nn.Layer{W: autodiff.NewParam(in, out, nil), B: autodiff.NewParam(1, out, nil), Act: a.Act}
	for i, part := range []nn.Layer{a, b} {
		for j := range part.Out() {
			to := i*a.Out() + j
			if last {
				to = 2*j + i
			}
			row := 0
			if !first {
				row = i * a.In()
			}
			for k := range part.In() {
				l.W.Data()[(row+k)*out+to] = part.W.Data()[k*part.Out()+j]
			}
			l.B.Data()[to] = part.B.Data()[j]
		}
	}
	return l
}

// coupledSpline reads a coupling whose kept columns have splines of their own.
func (w *weights) coupledSpline(p string, s Settings) bijector.Chain {
	c, _ := w.nflowsCoupling(p, true, s)
	own := p + "unconditional_transform.unnormalized_"
	if !w.has(own) {
		return bijector.Chain{c}
	}
	shape := w.shape(own+"widths", 2)
	n, k := shape[0], shape[1]
	l := s.splineLayout(p, 3*k-1, bound(true), 1)
	if n != len(c.Keep) || k < 2 {
		fail("tensor %q: got shape %v, want %d rows of at least 2", own+"widths", shape, len(c.Keep))
	}
	e := &bijector.Elementwise{Map: l.m, Raw: autodiff.NewParam(1, n*(3*k-1), nil)}
	raw := e.Raw.Data()[:0]
	widths, heights, slopes := w.floats(own+"widths", n, k), w.floats(own+"heights", n, k), w.floats(own+"derivatives", n, k-1)
	for j := range n {
		raw = append(append(raw, widths[j*k:j*k+k]...), heights[j*k:j*k+k]...)
		for _, v := range slopes[j*(k-1) : (j+1)*(k-1)] {
			raw = append(raw, v-slopeOne)
		}
	}
	return bijector.Chain{bijector.NewSubset(restored(e), slices.Clone(c.Keep)...), c}
}
