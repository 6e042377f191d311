package pytorch

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/kernel"
)

// normflowsBase reads the base distribution, and the map that makes a conditional one of it.
func (w *weights) normflowsBase(p string) (dist.Distribution, bijector.Chain) {
	class := w.class(p)
	switch {
	case w.has(p + "context_encoder."):
		net := p + "context_encoder.net."
		d := w.outputsOf(net) / 2
		return dist.NewStdNormal(d), bijector.Chain{w.encoded(net, d)}
	case class == "Uniform":
		return w.normflowsUniform(p), nil
	case w.holds(p+"W") && w.holds(p+"log_sigma"):
		fail("%s*: a base distribution GaussianPCA is not supported: normflows subtracts the determinant, not its logarithm, and adds d/2·log 2π, so what its log_prob returns is no density", p)
	case !w.has(p):
		fail("the base distribution (class %q) has no tensors that tell the number of columns: it is not supported", class)
	case w.holds(p+"ind") && w.holds(p+"scale"):
		return w.uniformGaussian(p), nil
	case w.holds(p + "weight_scores"):
		return w.gaussianMixture(p), nil
	case !w.holds(p+"log_scale") || w.holds(p+"loc_logs"):
		fail("%s*: a base distribution of such tensors (class %q) is not supported", p, class)
	}
	if shape := w.shape(p+"loc", 2); shape[0] != 1 {
		return w.classGaussian(p)
	}
	d := w.shape(p+"loc", 2)[1]
	return w.gaussian(w.floats(p+"loc", 1, d), w.floats(p+"log_scale", 1, d)), nil
}

// normflowsUniform reads a uniform distribution, which has no tensors, from its attributes shape, low and high.
func (w *weights) normflowsUniform(p string) dist.Distribution {
	m, _ := w.module(p)
	shape := m.Attributes["shape"]
	if list, ok := shape.([]any); ok && len(list) == 1 {
		shape = list[0]
	}
	d := w.toFloat(w.path(p), "shape", shape)
	if !(d >= 1 && d <= 1e6) || d != math.Trunc(d) {
		fail("module %q of class %q: got %v columns, want a whole number from 1 to 1e6", w.path(p), m.Class, d)
	}
	low, high := float64(float32(w.floatOf(m, "low", -1))), float64(float32(w.floatOf(m, "high", 1)))
	logWidth := math.Log(high - low)
	if !w.described { // Describer computes it in float64
		logWidth = float64(float32(logWidth))
	}
	// normflows' log-density is in float32: the box is that of this density, some 1e-8 narrower or wider
	logDensity := float64(float32(-d * logWidth))
	middle, half := (low+high)/2, math.Exp(-logDensity/d)/2
	lows, highs := make([]float64, int(d)), make([]float64, int(d))
	for j := range lows {
		lows[j], highs[j] = middle-half, middle+half
		if middle == 0 {
			w.halves = append(w.halves, high)
		}
	}
	return w.box(lows, highs)
}

// classGaussian reads a normal distribution of each class: a class is a one-hot row of the context.
func (w *weights) classGaussian(p string) (dist.Distribution, bijector.Chain) {
	shape := w.shape(p+"loc", 2)
	d, k := shape[0], shape[1]
	if w.class(p) != "ClassCondDiagGaussian" {
		w.asked("the base distribution", `Settings.Modules["q0"].Class, such as "ClassCondDiagGaussian"`)
	}
	l := nn.Layer{W: autodiff.NewParam(k, 2*d, nil), B: autodiff.NewParam(1, 2*d, nil), Act: nn.Linear}
	loc, logScale := w.floats(p+"loc", d, k), w.floats(p+"log_scale", d, k)
	for j := range d {
		for c := range k {
			l.W.Data()[c*2*d+2*j], l.W.Data()[c*2*d+2*j+1] = loc[j*k+c], logScale[j*k+c]
		}
	}
	c := &bijector.Coupling{Change: bijector.Columns(0, d), Map: bijector.Affine{Scale: bijector.Exponential}, Cond: k, Net: &nn.MLP{Layers: []nn.Layer{l}}}
	return dist.NewStdNormal(d), bijector.Chain{restored(c)}
}

// gaussianMixture reads a mixture of normal distributions.
func (w *weights) gaussianMixture(p string) dist.Distribution {
	shape := w.shape(p+"loc", 3)
	k, d := shape[1], shape[2]
	loc, logScale := w.floats(p+"loc", 1, k, d), w.floats(p+"log_scale", 1, k, d)
	m := &dist.Mixture{Logits: autodiff.Learned(w.floats(p+"weight_scores", 1, k)...)}
	for i := range k {
		m.Parts = append(m.Parts, w.gaussian(loc[i*d:(i+1)*d], logScale[i*d:(i+1)*d]))
	}
	return restored(m)
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
