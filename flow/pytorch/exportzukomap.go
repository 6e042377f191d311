package pytorch

import (
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
func zukoMapOf(p part, m bijector.Univariate) zukoMap {
	inner, inverted := m.(bijector.Inverted)
	if inverted {
		m = inner.Map
	}
	z, ok := zukoFunctionOf(p, m)
	if !ok {
		p.fail("zuko has no counterpart of its map, %s: see the README for those it has", kindOf(m))
	}
	z.turned = !inverted
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
		bound := m.Bound
		if bound == 0 {
			bound = 5
		}
		arguments["bound"] = bound
		return zukoMap{name: "zuko.transforms.MonotonicRQSTransform", arguments: slope(m.Slope), shapes: spline((m.Params() + 1) / 3)}, true
	case bijector.Opposite:
		s, ok := m.Map.(bijector.SoftSpline)
		if !ok || s.Bound != math.Pi || m.Bound != 0 && m.Bound != math.Pi {
			return zukoMap{}, false
		}
		return zukoMap{name: "zuko.flows.spline.CircularRQSTransform", arguments: slope(s.Slope), shapes: spline((s.Params() + 1) / 3)}, true
	}
	return zukoMap{}, false
}
