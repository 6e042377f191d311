package pytorch

import (
	"cmp"
	"math"

	"github.com/normflow/normflow/bijector"
)

// A field is a tensor of so many parameters of each column.
type field struct {
	name  string
	width int
}

// nflowsSplineOf returns the spline of nflows that a map is: with straight tails, or, if the part is one of [0, 1], without.
func nflowsSplineOf(p part, m bijector.Univariate, form string) (nflowsMap, bool) {
	var n nflowsMap
	var bound float64
	free := false // it has other slopes at the ends
	switch m := m.(type) {
	case bijector.Spline:
		n, bound, free = rationalQuadratic(m), m.Bound, m.Tails == bijector.FreeTails
		if m.Tails != "" && !free {
			p.fail("nflows has no counterpart of splines with tails %q, want linear ones", m.Tails)
		}
	case bijector.QuadraticSpline:
		n, bound, free = quadratic(m), m.Bound, m.Tails == bijector.FreeTails
		if !free && !m.Half {
			p.fail("nflows has no counterpart of quadratic splines with straight tails but by Half")
		}
	case bijector.LinearSpline:
		k := m.Params()
		n, bound = nflowsMap{kind: "PiecewiseLinear", layout: layout{m: m, at: byColumn(k)}, fields: []field{{"unnormalized_pdf", k}}, arguments: map[string]any{"num_bins": k}}, m.Bound
	case bijector.CubicSpline:
		n, bound = cubic(m), m.Bound
	default:
		return nflowsMap{}, false
	}
	always := form == maskedForm && (n.kind == "PiecewiseLinear" || n.kind == "PiecewiseCubic") // of [0, 1]
	switch {
	case free && !p.unit:
		p.fail("nflows has no counterpart of splines with tails %q, but of [0, 1] between shifts by a half", bijector.FreeTails)
	case always && !p.unit:
		p.fail("nflows has autoregressive maps by such splines of [0, 1] alone")
	case p.unit && bound == 0.5:
		if n.arguments["tails"] = nil; always {
			delete(n.arguments, "tails")
		}
	default:
		n.arguments["tails"], n.arguments["tail_bound"] = "linear", cmp.Or(bound, 5)
	}
	return n, true
}

// rationalQuadratic returns the spline, whose slopes are 1 at other parameters than ours.
func rationalQuadratic(m bijector.Spline) nflowsMap {
	k := m.Params()
	bins := (k + 1) / 3
	one := slopeOne(m)
	l := layout{m: m, at: byColumn(k)}
	l.adjust = func(i int) (scale, shift float64) {
		if i%k < 2*bins {
			return 1, 0
		}
		return 1, -one
	}
	fields := []field{{"unnormalized_widths", bins}, {"unnormalized_heights", bins}, {"unnormalized_derivatives", k - 2*bins}}
	return nflowsMap{kind: "PiecewiseRationalQuadratic", layout: l, sizes: 2 * bins, fields: fields, arguments: map[string]any{
		"num_bins": bins, "min_bin_width": least(m.MinSize), "min_bin_height": least(m.MinSize), "min_derivative": least(m.MinSlope)}}
}

func quadratic(m bijector.QuadraticSpline) nflowsMap {
	k := m.Params()
	bins := cmp.Or(m.Bins, 8)
	fields := []field{{"unnormalized_widths", bins}, {"unnormalized_heights", k - bins}}
	return nflowsMap{kind: "PiecewiseQuadratic", layout: layout{m: m, at: byColumn(k)}, sizes: k, fields: fields, arguments: map[string]any{"num_bins": bins}}
}

// cubic returns the spline, whose slopes at the ends are 3·δ·σ(r) there.
func cubic(m bijector.CubicSpline) nflowsMap {
	k := m.Params()
	bins := (k - 2) / 2
	l := layout{m: m, at: byColumn(k)}
	l.adjust = func(i int) (scale, shift float64) {
		if i%k < 2*bins {
			return 1, 0
		}
		return 1, math.Ln2
	}
	fields := []field{{"unnormalized_widths", bins}, {"unnormalized_heights", bins}, {"unnorm_derivatives_left", 1}, {"unnorm_derivatives_right", 1}}
	return nflowsMap{kind: "PiecewiseCubic", layout: l, sizes: 2 * bins, fields: fields, arguments: map[string]any{"num_bins": bins}}
}

// nflowsSplines writes the tensors of splines of d columns by numbers.
func (e *exporter) nflowsSplines(path string, m nflowsMap, raw []float64, d int) {
	k, at := m.layout.params(), 0
	for _, f := range m.fields {
		var x []float64
		for j := range d {
			for i := at; i < at+f.width; i++ {
				v := raw[j*k+i]
				if m.layout.adjust != nil {
					_, shift := m.layout.adjust(i)
					v -= shift
				}
				x = append(x, v)
			}
		}
		e.add(path+f.name, x, d, f.width)
		at += f.width
	}
}

// nflowsCDF writes splines of d columns by numbers.
func (e *exporter) nflowsCDF(path string, m nflowsMap, raw []float64, d int) any {
	e.bounded = e.bounded || m.arguments["tails"] == nil
	e.nflowsSplines(path, m, raw, d)
	class := m.kind + "CDF"
	e.say(trim(path), class, m.describe())
	arguments := map[string]any{"shape": []int{d}}
	for k, v := range m.arguments {
		arguments[k] = v
	}
	return call("nflows.transforms."+class, arguments)
}
