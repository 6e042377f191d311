package pytorch

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
)

// nflows reads an nflows.flows.Flow, or a transform alone.
func (w *weights) nflows() (dist.Distribution, bijector.Chain) {
	prefix := w.root
	if !w.has(w.root+"_transform") && w.class(w.root+"_transform") != "" {
		prefix += "_transform."
	}
	if w.has(w.root + "_transform.") {
		prefix += "_transform."
	}
	w.ignore(w.root + "_distribution._log_z")
	chain, d := w.nflowsTransform(prefix)
	if made := w.root + "_distribution._made."; w.has(made) {
		return w.mixtureMADE(made, d), chain
	}
	if d == 0 {
		fail("got no transform that tells the number of columns")
	}
	return w.nflowsBase(w.root+"_distribution.", chain, d)
}

// nflowsBase reads the base distribution of d columns, and puts a conditional one into the chain.
func (w *weights) nflowsBase(p string, chain bijector.Chain, d int) (dist.Distribution, bijector.Chain) {
	class := w.class(p)
	if box, ok := w.modules[""].Attributes["_distribution"].(map[string]any); ok {
		if name := box["distribution"]; name != "BoxUniform" {
			fail("the base distribution %v is not supported", name)
		}
		return w.box(w.numbers("low", box["low"], d), w.numbers("high", box["high"], d)), chain
	}
	switch {
	case w.has(p + "_context_encoder."):
		return dist.NewStdNormal(d), append(bijector.Chain{w.encoded(p+"_context_encoder.", d)}, chain...)
	case w.holds(p + "log_std_"):
		scale := exps(w.floats(p+"log_std_", 1, d))
		return dist.NewNormal(d, autodiff.Learned(w.floats(p+"mean_", 1, d)...), autodiff.Learned(scale...)), chain
	case w.holds(p+"low") && w.holds(p+"high"):
		return w.box(w.row(p+"low"), w.row(p+"high")), chain
	case w.has(p):
		for _, name := range w.names {
			if len(name) > len(p) && name[:len(p)] == p {
				fail("tensor %q has no place in a base distribution that is known (class %q)", name, class)
			}
		}
	case class == "BoxUniform" || class == "Uniform":
		fail("the base distribution of class %q has no tensors, and is not supported", class)
	}
	if class != "StandardNormal" {
		w.asked("the base distribution, of which there are no tensors", `Settings.Modules["_distribution"].Class, such as "StandardNormal"`)
		if class != "" {
			fail("the base distribution of class %q is not supported", class)
		}
	}
	return dist.NewStdNormal(d), chain
}

// numbers returns an attribute that is d numbers.
func (w *weights) numbers(key string, value any, d int) []float64 {
	list, _ := value.([]any)
	if len(list) != d {
		fail("base: got %v as %s, want %d numbers", value, key, d)
	}
	x := make([]float64, d)
	for i, v := range list {
		x[i] = w.toFloat("base", key, v)
	}
	return x
}

// encoded returns the map of a standard normal to a normal whose means and logarithms
// of scales a network makes from the context.
func (w *weights) encoded(net string, d int) bijector.Bijector {
	c := &bijector.Coupling{Change: bijector.Columns(0, d), Map: bijector.Affine{Scale: bijector.Exponential}}
	l := layout{m: bijector.Affine{Scale: bijector.Exponential}, at: blocks}
	if w.holds(net + "weight") { // a layer alone
		c.Net = w.mlp([]string{net}, d, l, "linear")
		c.Cond = c.Net.In()
		return restored(c)
	}
	return w.coupling(c, net, l)
}

// nflowsTransform reads a transform from data to base, or several, and returns
// them from base to data with the number of columns, 0 if any.
func (w *weights) nflowsTransform(prefix string) (chain bijector.Chain, d int) {
	if w.has(prefix + "_transforms.") {
		for i := range w.layers(prefix + "_transforms.") {
			part, n := w.nflowsTransform(fmt.Sprintf("%s_transforms.%d.", prefix, i))
			if d > 0 && n > 0 && n != d {
				fail("%s_transforms.%d.*: got %d columns, want %d", prefix, i, n, d)
			}
			chain, d = append(part, chain...), max(d, n)
		}
		return chain, d
	}
	var b bijector.Bijector
	switch {
	case w.has(prefix + "transform_net."):
		return w.nflowsCoupling(prefix, false)
	case w.has(prefix + "autoregressive_net."):
		b, d = w.nflowsAutoregressive(prefix, false)
	case w.holds(prefix + "_permutation"):
		d = w.shape(prefix+"_permutation", 1)[0]
		b = bijector.NewPermute(invert(w.permutation(prefix+"_permutation", d))...)
	case w.holds(prefix + "_shift"):
		diagonal := w.diagonal(prefix+"_shift", prefix+"_scale")
		b, d = bijector.NewInvert(diagonal), max(diagonal.Scale.Len(), diagonal.Shift.Len())
		if d == 1 && len(w.tensors[prefix+"_shift"].Shape) == 0 {
			d = 0
		}
	case w.holds(prefix+"running_mean") && w.holds(prefix+"unconstrained_weight"):
		b, d = w.batchNorm(prefix)
	case w.holds(prefix + "log_scale"):
		d = w.shape(prefix+"log_scale", 1)[0]
		w.ignore(prefix + "initialized")
		b = bijector.NewInvert(&bijector.ActNorm{Shift: param(w.floats(prefix+"shift", d)), LogScale: param(w.floats(prefix+"log_scale", d)), Initialized: true})
	case w.linear(prefix):
		b, d = w.nflowsLinear(prefix)
	case w.has(prefix + "unnormalized_"):
		b, d = w.nflowsCDF(prefix)
	case w.holds(prefix + "temperature"):
		b = bijector.NewInvert(w.sigmoid(prefix))
	case w.has(prefix + "_transform."), w.class(prefix) == "InverseTransform":
		inner, n := w.nflowsTransform(prefix + "_transform.")
		return bijector.Chain{bijector.NewInvert(inner)}, n
	default:
		b = bijector.NewInvert(w.silent(prefix, 0))
	}
	return bijector.Chain{b}, d
}

