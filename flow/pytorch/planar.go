package pytorch

import (
	"math"
	"slices"

	"github.com/normflow/normflow/bijector"
)

// planar reads a Planar of normflows.
func (w *weights) planar(p string, d int) bijector.Bijector {
	b := &bijector.Planar{W: param(w.floats(p+"w", 1, d)), U: param(w.floats(p+"u", 1, d)), B: param(w.floats(p+"b", 1))}
	switch act := w.text(p, "tanh", "the function", "act"); act {
	case "tanh":
	case "leaky_relu":
		b.Slope = 1 + float64(float32(0.2-1.0)) // normflows' inverse, and so its density, has 0.2 − 1 in float32
	default:
		fail("module %q of class %q: the function %q is not supported", p, w.class(p), act)
	}
	if nonzero := slices.ContainsFunc(b.W.Data(), func(v float64) bool { return v != 0 }); !nonzero {
		fail("tensor %q: got zeros, by which normflows divides", p+"w")
	}
	return restored(b)
}

// radial reads a Radial of normflows, whose α is |alpha|.
func (w *weights) radial(p string, d int) bijector.Bijector {
	w.ignore(p + "d")
	alpha := math.Abs(w.floats(p+"alpha", 1)[0])
	if alpha == 0 {
		fail("tensor %q: got 0, want another number", p+"alpha")
	}
	a := alpha + math.Log(-math.Expm1(-alpha)) // of which alpha is the softplus
	return restored(&bijector.Radial{Center: param(w.floats(p+"z_0", 1, d)), A: param([]float64{a}), B: param(w.floats(p+"beta", 1))})
}
