package pytorch

import (
	"slices"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
)

// units joins parts between shifts by a half, from data to base, to maps of [0, 1].
func units(parts []part) (joined []part) {
	for i := 0; i < len(parts); i++ {
		if i+2 < len(parts) && shiftOf(parts[i]) == 0.5 && shiftOf(parts[i+2]) == -0.5 && ofUnit(parts[i+1].b) {
			p := parts[i+1]
			p.unit = true
			joined = append(joined, p)
			i += 2
			continue
		}
		joined = append(joined, parts[i])
	}
	return joined
}

// shiftOf returns by how much a part shifts all columns from base to data, 0 if it is no such shift.
func shiftOf(p part) float64 {
	b, ok := p.b.(*bijector.Shift)
	if !ok || b.By.Len() != 1 {
		return 0
	}
	if p.inverted {
		return -b.By.Numbers()[0]
	}
	return b.By.Numbers()[0]
}

// ofUnit reports whether a bijector is by splines of [−½, ½].
func ofUnit(b bijector.Bijector) bool {
	var m bijector.Univariate
	switch b := b.(type) {
	case *bijector.Coupling:
		m = b.Map
	case *bijector.Autoregressive:
		m = b.Map
	case *bijector.Elementwise:
		m = b.Map
	}
	if turned, ok := m.(bijector.Inverted); ok {
		m = turned.Map
	}
	switch m := m.(type) {
	case bijector.Spline:
		return m.Bound == 0.5
	case bijector.LinearSpline:
		return m.Bound == 0.5
	case bijector.QuadraticSpline:
		return m.Bound == 0.5
	case bijector.CubicSpline:
		return m.Bound == 0.5
	}
	return false
}

// unconditionals joins a coupling and splines of the columns that pass it, from data to base, by the same map.
func unconditionals(parts []part) (joined []part) {
	for i := 0; i < len(parts); i++ {
		p := parts[i]
		if c, ok := p.b.(*bijector.Coupling); ok && i+1 < len(parts) && !p.inverted && !parts[i+1].inverted {
			if s, ok := parts[i+1].b.(*bijector.Subset); ok && slices.Equal(s.Index, c.Keep) && slices.IsSorted(c.Keep) {
				if own, ok := s.B.(*bijector.Elementwise); ok && own.Map == c.Map {
					p.own = own
					i++
				}
			}
		}
		joined = append(joined, p)
	}
	return joined
}

// isEncoder reports whether the part next to the base makes a standard normal one whose mean and scale depend on the context.
func isEncoder(p part, base dist.Distribution) bool {
	c, ok := p.b.(*bijector.Coupling)
	if !ok || p.inverted || len(c.Keep) > 0 || c.Cond == 0 || c.Map != bijector.Univariate(bijector.Affine{Scale: bijector.Exponential}) {
		return false
	}
	_, ok = base.(*dist.StdNormal)
	return ok
}

// conditionalNormal writes a normal distribution whose parameters depend on the context.
func (e *exporter) conditionalNormal(p part, d int) any {
	b := p.b.(*bijector.Coupling)
	m := nflowsMap{layout: layout{m: b.Map, at: blocks}}
	outputs := m.layout.outputs(d)
	var to []int
	for _, at := range columnsSorted(b.Change) {
		to = append(to, outputs[2*at:2*at+2]...)
	}
	net := *b
	net.Cond, net.Keep = 0, bijector.Columns(0, b.Cond) // it sees the context as columns
	e.say("_distribution", "ConditionalDiagonalNormal", nil)
	encoder := e.nflowsNet("_distribution._context_encoder.", p, &net, m, nil, to, 0)
	return call("nflows.distributions.ConditionalDiagonalNormal", map[string]any{"shape": []int{d}, "context_encoder": encoder})
}