// sigmoid reads a Sigmoid of a temperature.
func (w *weights) sigmoid(prefix string) bijector.Bijector {
	w.must(prefix, "eps", 1e-6)
	t := w.row(prefix + "temperature")
	if len(t) != 1 || !(t[0] > 0) {
		fail("tensor %q: got %v, want one positive number", prefix+"temperature", t)
	}
	if t[0] == 1 {
		return bijector.NewSigmoid(autodiff.Value{}, autodiff.Value{})
	}
	return bijector.Chain{bijector.NewScale(autodiff.Fixed(t[0])), bijector.NewSigmoid(autodiff.Value{}, autodiff.Value{})}
}

// batchNorm reads a normalisation of columns by running statistics, which stay as they are.
func (w *weights) batchNorm(prefix string) (bijector.Bijector, int) {
	d, eps := w.shape(prefix+"running_mean", 1)[0], w.float(prefix, "eps", 1e-5)
	weight := softplus(w.floats(prefix+"unconstrained_weight", d))
	scale, shift := make([]float64, d), make([]float64, d)
	mean, variance, bias := w.floats(prefix+"running_mean", d), w.floats(prefix+"running_var", d), w.floats(prefix+"bias", d)
	for j := range scale {
		scale[j] = (weight[j] + eps) / math.Sqrt(variance[j]+eps)
		shift[j] = bias[j] - float64(scale[j]*mean[j])
	}
	return bijector.NewInvert(restored(&bijector.Diagonal{Scale: autodiff.Fixed(scale...), Shift: autodiff.Fixed(shift...)})), d
}

// scaleMaps are what nflows calls them.
var scaleMaps = map[string]bijector.ScaleMap{"DEFAULT_SCALE_ACTIVATION": bijector.Sigmoid2, "GENERAL_SCALE_ACTIVATION": bijector.SoftplusTo3, "exp": bijector.Exponential,
	// of Loader
	"soft_clip": bijector.SoftClipScale, "softplus_scale": bijector.SoftplusScale, "clip_scale": bijector.Clip, "glow_scale": bijector.GlowScale,
	"tanh_scale": bijector.TanhScale, "sigmoid_scale": bijector.SigmoidScale}

// nflowsCoupling reads a coupling of nflows, or of normflows with the splines of that, and the map of the
// columns that pass it, if they have one.
func (w *weights) nflowsCoupling(prefix string, normflows bool) (bijector.Chain, int) {
	c := new(bijector.Coupling)
	kept, changed := w.length(prefix+"identity_features"), w.length(prefix+"transform_features")
	d := kept + changed
	if changed == 0 {
		fail("tensor %q: got no columns", prefix+"transform_features")
	}
	if kept == 0 {
		w.ignore(prefix + "identity_features")
	} else {
		c.Keep = w.indices(prefix+"identity_features", d)
	}
	c.Change = w.indices(prefix+"transform_features", d)
	net := prefix + "transform_net."
	params := w.outputsOf(net) / changed
	if normflows && w.varied(prefix) {
		return w.circularCoupling(prefix, c, params), d
	}
	var l layout
	switch {
	case params == 1:
		l = toBase(bijector.Additive{}, byColumn(1))
	case params == 2 && !normflows:
		l = toBase(w.affine(prefix, "scale_activation", bijector.Sigmoid2, scaleMaps), blocks)
	default:
		l = w.splineLayout(prefix, params, bound(normflows), w.hiddenRoot(net))
	}
	w.coupling(c, net, l)
	chain := bijector.Chain{c}
	if l.unit {
		if w.has(prefix + "unconditional_transform.") {
			fail("%sunconditional_transform.*: a transform of the other columns by splines without tails is not supported", prefix)
		}
		chain = bijector.Chain{unitCoupling(c)}
	}
	if own := w.unconditional(prefix, c.Keep, normflows); own != nil {
		chain = append(bijector.Chain{own}, chain...)
	}
	return chain, d
}

func bound(normflows bool) float64 {
	if normflows {
		return 3
	}
	return 1
}

// hiddenRoot returns the root of the hidden width of a network that tells it, 1 of others.
func (w *weights) hiddenRoot(net string) float64 {
	switch {
	case w.has(net + "initial_layer."):
		return math.Sqrt(float64(w.shape(net+"initial_layer.bias", 1)[0]))
	case w.has(net + "spline_predictor.0."):
		return math.Sqrt(float64(w.shape(net+"spline_predictor.0.bias", 1)[0]))
	}
	return 1
}
