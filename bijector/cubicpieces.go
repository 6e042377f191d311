package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

var cubicSplineOp = newSpline[cubicPieces]("CubicSpline", func(a autodiff.Args) bins {
	k := a.I
	b := bins{k: k, raw: 2*k + 2, bound: a.A, ends: 2 * k, prepared: 2*k + 2}
	b.width, b.height = b.shares(0, minBin), b.shares(k, minBin)
	return b
})

const (
	leastEnd   = 0x1p-40 // of σ(r − log 2)
	leastCubic = 0x1p-48 // of a slope beside the mean one of its piece: less would be rounding
)

// cubicPieces are the pieces of a CubicSpline. Prepared are shares of the widths and heights, and by how much the slopes at ±Bound are larger
// than the mean ones of their bins.
type cubicPieces struct{}

func (c cubicPieces) prepare(b bins, p, raw, work columns) {
	k := b.k
	softmaxColumns(p, raw, k, work.at(0))
	softmaxColumns(p.from(k), raw.from(k), k, work.at(0))
	for n := range 2 {
		d := p.at(b.ends + n)
		kernel.AddConst(d, raw.at(2*k+n), -math.Ln2)
		kernel.Sigmoid(d, d)
		kernel.Scale(d, d, 3*(1-2*leastEnd))
		kernel.AddConst(d, d, 3*leastEnd)
	}
}

func (c cubicPieces) unprepare(b bins, draw, dp, p, _, work columns) {
	k := b.k
	for n := range 2 {
		out, d := draw.at(2*k+n), p.at(b.ends+n)
		for i, g := range dp.at(b.ends + n) { // of 3·((1 − 2ε)·σ + ε)
			σ := (d[i]/3 - leastEnd) / (1 - 2*leastEnd)
			out[i] += float64(g * (3 * (1 - 2*leastEnd)) * σ * (1 - σ))
		}
	}
	softmaxPull(draw, dp, p, k, b.width.scale, work.at(0))
	softmaxPull(draw.from(k), dp.from(k), p.from(k), k, b.height.scale, work.at(0))
}

func (c cubicPieces) ends(b bins, s spots, p columns) {
	for i, bin := range s.bin {
		k := int(bin)
		if k == b.k {
			continue
		}
		row, w, δ := p.data[i:], s.w[i], s.h[i]/s.w[i]
		if k == 0 {
			s.d0[i] = δ * row[b.ends*p.stride]
		} else {
			v, ε := b.sizes(row, p.stride, k-1)
			s.d0[i], _, _ = c.between(v, ε, w, δ)
		}
		if k == b.k-1 {
			s.d1[i] = δ * row[(b.ends+1)*p.stride]
		} else {
			v, ε := b.sizes(row, p.stride, k+1)
			s.d1[i], _, _ = c.between(v, ε, w, δ)
		}
	}
}

// between returns the slope between the bin of width w and mean slope δ and one beside it of width v and mean slope ε, and its gradient by v, ε,
// w and δ.
func (cubicPieces) between(v, ε, w, δ float64) (slope float64, neighbour, own [2]float64) {
	both := v + w
	parabola := (float64(w*ε) + float64(v*δ)) / both
	switch {
	case parabola < 2*min(ε, δ):
		return parabola, [2]float64{(δ - parabola) / both, w / both}, [2]float64{(ε - parabola) / both, v / both}
	case ε < δ:
		return 2 * ε, [2]float64{0, 2}, own
	}
	return 2 * δ, neighbour, [2]float64{0, 2}
}

func (c cubicPieces) unends(b bins, dp columns, g, s spots, p columns) {
	for i, bin := range s.bin {
		k := int(bin)
		if k == b.k {
			continue
		}
		row, to, w, δ := p.data[i:], dp.data[i:], s.w[i], s.h[i]/s.w[i]
		var own [2]float64
		for n, g := range [2]float64{g.d0[i], g.d1[i]} {
			switch beside := k + 2*n - 1; beside {
			case -1, b.k:
				end := row[(b.ends+n)*p.stride]
				to[(b.ends+n)*dp.stride] += float64(g * δ)
				own[1] += float64(g * end)
			default:
				v, ε := b.sizes(row, p.stride, beside)
				_, d, e := c.between(v, ε, w, δ)
				b.mean(to, dp.stride, beside, v, ε, float64(d[0]*g), d[1]*g)
				own[0] += float64(e[0] * g)
				own[1] += float64(e[1] * g)
			}
		}
		b.mean(to, dp.stride, k, w, δ, own[0], own[1])
	}
}

