package bijector

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// moebiusCurve is the curve of a Moebius with k components. Prepared are α, β and the weights; pulled are the gradients of log α, β and the weights.
type moebiusCurve struct {
	searched
	k     int
	bound float64
}

// moebiusShift bounds β.
const moebiusShift = 30

func (g moebiusCurve) sizes() curveSizes {
	return curveSizes{raw: 3 * g.k, prepared: 3 * g.k, pulled: 3 * g.k, work: max(5, g.k+2), rounding: 4}
}

func (g moebiusCurve) prepare(p, raw, work columns) {
	d := work.at(0)
	for j := range g.k {
		kernel.SoftClip(p.at(j), d, raw.at(j), softClip)
		kernel.Exp(p.at(j), p.at(j))
		kernel.SoftClip(p.at(g.k+j), d, raw.at(g.k+j), moebiusShift)
	}
	softmaxColumns(p.from(2*g.k), raw.from(2*g.k), g.k, work.at(0))
}

// half sets sin and cos to those of half of the angles.
func (g moebiusCurve) half(sin, cos, x []float64) {
	for i, v := range x {
		sin[i] = g.on(v) * (math.Pi / 2 / g.bound)
	}
	kernel.Cos(cos, sin)
	kernel.Sin(sin, sin)
}

// on returns the point of the circle that x is wound to, x itself if it is infinite.
func (g moebiusCurve) on(x float64) float64 {
	if math.Abs(x) > g.bound && !math.IsInf(x, 0) {
		return math.Remainder(x, 2*g.bound)
	}
	return x
}

func (g moebiusCurve) at(y, ls, x []float64, p, keep, work columns) {
	sin, cos, turn := work.at(0), work.at(1), work.at(2)
	g.half(sin, cos, x)
	clear(ls)
	clear(y)
	for j := range g.k {
		α, β, w := p.at(j), p.at(g.k+j), p.at(2*g.k+j)
		for i, c := range cos {
			q := kernel.FMA(α[i], sin[i], float64(β[i]*c))
			turn[i] = q / c
			ls[i] = kernel.FMA(w[i], α[i]/kernel.FMA(c, c, float64(q*q)), ls[i])
		}
		kernel.Atan(turn, turn)
		kernel.MulAdd(y, w, turn)
	}
	kernel.Log(ls, ls)
	for i, v := range x {
		if math.IsInf(v, 0) {
			y[i], ls[i] = v, 0
			continue
		}
		y[i] = min(max(y[i]*(g.bound/(math.Pi/2)), -g.bound), g.bound) + (v - g.on(v))
	}
}

func (g moebiusCurve) bracket(lo, x, hi, y []float64, p columns) {
	for i, v := range y {
		turns := v - g.on(v)
		lo[i], x[i], hi[i] = turns-g.bound, v, turns+g.bound
		if math.IsInf(v, 0) {
			lo[i], hi[i] = v, v
		}
	}
}

// bend uses that cos² + q² has the derivative q·(α·cos − β·sin) − sin·cos by θ.
func (g moebiusCurve) bend(d []float64, at curvePoint) {
	sin, cos := at.work.at(0), at.work.at(1)
	g.half(sin, cos, at.x)
	clear(d)
	for j := range g.k {
		α, β, w := at.p.at(j), at.p.at(g.k+j), at.p.at(2*g.k+j)
		for i, c := range cos {
			s := sin[i]
			q := kernel.FMA(α[i], s, float64(β[i]*c))
			size := kernel.FMA(c, c, float64(q*q))
			by := kernel.FMA(q, kernel.FMA(α[i], c, float64(-β[i]*s)), float64(-s*c))
			d[i] = kernel.FMA(-w[i]*α[i]/size, by/size, d[i])
		}
	}
	for i, x := range at.x {
		if d[i] *= math.Pi / g.bound / at.slope[i]; math.IsInf(x, 0) {
			d[i] = 0
		}
	}
}

func (g moebiusCurve) pull(dp columns, u, v []float64, at curvePoint) {
	sin, cos, turn, byY, byLs := at.work.at(0), at.work.at(1), at.work.at(2), at.work.at(3), at.work.at(4)
	g.half(sin, cos, at.x)
	for i, x := range at.x {
		byY[i], byLs[i] = u[i]*(g.bound/(math.Pi/2)), v[i]/at.slope[i]
		if math.IsInf(x, 0) {
			byY[i], byLs[i], sin[i], cos[i] = 0, 0, 0, 1
		}
	}
	for j := range g.k {
		α, β, w := at.p.at(j), at.p.at(g.k+j), at.p.at(2*g.k+j)
		da, db, dw := dp.at(j), dp.at(g.k+j), dp.at(2*g.k+j)
		for i, c := range cos {
			s := sin[i]
			q := kernel.FMA(α[i], s, float64(β[i]*c))
			size := kernel.FMA(c, c, float64(q*q))
			slope := α[i] / size
			turn[i] = q / c
			y, ls := w[i]*byY[i]/size, w[i]*byLs[i]*slope
			da[i] = kernel.FMA(y, float64(c*s*α[i]), kernel.FMA(ls, 1-float64(2*q*α[i]*s)/size, da[i]))
			db[i] = kernel.FMA(y, float64(c*c), kernel.FMA(-ls, float64(2*q*c)/size, db[i]))
			dw[i] = kernel.FMA(byLs[i], slope, dw[i])
		}
		kernel.Atan(turn, turn)
		kernel.MulAdd(dw, byY, turn)
	}
}

func (g moebiusCurve) unprepare(draw, dp, p, raw, work columns) {
	a, d := work.at(0), work.at(1)
	for j := range 2 * g.k {
		limit := softClip
		if j >= g.k {
			limit = moebiusShift
		}
		kernel.SoftClip(a, d, raw.at(j), limit)
		kernel.MulAdd(draw.at(j), d, dp.at(j))
	}
	softmaxPull(draw.from(2*g.k), dp.from(2*g.k), p.from(2*g.k), g.k, 1, work.at(0))
}
