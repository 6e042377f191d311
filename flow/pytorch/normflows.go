package pytorch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
)

// normflows reads a normflows.NormalizingFlow: flows from base to data.
func (w *weights) normflows() (dist.Distribution, bijector.Chain) {
	base, first := w.normflowsBase(w.root + "q0.")
	for _, name := range w.names { // the target, which a model may have been trained by
		if strings.HasPrefix(name, w.root+"p.") {
			w.ignore(name)
		}
	}
	chain := first
	for i := range w.layers(w.root + "flows.") {
		chain = append(chain, w.normflow(fmt.Sprintf("%sflows.%d.", w.root, i), base.Dim())...)
	}
	return base, chain
}

// normflow reads one flow of d columns, from base to data.
func (w *weights) normflow(p string, d int) bijector.Chain {
	switch {
	case !w.has(p):
		return bijector.Chain{w.silent(p, d)}
	case w.holds(p + "perm"):
		w.ignore(p + "inv_perm")
		return bijector.Chain{bijector.NewPermute(w.permutation(p+"perm", d)...)}
	case w.has(p + "flow."):
		return bijector.Chain{bijector.NewInvert(w.normflow(p+"flow.", d))}
	case w.has(p + "flows."):
		return bijector.Chain{w.channelCoupling(p+"flows.1.param_map.net.", d)}
	case w.has(p + "iresblock."):
		return bijector.Chain{w.residualFlow(p, d)}
	case w.holds(p+"u") && w.holds(p+"w"):
		return bijector.Chain{w.planar(p, d)}
	case w.holds(p + "z_0"):
		return bijector.Chain{w.radial(p, d)}
	case w.holds(p+"b") && w.tensors[p+"b"].Len() == d && len(w.tensors[p+"b"].Shape) == 2:
		return bijector.Chain{w.maskedAffine(p, d)}
	case w.has(p + "prqct."):
		chain, _ := w.nflowsCoupling(p+"prqct.", true)
		return chain
	case w.has(p + "mprqat."):
		b, _ := w.nflowsAutoregressive(p+"mprqat.", true)
		return bijector.Chain{b}
	case w.has(p + "autoregressive_net."): // in one pass from base to data
		b, _ := w.nflowsAutoregressive(p, true)
		return bijector.Chain{bijector.NewInvert(b)}
	case w.has(p + "linear."):
		b, _ := w.luLinear(p + "linear.")
		perm := w.permutation(p+"permutation._permutation", d)
		return bijector.Chain{b, bijector.NewPermute(invert(perm)...)}
	case w.holds(p+"log_S") || w.holds(p+"W") && len(w.tensors[p+"W"].Shape) == 2:
		return bijector.Chain{w.invertibleAffine(p, d)}
	case w.holds(p+"s") && w.holds(p+"t"):
		w.ignore(p + "data_dep_init_done")
		return bijector.Chain{&bijector.ActNorm{Shift: param(w.floats(p+"t", 1, d)), LogScale: param(w.floats(p+"s", 1, d)), Initialized: true}}
	}
	fail("%s*: got tensors of none of the flows that are known (class %q)", p, w.class(p))
	return nil
}

// invertibleAffine reads a matrix W, or P·L·U, by which rows are multiplied from data to base: z·W.
func (w *weights) invertibleAffine(p string, d int) bijector.Bijector {
	var m []float64
	if w.holds(p + "W") {
		m = w.floats(p+"W", d, d)
	} else {
		lu := w.conv1x1(p, d)
		m = make([]float64, d*d)
		for i, row := range lu.Perm { // row i of P·L·U is row Perm[i] of L·U
			for j := range d {
				for k := range min(row, j) {
					m[i*d+j] += float64(lu.Factors.Data()[row*d+k] * lu.Factors.Data()[k*d+j])
				}
				switch f := lu.Factors.Data(); {
				case j < row:
					m[i*d+j] += float64(f[row*d+j] * f[j*d+j])
				default:
					m[i*d+j] += f[row*d+j]
				}
			}
		}
	}
	transposed := make([]float64, d*d)
	for i := range d {
		for j := range d {
			transposed[j*d+i] = m[i*d+j]
		}
	}
	return bijector.NewInvert(w.dense(transposed, d, autodiff.Value{}))
}

