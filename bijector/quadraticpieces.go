package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

var (
	quadraticSplineOp     = newSpline[quadraticPieces]("QuadraticSpline", quadraticBins)
	halfQuadraticSplineOp = newSpline[halfQuadraticPieces]("QuadraticSpline.half", quadraticBins)
	freeQuadraticSplineOp = newSpline[quadraticPieces]("QuadraticSpline.free", func(a autodiff.Args) bins {
		b := quadraticBins(a)
		b.raw, b.free = 2*b.k+1, true
		return b
	})
)

func quadraticBins(a autodiff.Args) bins {
	k := a.I
	b := bins{k: k, raw: 2*k - 1, bound: a.A, height: axis{from: k, scale: 1}, ends: 2 * k, prepared: 4*k + 2}
	b.width = b.shares(0, minBin)
	return b
}

// largestRaw bounds raw parameters of slopes, products of powers of which would overflow.
const largestRaw = 1e20

// quadraticPieces have linear slopes. Prepared are shares of the widths, heights, slopes, the reciprocal of the area below a, and half of the widths.
type quadraticPieces struct{}

// halfQuadraticPieces are those of a spline with Half.
type halfQuadraticPieces struct{ quadraticPieces }

func (quadraticPieces) prepare(b bins, p, raw, work columns) { quadraticKnots(b, p, raw, work, 1) }
func (halfQuadraticPieces) prepare(b bins, p, raw, work columns) {
	quadraticKnots(b, p, raw, work, 0.5)
}

func (quadraticPieces) unprepare(b bins, draw, dp, p, raw, work columns) {
	quadraticPull(b, draw, dp, p, raw, work, 1)
}

func (halfQuadraticPieces) unprepare(b bins, draw, dp, p, raw, work columns) {
	quadraticPull(b, draw, dp, p, raw, work, 0.5)
}

// quadraticEdge returns the number of the first a that has a raw parameter.
func quadraticEdge(b bins) int {
	if b.free {
		return 0
	}
	return 1
}

// quadraticHalves are columns of half of the widths.
func quadraticHalves(b bins, p columns) columns { return p.from(3*b.k + 2) }

// quadraticPart returns how much of bin j counts where the slope at the ends is solved for.
func quadraticPart(b bins, j int, part float64) float64 {
	if j == 0 || j == b.k-1 {
		return part
	}
	return 1
}

// quadraticKnots prepares; part is how much of the first and last bins counts.
func quadraticKnots(b bins, p, raw, work columns, part float64) {
	k, a, first, halves := b.k, p.from(b.ends), quadraticEdge(b), quadraticHalves(b, p)
	sum, scale := work.at(0), p.at(3*k+1)
	softmaxColumns(p, raw, k, sum)
	for j := range k {
		kernel.Scale(halves.at(j), p.at(j), 0.5*b.width.scale)
		kernel.AddConst(halves.at(j), halves.at(j), 0.5*b.width.floor)
	}
	for j := first; j <= k-first; j++ {
		kernel.Clamp(a.at(j), raw.at(k+j-first), -largestRaw, largestRaw)
		kernel.Softplus(a.at(j), a.at(j))
		kernel.AddConst(a.at(j), a.at(j), minSlope)
	}
	if !b.free {
		quadraticEnd(b, a, halves, sum, work.at(1), part)
	}
	clear(scale)
	for j := range k {
		kernel.Add(p.at(k+j), a.at(j), a.at(j+1))
		kernel.Mul(p.at(k+j), p.at(k+j), halves.at(j))
		kernel.Accumulate(scale, p.at(k+j))
	}
	for i, v := range scale {
		scale[i] = 2 * b.bound / v
	}
	for j := range k + 1 {
		kernel.Mul(a.at(j), a.at(j), scale)
		kernel.Scale(a.at(j), a.at(j), 1-minSlope)
		kernel.AddConst(a.at(j), a.at(j), minSlope)
	}
	for j := range k {
		h := p.at(k + j)
		kernel.Add(h, a.at(j), a.at(j+1))
		kernel.Mul(h, h, halves.at(j))
	}
}

// quadraticEnd sets a at the ends.
func quadraticEnd(b bins, a, halves columns, rest, tmp []float64, part float64) {
	end := a.at(0)
	quadraticRest(rest, b, halves, part)
	clear(end)
	for j := range b.k {
		kernel.Scale(tmp, halves.at(j), quadraticPart(b, j, part))
		if j > 0 {
			kernel.MulAdd(end, tmp, a.at(j))
		}
		if j < b.k-1 {
			kernel.MulAdd(end, tmp, a.at(j+1))
		}
	}
	kernel.Div(end, end, rest)
	copy(a.at(b.k), end)
}

// quadraticRest sets what the slope at the ends is divided by.
func quadraticRest(rest []float64, b bins, halves columns, part float64) {
	kernel.Add(rest, halves.at(0), halves.at(b.k-1))
	kernel.Scale(rest, rest, -part)
	kernel.AddConst(rest, rest, 2*b.bound)
}

