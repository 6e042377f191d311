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
	b := bins{k: k, raw: 2*k - 1, bound: a.A, height: axis{from: k, scale: 1}, ends: 2 * k, prepared: 3*k + 2}
	b.width = b.shares(0, minBin)
	return b
}

// largestRaw bounds raw parameters of slopes, products of powers of which would overflow.
const largestRaw = 1e20

// quadraticPieces have linear slopes. Prepared are shares of the widths, heights, slopes and the area below a.
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

// quadraticShare sets e to the share of the interval that bin j takes.
func quadraticShare(e []float64, b bins, p columns, j int) {
	kernel.Scale(e, p.at(j), b.width.scale/(2*b.bound))
	kernel.AddConst(e, e, b.width.floor/(2*b.bound))
}

// quadraticEndShare does it for what the slope at the ends is solved for with, where the first and last bins count in part.
func quadraticEndShare(e []float64, b bins, p columns, j int, part float64) {
	quadraticShare(e, b, p, j)
	if j == 0 || j == b.k-1 {
		kernel.Scale(e, e, part)
	}
}

// quadraticKnots prepares; part is how much of the first and last bins counts.
func quadraticKnots(b bins, p, raw, work columns, part float64) {
	k, a, first := b.k, p.from(b.ends), quadraticEdge(b)
	sum, e, area := work.at(0), work.at(1), p.at(3*k+1)
	softmaxColumns(p, raw, k, sum)
	for j := first; j <= k-first; j++ {
		kernel.Clamp(a.at(j), raw.at(k+j-first), -largestRaw, largestRaw)
		kernel.Softplus(a.at(j), a.at(j))
		kernel.AddConst(a.at(j), a.at(j), minSlope)
	}
	if !b.free {
		end, rest := a.at(0), work.at(2)
		quadraticRest(rest, e, b, p, part)
		clear(end)
		for j := range k {
			quadraticEndShare(e, b, p, j, part)
			if j > 0 {
				kernel.MulAdd(end, e, a.at(j))
			}
			if j < k-1 {
				kernel.MulAdd(end, e, a.at(j+1))
			}
		}
		kernel.Div(end, end, rest)
		copy(a.at(k), end)
	}
	clear(area)
	for j := range k {
		quadraticShare(e, b, p, j)
		kernel.Add(sum, a.at(j), a.at(j+1))
		kernel.MulAdd(area, sum, e)
	}
	kernel.Scale(area, area, 0.5)
	for j := range k + 1 {
		kernel.Div(a.at(j), a.at(j), area)
		kernel.Scale(a.at(j), a.at(j), 1-minSlope)
		kernel.AddConst(a.at(j), a.at(j), minSlope)
	}
	for j := range k {
		h := p.at(k + j)
		quadraticShare(e, b, p, j)
		kernel.Add(h, a.at(j), a.at(j+1))
		kernel.Mul(h, h, e)
		kernel.Scale(h, h, b.bound)
	}
}

// quadraticRest sets what the slope at the ends is divided by.
func quadraticRest(rest, e []float64, b bins, p columns, part float64) {
	quadraticEndShare(rest, b, p, 0, part)
	quadraticEndShare(e, b, p, b.k-1, part)
	kernel.Add(rest, rest, e)
	kernel.Scale(rest, rest, -1)
	kernel.AddConst(rest, rest, 2)
}

