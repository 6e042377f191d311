package onnx

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// gaussianization makes each column normal: its functions stand in a table, by u = asinh of the distance from the middle of the
// column's distribution, so that tails of any length are few pieces.
func (g *graph) gaussianization(b *bijector.Gaussianization, v value, dir direction) (w, logDet value) {
	if dir == forward {
		g.refuse("got a Gaussianization towards data, which has no translation")
	}
	var columns []value
	for j := range b.Columns {
		m := &b.Columns[j]
		u, spread := unbounded(m, v.slice(j, j+1))
		z, slope := g.marginal(m, u)
		columns, logDet = append(columns, z), sum(logDet, sum(spread, slope))
	}
	return concat(columns...), logDet
}

// unbounded returns ψ(y) of a column with bounds and log ψ′(y), which is no value if there are none.
func unbounded(m *bijector.Marginal, y value) (u, logSlope value) {
	a, b := m.Lower, m.Upper
	if a.Margin == 0 && b.Margin == 0 {
		return y, logSlope
	}
	inside := y
	var straight value // what is added beyond the margins
	slope := func(y float64) float64 {
		switch {
		case b.Margin == 0:
			return 1 / (y - a.At)
		case a.Margin == 0:
			return 1 / (b.At - y)
		}
		return 1/(y-a.At) + 1/(b.At-y)
	}
	if a.Margin > 0 {
		first := a.At + a.Margin
		inside = inside.max(y.c(first))
		straight = y.plus(-first).min(y.c(0)).times(slope(first))
	}
	if b.Margin > 0 {
		last := b.At - b.Margin
		inside = inside.min(y.c(last))
		straight = sum(straight, y.plus(-last).max(y.c(0)).times(slope(last)))
	}
	u = straight
	if a.Margin > 0 {
		l := inside.plus(-a.At).log()
		u, logSlope = u.add(l), l.neg()
	}
	if b.Margin > 0 {
		l := inside.neg().plus(b.At).log()
		u, logSlope = u.sub(l), sum(logSlope, l.neg())
	}
	if a.Margin > 0 && b.Margin > 0 {
		logSlope = logSlope.plus(math.Log(b.At - a.At))
	}
	return u, logSlope
}

// marginal returns the normal numbers that a column is made of, and the logarithms of their slopes.
func (g *graph) marginal(m *bijector.Marginal, y value) (z, logSlope value) {
	k := 0 // the narrowest component, which is the unit
	for i, s := range m.Scales {
		if s < m.Scales[k] {
			k = i
		}
	}
	loc, unit := m.Locs[k], m.Scales[k]
	standard := bijector.Marginal{DF: m.DF, Weights: m.Weights}
	widest := 0
	for i, s := range m.Scales {
		standard.Locs = append(standard.Locs, (m.Locs[i]-loc)/unit)
		standard.Scales = append(standard.Scales, s/unit)
		if s > m.Scales[widest] {
			widest = i
		}
	}
	end := math.Asinh(1e300)
	if m.DF == 0 {
		end = math.Asinh(1e7*standard.Scales[widest] + math.Abs(standard.Locs[widest]))
	}
	t, ok := tabulate(normalised(standard), -end, end)
	if !ok {
		g.refuse("got a column whose distribution function is met by no table")
	}
	x := y.sub(y.c(loc)).div(y.c(unit))
	found := g.lookup(t, x.asinh())
	z, logSlope = found[0], found[1]
	if m.DF == 0 { // normal far out: the widest component decides
		straight := x.sub(y.c(standard.Locs[widest])).div(y.c(standard.Scales[widest]))
		far := y.c(1e7).less(straight.abs())
		z, logSlope = straight.where(far, z), y.c(-math.Log(standard.Scales[widest])).where(far, logSlope)
	}
	return z, logSlope.plus(-math.Log(unit))
}

// normalised returns what tabulate takes: normal numbers and the logarithms of slopes at sinh(u).
func normalised(m bijector.Marginal) func(u []float64) (y, tolerance [][]float64) {
	b := bijector.NewGaussianization(m)
	return func(u []float64) (y, tolerance [][]float64) {
		x := make([]float64, len(u))
		for i, v := range u {
			x[i] = math.Sinh(v)
		}
		t := autodiff.NewTape()
		t.NoGrad(true)
		z, l := bijector.InverseILDJ(b, t.View(len(x), 1, x))
		tolerance = [][]float64{make([]float64, len(u)), make([]float64, len(u))}
		for i, v := range z.Data() {
			tolerance[0][i] = 1e-13 * (1 + math.Abs(v))
			tolerance[1][i] = 1e-13 * (1 + max(v*v, math.Abs(l.Data()[i]))) // relative to the log-density behind, which rounds it too
		}
		return [][]float64{z.Data(), l.Data()}, tolerance
	}
}