// normflowsScales are what normflows calls them.
var normflowsScales = map[string]bijector.ScaleMap{"exp": bijector.Exponential, "sigmoid": bijector.GlowScale, "sigmoid_inv": bijector.SigmoidScale}

// channelCoupling reads an AffineCouplingBlock, which keeps the first half of
// the columns, the larger one, or with mode channel_inv the second.
func (w *weights) channelCoupling(net string, d int) *bijector.Coupling {
	half := (d + 1) / 2
	c := &bijector.Coupling{Keep: bijector.Columns(0, half), Change: bijector.Columns(half, d)}
	split := strings.TrimSuffix(net, "1.param_map.net.") + "0."
	switch mode := w.text(split, "channel", "how the columns are split", "split_mode", "mode"); mode {
	case "channel":
	case "channel_inv":
		c.Keep, c.Change = c.Change, c.Keep
	default:
		fail("module %q of class %q: the split mode %q is not supported", split, w.class(split), mode)
	}
	if len(c.Keep) == 0 || len(c.Change) == 0 {
		fail("%s*: got a coupling of %d columns", net, d)
	}
	l := layout{m: bijector.Additive{}, at: byColumn(1)}
	if w.outputsOf(net) != len(c.Change) {
		l = layout{m: w.affine(net, "scale_map", bijector.Exponential, normflowsScales), at: byColumn(2)}
	}
	return w.coupling(c, net, l)
}

// maskedAffine reads a MaskedAffineFlow: two networks of all columns, where those to
// change come as zeros, or one of them.
func (w *weights) maskedAffine(p string, d int) *bijector.Coupling {
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
			in, out, act := []int(nil), []int(nil), w.activation(name)
			if k == 0 {
				in = c.Keep
				if got := w.shape(layer+"weight", 2)[1]; got != d {
					fail("tensor %q: got %d inputs, want %d", layer+"weight", got, d)
				}
			}
			if k == len(layers)-1 {
				out, act = c.Change, nn.Linear
			}
			if k == len(layers)-1 && w.between(name, layers) != nn.Linear {
				fail("%s*: an output function is not supported", name)
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
// is zeros.
func beside(a, b *nn.MLP) *nn.MLP {
	some := a
	if a == nil {
		some = b
	}
	if a != nil && b != nil {
		a, b = lengthened(a, len(b.Layers)), lengthened(b, len(a.Layers))
		some = a
	}
	m := new(nn.MLP)
	for k, l := range some.Layers {
		first, last := k == 0, k == len(some.Layers)-1
		var parts [2]nn.Layer
		for i, net := range []*nn.MLP{a, b} {
			switch {
			case net == nil:
				parts[i] = zeros(l, first, last)
			default:
				parts[i] = net.Layers[k]
			}
		}
		m.Layers = append(m.Layers, join(parts[0], parts[1], first, last))
	}
	return restored(m)
}

// lengthened returns a network of n layers that computes the same by further layers behind its first, which
// pass on what ReLU and its like leave as it is.
func lengthened(m *nn.MLP, n int) *nn.MLP {
	for len(m.Layers) < n {
		first := m.Layers[0]
		if len(m.Layers) < 2 || first.Act != nn.ReLU && first.Act != nn.Linear {
			fail("networks of %d and %d layers with activation %q for shift and scale are not supported", len(m.Layers), n, first.Act)
		}
		width := first.Out()
		same := nn.Layer{W: autodiff.NewParam(width, width, identity(width)), B: autodiff.NewParam(1, width, nil), Act: first.Act}
		m = &nn.MLP{Layers: slices.Insert(slices.Clone(m.Layers), 1, same)}
	}
	return m
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
