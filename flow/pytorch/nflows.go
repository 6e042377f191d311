package pytorch

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/kernel"
)

// nflows reads an nflows.flows.Flow, or a transform alone.
func (w *weights) nflows(s Settings) *flow.Transformed {
	prefix := ""
	if w.has("_transform.") {
		prefix = "_transform."
	}
	w.ignore("_distribution._log_z")
	chain, d := w.nflowsTransform(prefix, s)
	if d == 0 {
		fail("got no transform that tells the number of columns")
	}
	return &flow.Transformed{Base: dist.NewStdNormal(d), Map: chain}
}

// nflowsTransform reads a transform from data to base, or several, and returns
// them from base to data with the number of columns.
func (w *weights) nflowsTransform(prefix string, s Settings) (chain bijector.Chain, d int) {
	if w.has(prefix + "_transforms.") {
		for i := range w.count(prefix + "_transforms.") {
			part, n := w.nflowsTransform(fmt.Sprintf("%s_transforms.%d.", prefix, i), s)
			if d > 0 && n != d {
				fail("%s_transforms.%d.*: got %d columns, want %d", prefix, i, n, d)
			}
			chain, d = append(part, chain...), n
		}
		return chain, d
	}
	var b bijector.Bijector
	switch {
	case w.has(prefix + "transform_net."):
		b, d = w.nflowsCoupling(prefix, false, s)
	case w.has(prefix + "autoregressive_net."):
		b, d = w.nflowsAutoregressive(prefix, bijector.SoftplusScale, false, s)
	case w.holds(prefix + "_permutation"):
		d = w.shape(prefix+"_permutation", 1)[0]
		b = &bijector.Permute{Perm: invert(w.permutation(prefix+"_permutation", d))}
		restored(b.(*bijector.Permute))
	case w.holds(prefix + "upper_entries"):
		b, d = w.luLinear(prefix)
	case w.holds(prefix + "log_scale"):
		d = w.shape(prefix+"log_scale", 1)[0]
		w.ignore(prefix + "initialized")
		b = bijector.NewInvert(&bijector.ActNorm{Shift: param(w.floats(prefix+"shift", d)), LogScale: param(w.floats(prefix+"log_scale", d)), Initialized: true})
	default:
		fail("%s*: got tensors of none of the transforms that are known, or none at all", prefix)
	}
	return bijector.Chain{b}, d
}

// splineLayout is that of the splines of nflows and normflows. Their numbers for slopes
// have slope 1 at log(exp(0.999) − 1), ours at 0; those for sizes may be divided by
// a number.
func (s Settings) splineLayout(name string, params int, bound, divide float64) layout {
	k, ok := bins(params)
	if !ok {
		fail("%s*: got %d outputs per column, want 3·K−1 for a spline", name, params)
	}
	l := toBase(s.withBins(k, bijector.Spline{Bins: k, Bound: bound}), byColumn(params))
	l.adjust = func(i int) (scale, shift float64) {
		if i%params < 2*k {
			return 1 / divide, 0
		}
		return 1, -slopeOne
	}
	return l
}

// slopeOne is log(exp(0.999) − 1).
const slopeOne = 0.5397424172369521

// nflowsCoupling reads a coupling of nflows, or of normflows with the splines of that.
func (w *weights) nflowsCoupling(prefix string, normflows bool, s Settings) (*bijector.Coupling, int) {
	c := new(bijector.Coupling)
	kept, changed := w.shape(prefix+"identity_features", 1)[0], w.shape(prefix+"transform_features", 1)[0]
	d := kept + changed
	c.Keep, c.Change = w.indices(prefix+"identity_features", d), w.indices(prefix+"transform_features", d)
	net := prefix + "transform_net."
	params := w.outputsOf(net) / changed
	var l layout
	switch {
	case params == 1:
		l = toBase(bijector.Additive{}, byColumn(1))
	case params == 2 && !normflows:
		l = toBase(s.or(bijector.Affine{Scale: bijector.Sigmoid2}), blocks)
	default:
		l = s.splineLayout(prefix, params, bound(normflows), w.hiddenRoot(net))
	}
	return w.coupling(c, net, l, s), d
}

