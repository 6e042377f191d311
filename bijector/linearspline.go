package bijector

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// LinearSpline is the monotone piecewise linear map: on [−Bound, Bound] it has Bins pieces of equal width, and
// outside it is the identity. With p the softmax of the raw parameters, none less than 2⁻⁵⁰,
//
//	g(x) = Yᵢ + 2·Bound·pᵢ·t,  t = (x − Xᵢ)·Bins/(2·Bound) in the piece from (Xᵢ, Yᵢ)
//
// Its slope, and with it a density, jumps from piece to piece. Zeros are the identity.
// It is defined for any finite parameters and arguments. Both directions cost O(Bins).
//
// Thomas Müller, Brian McWilliams, Fabrice Rousselle, Markus Gross, Jan Novák, Neural Importance Sampling, 2018,
// arXiv:1808.03856.
type LinearSpline struct {
	Bins  int     // 0 is 8
	Bound float64 // 0 is 5
}

// Restore checks the fields.
func (m LinearSpline) Restore() error { return checkBins("LinearSpline", m.Bins, 1, m.Bound) }

// Params returns Bins.
func (m LinearSpline) Params() int { return orDefault(m.Bins, defaultBins) }

// Forward returns the spline's value and the logarithm of its slope.
func (m LinearSpline) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.evaluate(x, raw, forward)
}

// Inverse returns the inverse's value and the logarithm of its slope.
func (m LinearSpline) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.evaluate(y, raw, inverse)
}

func (m LinearSpline) evaluate(x, raw autodiff.Var, dir direction) (v, l autodiff.Var) {
	must(m.Restore())
	wantRaw("LinearSpline", m.Params(), x, raw)
	return applyCurve(linearSplineOp, autodiff.Args{I: m.Params(), A: orDefault(m.Bound, defaultBound)}, x, raw, dir)
}

var linearSplineOp = newSpline[linearPieces]("LinearSpline", func(a autodiff.Args) bins {
	b := bins{k: a.I, raw: a.I, bound: a.A, prepared: 2 * a.I}
	b.height, b.width = b.shares(0, 0x1p-50), axis{from: a.I, floor: 2 * a.A / float64(a.I)}
	return b
})

// linearPieces have constant slopes. Prepared are shares of the heights, and zeros for widths.
type linearPieces struct{}

func (linearPieces) prepare(b bins, p, raw, work columns) {
	softmaxColumns(p, raw, b.k, work.at(0))
	for j := range b.k {
		clear(p.at(b.k + j))
	}
}

func (linearPieces) unprepare(b bins, draw, dp, p, _, work columns) {
	softmaxPull(draw, dp, p, b.k, b.height.scale, work.at(0))
}

func (linearPieces) ends(bins, spots, columns)                   {}
func (linearPieces) unends(bins, columns, spots, spots, columns) {}

func (linearPieces) forward(s spots, rise, slope []float64) {
	for i, t := range s.t {
		rise[i], slope[i], s.bend[i] = float64(t*s.h[i]), s.h[i]/s.w[i], 0
	}
}

func (linearPieces) inverse(s spots, slope []float64) {
	for i, h := range s.h {
		slope[i], s.bend[i] = h/s.w[i], 0
	}
}

func (linearPieces) pull(g, s spots, u, v []float64) {
	for i, h := range s.h {
		g.w[i], g.h[i] = 0, kernel.FMA(u[i], s.t[i], v[i]/h)
	}
}