// quadraticPull takes gradients back: of heights to widths and slopes, of these to a and its area, of a at the ends to all others, as
// numbers in units of the area, and then to raw parameters.
func quadraticPull(b bins, draw, dp, p, raw, work columns, part float64) {
	k, g, first := b.k, dp.from(b.ends), quadraticEdge(b)
	total, e, sum, half, r := work.at(0), work.at(1), work.at(2), work.at(3), work.from(4)
	for j := range k {
		quadraticShare(e, b, p, j)
		kernel.Mul(half, dp.at(k+j), e)
		kernel.Scale(half, half, b.bound)
		kernel.Accumulate(g.at(j), half)
		kernel.Accumulate(g.at(j+1), half)
		kernel.Add(sum, p.at(b.ends+j), p.at(b.ends+j+1))
		kernel.Mul(sum, sum, dp.at(k+j))
		kernel.Axpy(dp.at(j), sum, 0.5)
	}
	clear(total)
	for j := range k + 1 { // slope = (1 − minSlope)·r + minSlope, r = a/area
		kernel.AddConst(r.at(j), p.at(b.ends+j), -minSlope)
		kernel.Scale(r.at(j), r.at(j), 1/(1-minSlope))
		kernel.Scale(g.at(j), g.at(j), 1-minSlope)
		kernel.MulAdd(total, g.at(j), r.at(j))
	}
	kernel.Scale(total, total, -0.5)
	for j := range k {
		quadraticShare(e, b, p, j)
		quadraticBin(b, dp, r, total, e, sum, j, true, true, 1)
	}
	if !b.free {
		quadraticRest(sum, e, b, p, part)
		kernel.Add(total, g.at(0), g.at(k))
		kernel.Div(total, total, sum)
		for j := range k {
			quadraticEndShare(e, b, p, j, part)
			count := 1.0
			if j == 0 || j == k-1 {
				count = part
			}
			quadraticBin(b, dp, r, total, e, sum, j, j > 0, j < k-1, count)
		}
	}
	for j := first; j <= k-first; j++ {
		d, at := g.at(j), raw.at(k+j-first)
		kernel.Div(d, d, p.at(3*k+1))
		for i, v := range at {
			if math.Abs(v) > largestRaw {
				d[i] = 0
			}
		}
		kernel.SoftplusGrad(draw.at(k+j-first), d, at)
	}
	softmaxPull(draw, dp, p, k, b.width.scale, total)
}

// quadraticBin adds what bin j, of share e, gives to the gradients of a at its ends, as far as they count, and of its width, f being the gradient of
// Σ (aⱼ + aⱼ₊₁)·eⱼ.
func quadraticBin(b bins, dp, r columns, f, e, sum []float64, j int, left, right bool, part float64) {
	g := dp.from(b.ends)
	if left {
		kernel.MulAdd(g.at(j), f, e)
	}
	if right {
		kernel.MulAdd(g.at(j+1), f, e)
	}
	kernel.Add(sum, r.at(j), r.at(j+1)) // an end that does not count is in the divisor
	kernel.Mul(sum, sum, f)
	kernel.Axpy(dp.at(j), sum, part/(2*b.bound))
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
		at := math.FMA(up, t, d0)
		rise[i], slope[i], s.bend[i] = float64(math.FMA(0.5*up, t, d0)*float64(t*w)), at, up/float64(at*w)
	}
}

// inverse takes the area below the slope, z·h/w.
func (quadraticPieces) inverse(s spots, slope []float64) {
	for i, z := range s.t {
		w, d0 := s.w[i], s.d0[i]
		up, area := s.d1[i]-d0, z*s.h[i]/w
		root := math.FMA(2*up, area, float64(d0*d0))
		if root < minSlope*minSlope {
			root = minSlope * minSlope
		}
		t := 2 * area / (d0 + math.Sqrt(root))
		at := math.FMA(up, t, d0)
		s.t[i], slope[i], s.bend[i] = t, at, up/float64(at*w)
	}
}

func (quadraticPieces) pull(g, s spots, u, v []float64) {
	for i, t := range s.t {
		d0 := s.d0[i]
		up, half := s.d1[i]-d0, 0.5*float64(t*t)
		uw, r := float64(u[i]*s.w[i]), v[i]/math.FMA(up, t, d0)
		g.w[i], g.h[i] = float64(u[i]*math.FMA(up, half, float64(d0*t))), 0
		g.d0[i] = math.FMA(uw, t-half, float64(r*(1-t)))
		g.d1[i] = math.FMA(uw, half, float64(r*t))
	}
}
