package em

import (
	"math"

	"github.com/normflow/normflow/internal/special"
)

// tails steps the degrees of freedom and a factor of each component's scale, the two that
// EM's other steps are slow to find where tails are heavy, by Newton's method with the
// probabilities of the components held fixed.
type tails struct {
	before *Model // what to go back to, or nil
	damp   float64
	fixed  bool // the degrees of freedom
}

// accept reports whether the step that was made last is kept; if not, it is undone, and the next will be shorter.
func (t *tails) accept(m *Model, better bool) bool {
	before := t.before
	t.before = nil
	switch {
	case before == nil || better:
		t.damp = min(1, 2*t.damp)
		return true
	}
	*m = *before
	t.damp *= 0.25
	return false
}

// step makes a step from the sums of p.
func (t *tails) step(m *Model, p *pass) {
	t.before = m.Clone()
	ν, d, n := m.DF, float64(m.D), p.rows.Total
	b := (ν + d) / ν
	var s1, s2 float64
	for k := range m.K {
		s1 += p.s1[k]
		s2 += p.s2[k]
	}
	ψ1, _ := special.HurwitzZeta(2, 0.5*(ν+d))
	ψ0, _ := special.HurwitzZeta(2, 0.5*ν)
	slope := 0.5 * (float64(n*(special.Digamma(0.5*(ν+d))-special.Digamma(0.5*ν)-d/ν)) - p.logs + float64(b*s1))
	curve := 0.5 * (float64(n*(0.5*ψ1-0.5*ψ0+d/(ν*ν))) + s1/ν - float64(d/(ν*ν)*s1) - float64(b*(s1-s2)/ν))
	slope, curve = ν*slope, float64(ν*ν*curve)+float64(ν*slope) // by log ν
	slope0, curve0 := slope, curve
	// Newton's equations are an arrow: each factor meets itself and log ν only.
	g, h, c := make([]float64, m.K), make([]float64, m.K), make([]float64, m.K)
	for k := range g {
		g[k] = 0.5 * (float64((ν+d)*p.s1[k]) + p.trace[k] - float64(d*(p.count[k]+p.a)))
		h[k] = -0.5*(float64((ν+d)*(p.s1[k]-p.s2[k]))+p.trace[k]) - 1e-9
		c[k] = 0.5 * (float64(ν*p.s1[k]) - float64((ν+d)*(p.s1[k]-p.s2[k])))
		slope -= c[k] * g[k] / h[k]
		curve -= c[k] * c[k] / h[k]
	}
	if !(curve < 0) {
		slope, curve = slope0, math.Min(curve0, -math.Abs(slope0))
	}
	step := t.damp * max(min(-slope/curve, 1.5), -1.5)
	if t.fixed {
		step = 0
	}
	m.DF = max(ν*special.Exp(step), MinDF)
	step = special.Log(m.DF / ν)
	if m.DF >= MaxDF {
		m.DF = math.Inf(1)
	}
	for k := range g {
		f := special.Exp(t.damp * max(min(-(g[k]+float64(c[k]*step))/h[k], 1), -1))
		for i, v := range m.scale(k) {
			m.scale(k)[i] = f * v
		}
	}
}