// quadraticPull takes gradients back: of heights to widths and slopes, of these to a and its area, of a at the ends to all others, as
// numbers in units of the area, and then to raw parameters.
func quadraticPull(b bins, draw, dp, p, raw, work columns, part float64) {
	k, g, first, halves := b.k, dp.from(b.ends), quadraticEdge(b), quadraticHalves(b, p)
	total, tmp, scale, r := work.at(0), work.at(1), p.at(3*k+1), work.from(4)
	for j := range k {
		kernel.Mul(tmp, dp.at(k+j), halves.at(j))
		kernel.Accumulate(g.at(j), tmp)
		kernel.Accumulate(g.at(j+1), tmp)
		kernel.Add(tmp, p.at(b.ends+j), p.at(b.ends+j+1))
		kernel.Mul(tmp, tmp, dp.at(k+j))
		kernel.Axpy(dp.at(j), tmp, 0.5)
	}
	clear(total)
	for j := range k + 1 { // slope = (1 − minSlope)·r + minSlope, r = a/area
		kernel.AddConst(r.at(j), p.at(b.ends+j), -minSlope)
		kernel.MulAdd(total, g.at(j), r.at(j))
		kernel.Scale(g.at(j), g.at(j), 1-minSlope)
		kernel.Scale(r.at(j), r.at(j), 1/(1-minSlope))
	}
	kernel.Scale(total, total, -1/(2*b.bound))
	for j := range k {
		quadraticBin(dp, g, r, total, halves.at(j), tmp, j, true, true, 1)
	}
	if !b.free {
		rest := work.at(2)
		quadraticRest(rest, b, halves, part)
		kernel.Add(total, g.at(0), g.at(k))
		kernel.Div(total, total, rest)
		for j := range k {
			count := quadraticPart(b, j, part)
			kernel.Scale(rest, halves.at(j), count)
			quadraticBin(dp, g, r, total, rest, tmp, j, j > 0, j < k-1, count)
		}
	}
	for j := first; j <= k-first; j++ {
		d, at := g.at(j), raw.at(k+j-first)
		kernel.Mul(d, d, scale)
		for i, v := range at {
			if math.Abs(v) > largestRaw {
				d[i] = 0
			}
		}
		kernel.SoftplusGrad(draw.at(k+j-first), d, at)
	}
	softmaxPull(draw, dp, p, k, b.width.scale, total)
}

// quadraticBin adds what bin j gives to the gradients of a at its ends, as far as they count, and of its width, f being the gradient of
// Σ (aⱼ + aⱼ₊₁)·wⱼ/2; an end that does not count is in the divisor.
func quadraticBin(dp, g, r columns, f, half, tmp []float64, j int, left, right bool, part float64) {
	if left {
		kernel.MulAdd(g.at(j), f, half)
	}
	if right {
		kernel.MulAdd(g.at(j+1), f, half)
	}
	kernel.Add(tmp, r.at(j), r.at(j+1))
	kernel.Mul(tmp, tmp, f)
	kernel.Axpy(dp.at(j), tmp, 0.5*part)
}

func (quadraticPieces) ends(b bins, s spots, p columns) {
	b.gather(s.d0, s, p, b.ends)
	b.gather(s.d1, s, p, b.ends+1)
}

func (quadraticPieces) unends(b bins, dp columns, g, s spots, _ columns) {
	b.scatter(dp, s, g.d0, b.ends)
	b.scatter(dp, s, g.d1, b.ends+1)
}

func (quadraticPieces) forward(s spots, rise, slope []float64) {
	for i, t := range s.t {
		w, d0 := s.w[i], s.d0[i]
		up := s.d1[i] - d0
		at := kernel.FMA(up, t, d0)
		rise[i], slope[i], s.bend[i] = float64(kernel.FMA(0.5*up, t, d0)*float64(t*w)), at, up/float64(at*w)
	}
}

// inverse takes the area below the slope, z·h/w.
func (quadraticPieces) inverse(s spots, slope []float64) {
	for i, z := range s.t {
		w, d0 := s.w[i], s.d0[i]
		up, area := s.d1[i]-d0, z*s.h[i]/w
		root := kernel.FMA(2*up, area, float64(d0*d0))
		if root < minSlope*minSlope {
			root = minSlope * minSlope
		}
		t := 2 * area / (d0 + math.Sqrt(root))
		at := kernel.FMA(up, t, d0)
		s.t[i], slope[i], s.bend[i] = t, at, up/float64(at*w)
	}
}

func (quadraticPieces) pull(g, s spots, u, v []float64) {
	for i, t := range s.t {
		d0 := s.d0[i]
		up, half := s.d1[i]-d0, 0.5*float64(t*t)
		uw, r := float64(u[i]*s.w[i]), v[i]/kernel.FMA(up, t, d0)
		g.w[i], g.h[i] = float64(u[i]*kernel.FMA(up, half, float64(d0*t))), 0
		g.d0[i] = kernel.FMA(uw, t-half, float64(r*(1-t)))
		g.d1[i] = kernel.FMA(uw, half, float64(r*t))
	}
}
