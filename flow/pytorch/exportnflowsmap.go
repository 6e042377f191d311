package pytorch

import (
	"maps"
	"math"

	"github.com/normflow/normflow/bijector"
)

// The forms in which nflows has univariates.
const (
	coupledForm = "%sCouplingTransform"
	maskedForm  = "Masked%sAutoregressiveTransform"
	aloneForm   = "%sCDF"
)

// An nflowsMap is a univariate of nflows.
type nflowsMap struct {
	kind      string // what stands in the name of the class
	arguments map[string]any
	said      map[string]any // what is described beside the arguments
	layout    layout         // of ours, with sizes that are not divided
	sizes     int            // how many of the parameters may be divided
	fields    []field        // where splines of each column keep them
	turned    bool           // ours, from base to data, is the function; else that is its inverse
}

// nflowsMapOf returns the univariate of nflows that a map is, or whose inverse it is.
func nflowsMapOf(p part, m bijector.Univariate, form string) nflowsMap {
	inner, inverted := m.(bijector.Inverted)
	if inverted {
		m = inner.Map
	}
	n := nflowsFunctionOf(p, m, form)
	n.turned = !inverted
	if n.kind == "PiecewiseLinear" && p.inverted != n.turned {
		p.fail("densities would need nflows' inverse of a linear spline, which is exact to 1e-6 only: want an Inverted map")
	}
	return n
}

func nflowsFunctionOf(p part, m bijector.Univariate, form string) nflowsMap {
	switch m := m.(type) {
	case bijector.Additive:
		if form == coupledForm {
			return nflowsMap{kind: "Additive", layout: layout{m: m, at: byColumn(1)}}
		}
	case bijector.Affine:
		scale := scaleFunctions[m.Scale]
		if m.Scale == bijector.SoftClipScale && m.Slope != 0 {
			p.fail("a Slope of its scale map has no counterpart for nflows, want the default")
		}
		said := map[string]any{"scale_activation": lastName(scale)}
		switch form {
		case maskedForm:
			n := nflowsMap{kind: "Affine", layout: layout{m: m, at: swapped}, said: said}
			if m.Scale == bijector.SoftplusScale {
				n.said = nil // as nflows has it
			}
			return n
		case coupledForm:
			return nflowsMap{kind: "Affine", layout: layout{m: m, at: blocks}, arguments: map[string]any{"scale_activation": reference(scale)}, said: said}
		}
	default:
		if n, ok := nflowsSplineOf(p, m, form); ok {
			return n
		}
	}
	p.fail("nflows has no counterpart of its map, %s, here: see the README for those it has", kindOf(m))
	return nflowsMap{}
}

// scaleFunctions are what scale maps are in nflows, where one gives a function.
var scaleFunctions = map[bijector.ScaleMap]string{
	bijector.Sigmoid2:      "nflows.transforms.coupling.AffineCouplingTransform.DEFAULT_SCALE_ACTIVATION",
	bijector.SoftplusTo3:   "nflows.transforms.coupling.AffineCouplingTransform.GENERAL_SCALE_ACTIVATION",
	bijector.Exponential:   "torch.exp",
	bijector.SoftClipScale: "soft_clip",
	bijector.SoftplusScale: "softplus_scale",
	bijector.Clip:          "clip_scale",
	bijector.GlowScale:     "glow_scale",
	bijector.TanhScale:     "tanh_scale",
	bijector.SigmoidScale:  "sigmoid_scale",
}

// describe returns what the description holds of it, and further attributes.
func (n nflowsMap) describe() map[string]any {
	said := map[string]any{}
	for k, v := range n.arguments {
		if _, ok := v.(map[string]any); !ok {
			said[k] = v
		}
	}
	maps.Copy(said, n.said)
	return said
}

// last makes a layer's outputs, which are in the library's order, parameters of nflows, which divides sizes by a number.
func (n nflowsMap) last(d dense, columns int, divide float64) {
	k := n.layout.params()
	for j, at := range n.layout.outputs(columns) {
		i := j % k
		if n.layout.adjust != nil {
			_, shift := n.layout.adjust(i)
			d.bias[at] -= shift
		}
		if i >= n.sizes || divide == 1 {
			continue
		}
		d.bias[at] *= divide
		for v := range d.in {
			d.weight[at*d.in+v] *= divide
		}
	}
}

// rootOf is what splines' sizes are divided by.
func rootOf(width int) float64 { return math.Sqrt(float64(width)) }
