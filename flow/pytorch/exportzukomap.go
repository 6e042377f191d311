package pytorch

import (
	"cmp"
	"math"

	"github.com/normflow/normflow/bijector"
)

// A zukoMap is a univariate of zuko.
type zukoMap struct {
	name      string // of the function, with its module
	arguments map[string]any
	shapes    [][]int
	turned    bool // ours, from base to data, is the function; else that is its inverse
}

// straight returns the function itself, and whether ours is its inverse.
func (m zukoMap) straight() (zukoMap, bool) {
	turned := m.turned
	m.turned = false
	return m, turned
}

// function is the function of Python, from data to base.
func (m zukoMap) function() any {
	if m.turned {
		return partialOf("inverse", map[string]any{"of": partialOf(m.name, m.arguments)})
	}
	return partialOf(m.name, m.arguments)
}

// said is the function as Describer writes it.
func (m zukoMap) said() any {
	var said any = lastName(m.name)
	if len(m.arguments) > 0 {
		said = map[string]any{"partial": said, "arguments": []any{}, "keywords": m.arguments}
	}
	if m.turned {
		said = map[string]any{"partial": "inverse", "arguments": []any{}, "keywords": map[string]any{"of": said}}
	}
	return said
}

func lastName(function string) string {
	at := len(function)
	for at > 0 && function[at-1] != '.' {
		at--
	}
	return function[at:]
}

// zukoMapOf returns the univariate of zuko that a map is, or whose inverse it is.
func (e *exporter) zukoMapOf(p part, m bijector.Univariate) zukoMap {
	inner, inverted := m.(bijector.Inverted)
	if inverted {
		m = inner.Map
	}
	z, ok := zukoFunctionOf(p, m)
	if !ok {
		p.fail("zuko has no counterpart of its map, %s: see the README for those it has", kindOf(m))
	}
	z.turned = !inverted
	if _, ok := m.(bijector.MixtureCDF); ok {
		e.bounded = true
	}
	return z
}

func zukoFunctionOf(p part, m bijector.Univariate) (zukoMap, bool) {
	one, arguments := []int{}, map[string]any{}
	slope := func(x float64) map[string]any {
		if x != 0 {
			arguments["slope"] = x
		}
		return arguments
	}
	spline := func(k int) [][]int { return [][]int{{k}, {k}, {k - 1}} }
	switch m := m.(type) {
	case bijector.Additive:
		return zukoMap{name: "zuko.transforms.AdditiveTransform", shapes: [][]int{one}}, true
	case bijector.Affine:
		if m.Scale != bijector.SoftClipScale {
			p.fail("zuko has no counterpart of the scale map %q, want SoftClipScale", m.Scale)
		}
		return zukoMap{name: "zuko.transforms.MonotonicAffineTransform", arguments: slope(m.Slope), shapes: [][]int{one, one}}, true
	case bijector.SoftSpline:
		arguments["bound"] = cmp.Or(m.Bound, 5)
		return zukoMap{name: "zuko.transforms.MonotonicRQSTransform", arguments: slope(m.Slope), shapes: spline((m.Params() + 1) / 3)}, true
	case bijector.Opposite:
		s, ok := m.Map.(bijector.SoftSpline)
		if !ok || s.Bound != math.Pi || m.Bound != 0 && m.Bound != math.Pi {
			return zukoMap{}, false
		}
		return zukoMap{name: "zuko.flows.spline.CircularRQSTransform", arguments: slope(s.Slope), shapes: spline((s.Params() + 1) / 3)}, true
	case bijector.MixtureCDF:
		if !m.Equal || m.Logistic || m.Scale != bijector.Exponential || m.Shrink != 1e-6 {
			p.fail("zuko has mixtures of normal distribution functions of equal weights alone, with Scale Exponential and Shrink 1e-6")
		}
		k := m.Params() / 2
		return zukoMap{name: "zuko.transforms.GaussianizationTransform", shapes: [][]int{{k}, {k}}}, true
	case bijector.Bernstein:
		bound := cmp.Or(m.Bound, 5)
		arguments["bound"], arguments["eps"] = bound, cmp.Or(m.Gap/(2*bound), 1e-15) // zuko's has a gap, none is one of rounding
		return zukoMap{name: "zuko.transforms.BoundedBernsteinTransform", arguments: arguments, shapes: [][]int{{m.Params()}}}, true
	case bijector.SOSPolynomial:
		if m.Straight || m.Bound != 0 && m.Bound != 10 {
			p.fail("zuko has sums of squares of Bound 10 alone, and not Straight")
		}
		shape := []int{cmp.Or(m.Polynomials, 3), cmp.Or(m.Degree, 4) + 1}
		return zukoMap{name: "zuko.flows.polynomial.ShiftedSOSPTransform", arguments: slope(m.Slope), shapes: [][]int{shape, one}}, true
	}
	return zukoMap{}, false
}
