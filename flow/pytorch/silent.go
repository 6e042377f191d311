package pytorch

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// silent returns the map, in the library's own direction, of a layer that has no tensors: its class says what it is.
func (w *weights) silent(p string, d int) bijector.Bijector {
	path := w.path(p)
	class := w.class(p)
	if class == "UnconditionalTransform" || class == "Unconditional" {
		if made, ok := w.transformMade(p); ok {
			return w.torchTransform(path, made, d)
		}
		class, _ = w.partial(p, "f")
		if class == "" {
			class, _ = w.partial(p, "meta")
		}
	}
	if bound := zukoSoftclips[w.preset()]; class == "" && bound > 0 {
		return softclip(bound)
	}
	none := autodiff.Value{}
	switch class {
	case "":
		w.ask(fmt.Sprintf("the layer %q, of which there are no tensors", path), fmt.Sprintf("Settings.Modules[%q].Class, such as \"Permute\"", path))
		return bijector.NewShift(autodiff.Fixed(0))
	case "Permute":
		if mode := w.text(p, "swap", "the mode", "mode"); mode != "swap" || d < 2 {
			fail("module %q of class %q: got mode %q for %d columns, want swap, or a tensor", path, class, mode, d)
		}
		half := d / 2
		return bijector.NewPermute(append(bijector.Columns(half, d), bijector.Columns(0, half)...)...)
	case "IdentityTransform", "Identity":
		return bijector.NewShift(autodiff.Fixed(0))
	case "LeakyReLU":
		slope := w.float(p, "negative_slope", 1e-2)
		if !(slope > 0) {
			fail("module %q of class %q: got slope %v, want a positive number", path, class, slope)
		}
		// the log-determinant of nflows has the logarithm in float32
		return bijector.NewLeakyReLU(autodiff.Fixed(math.Exp(float64(float32(math.Log(slope))))))
	case "Tanh", "TanhTransform":
		return &bijector.Tanh{}
	case "LogTanh":
		return w.logTanh(p)
	case "CauchyCDF":
		return bijector.NewCauchyCDF(none, none) // whatever its arguments are: nflows has no use for them
	case "CauchyCDFInverse":
		return bijector.NewInvert(bijector.NewCauchyCDF(none, none))
	case "GatedLinearUnit":
		return gate()
	case "Exp", "ExpTransform":
		return &bijector.Exp{}
	case "SigmoidTransform":
		return bijector.NewSigmoid(none, none)
	case "SoftclipTransform":
		return w.softclip(p)
	case "PeriodicShift", "PeriodicWrap":
		return w.periodic(p, d)
	case "Logit":
		return w.logit(p)
	}
	fail("module %q of class %q, which has no tensors, is not supported", path, class)
	return nil
}

// gate returns nflows' x·σ(c) of one column and a context of one; for more of them its log-determinants are not those of rows.
func gate() bijector.Bijector {
	one := nn.Layer{W: autodiff.FixedMatrix(mat.NewDense(1, 1, []float64{1})), B: autodiff.FixedMatrix(mat.NewDense(1, 1, nil)), Act: nn.Linear}
	return restored(&bijector.Coupling{Change: []int{0}, Map: bijector.GatedLinearUnit{}, Net: restored(&nn.MLP{Layers: []nn.Layer{one}}), Cond: 1})
}

// softclip returns zuko's x/(1 + |x/B|).
func (w *weights) softclip(p string) bijector.Bijector {
	bound := w.float(p, "bound", 1)
	if !(bound > 0) {
		fail("module %q: got bound %v, want a positive number", p, bound)
	}
	return softclip(bound)
}

func softclip(bound float64) bijector.Bijector {
	return bijector.Chain{bijector.NewScale(autodiff.Fixed(1 / bound)), &bijector.Softsign{}, bijector.NewScale(autodiff.Fixed(bound))}
}

// logTanh returns nflows' tanh with logarithms beyond a cut, whose slope jumps there.
func (w *weights) logTanh(p string) bijector.Bijector {
	cut := w.float(p, "cut_point", 1)
	if !(cut > 0) {
		fail("module %q: got cut_point %v, want a positive number", p, cut)
	}
	alpha := (1 - math.Tanh(math.Tanh(cut))) / cut
	return bijector.NewLogTanh(autodiff.Fixed(cut), autodiff.Fixed(alpha))
}

// logit returns normflows' (σ(x) − α)/(1 − 2α), which its Logit is from base to data.
func (w *weights) logit(p string) bijector.Bijector {
	alpha := w.float(p, "alpha", 0.05)
	if !(alpha >= 0 && alpha < 0.5) {
		fail("module %q: got alpha %v, want a number from 0 to below 0.5", p, alpha)
	}
	return bijector.Chain{bijector.NewSigmoid(autodiff.Value{}, autodiff.Value{}), bijector.NewShift(autodiff.Fixed(-alpha)), bijector.NewScale(autodiff.Fixed(1 / (1 - 2*alpha)))}
}