func bound(normflows bool) float64 {
	if normflows {
		return 3
	}
	return 1
}

// hiddenRoot returns the root of the hidden width of a ResidualNet, 1 of other networks.
func (w *weights) hiddenRoot(net string) float64 {
	if !w.has(net + "initial_layer.") {
		return 1
	}
	return math.Sqrt(float64(w.shape(net+"initial_layer.bias", 1)[0]))
}

// nflowsAutoregressive reads a masked autoregressive transform from data to base.
func (w *weights) nflowsAutoregressive(prefix string, scale bijector.ScaleMap, normflows bool, s Settings) (*bijector.Autoregressive, int) {
	net := prefix + "autoregressive_net."
	p := maskedNet{layers: []string{net + "initial_layer."}, act: s.Activation}
	for i := range w.count(net + "blocks.") {
		block := fmt.Sprintf("%sblocks.%d.", net, i)
		if w.has(block + "linear.") {
			p.layers = append(p.layers, block+"linear.")
			w.ignore(block + "linear.degrees")
			continue
		}
		p.residual = true
		p.layers = append(p.layers, block+"linear_layers.0.", block+"linear_layers.1.")
		w.ignore(block + "linear_layers.0.degrees")
		w.ignore(block + "linear_layers.1.degrees")
	}
	p.layers = append(p.layers, net+"final_layer.")
	w.ignore(net + "initial_layer.degrees")
	d := w.shape(net+"initial_layer.weight", 2)[1]
	p.position = w.degreesOfColumns(net+"final_layer.degrees", d)
	if w.has(net + "context_layer.") {
		fail("%s*: a context in a masked network of nflows or normflows is not supported", net)
	}
	params := w.outputsOf(net) / d
	l := toBase(s.or(bijector.Affine{Scale: scale}), swapped)
	if params != 2 {
		l = s.splineLayout(prefix, params, bound(normflows), 1)
	}
	return restored(&bijector.Autoregressive{Net: w.made(p, l), Map: l.m}), d
}

// degreesOfColumns returns the places of d columns in the order, given the degrees of
// the outputs.
func (w *weights) degreesOfColumns(name string, d int) []int {
	degrees := w.indices(name, d+1)
	position := make([]int, d)
	for j := range position {
		position[j] = degrees[min(j*(len(degrees)/d), len(degrees)-1)] - 1
	}
	if slices.Contains(position, -1) || slices.Contains(invert(position), -1) {
		fail("tensor %q: got %v, want each of 1 to %d equally often", name, degrees, d)
	}
	return position
}

// luLinear reads y = L·U·x + b from data to base.
func (w *weights) luLinear(prefix string) (bijector.Bijector, int) {
	d := w.shape(prefix+"unconstrained_upper_diag", 1)[0]
	m := autodiff.NewParam(d, d, nil)
	diag := make([]float64, d)
	kernel.Softplus(diag, w.floats(prefix+"unconstrained_upper_diag", d))
	var lower, upper []float64
	if n := d * (d - 1) / 2; n > 0 {
		lower, upper = w.floats(prefix+"lower_entries", n), w.floats(prefix+"upper_entries", n)
	} else {
		w.ignore(prefix + "lower_entries")
		w.ignore(prefix + "upper_entries")
	}
	for i := range d {
		for j := range i {
			m.Data()[i*d+j], lower = lower[0], lower[1:]
		}
		m.Data()[i*d+i] = diag[i] + 1e-3
		for j := i + 1; j < d; j++ {
			m.Data()[i*d+j], upper = upper[0], upper[1:]
		}
	}
	return bijector.NewInvert(bijector.NewLU(m, nil, autodiff.Learned(w.floats(prefix+"bias", d)...))), d
}