// sizes returns the width and the mean slope of bin k.
func (b *bins) sizes(row []float64, stride, k int) (w, δ float64) {
	w = b.width.size(row, k, stride)
	return w, b.height.size(row, k, stride) / w
}

// mean adds the gradients of the width w and the mean slope δ of bin k to those of its sizes.
func (b *bins) mean(to []float64, stride, k int, w, δ, dw, dδ float64) {
	dδ /= w
	to[(b.height.from+k)*stride] += dδ
	to[(b.width.from+k)*stride] += dw - float64(dδ*δ)
}

// cubic returns by how much a piece has risen, beside its width, its slope at t, and ∂log slope/∂t.
func cubic(t, d0, d1, δ float64) (rise, slope, turn float64) {
	u, m := 1-t, float64(3*δ)-d1
	rise = float64(t * (float64(d0*u*u) + float64(m*t*u) + float64(δ*t*t)))
	slope = float64(d0*u*u) + float64(2*(m-d0)*t*u) + float64(d1*t*t)
	if slope < leastCubic*δ {
		return rise, leastCubic * δ, 0
	}
	return rise, slope, 2 * (float64((m-d0)*(u-t)) + float64(d1*t) - float64(d0*u)) / slope
}

func (cubicPieces) forward(s spots, rise, slope []float64) {
	for i, t := range s.t {
		w := s.w[i]
		r, at, turn := cubic(t, s.d0[i], s.d1[i], s.h[i]/w)
		rise[i], slope[i], s.bend[i] = float64(r*w), at, turn/w
	}
}

func (c cubicPieces) inverse(s spots, slope []float64) {
	for i, z := range s.t {
		w, d0, d1 := s.w[i], s.d0[i], s.d1[i]
		δ := s.h[i] / w
		t := c.solve(z, d0, d1, δ)
		_, at, turn := cubic(t, d0, d1, δ)
		s.t[i], slope[i], s.bend[i] = t, at, turn/w
	}
}

// solve returns the t where a piece has risen by the share z of its height, by Newton's method within a bracket.
func (cubicPieces) solve(z, d0, d1, δ float64) float64 {
	t, lo, hi, want := z, 0.0, 1.0, float64(z*δ)
	for range 60 { // enough to halve the bracket down to the digits of float64
		rise, slope, _ := cubic(t, d0, d1, δ)
		last, off := t, rise-want
		if off < 0 {
			lo = t
		} else {
			hi = t
		}
		if t -= off / slope; !(t >= lo && t <= hi) {
			t = lo + (hi-lo)/2
		}
		if math.Abs(t-last) <= 0x1p-51*last || hi-lo <= 0x1p-60 || off != off {
			break
		}
	}
	return t
}

func (cubicPieces) pull(g, s spots, u, v []float64) {
	for i, t := range s.t {
		w, d0, d1 := s.w[i], s.d0[i], s.d1[i]
		δ := s.h[i] / w
		_, slope, _ := cubic(t, d0, d1, δ)
		q, r, uw := 1-t, v[i]/slope, float64(u[i]*w)
		tq, tt, qq := float64(t*q), float64(t*t), float64(q*q)
		mean := float64(6 * r * tq)
		if slope == leastCubic*δ {
			r, mean = 0, v[i]/δ
		}
		mean /= w
		g.d0[i] = float64(uw*tq*q) + float64(r*(qq-2*tq))
		g.d1[i] = float64(r*(tt-2*tq)) - float64(uw*tq*t)
		g.w[i] = float64(u[i]*tq*(float64(d0*q)-float64(d1*t))) - float64(mean*δ)
		g.h[i] = float64(u[i]*tt*(float64(3*q)+t)) + mean
	}
}
