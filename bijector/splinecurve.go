package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// pieces are what one kind of spline is made of. Gradients by the columns of an [axis] are those by sizes.
type pieces interface {
	// prepare sets the columns of b.
	prepare(b bins, p, raw, work columns)
	// unprepare adds the gradient of raw, given that of the columns, which it may change.
	unprepare(b bins, draw, dp, p, raw, work columns)
	// ends sets the slopes at the ends of bins, and λ, where the pieces have them.
	ends(b bins, s spots, p columns)
	// unends adds their gradients, which it may change, to those of the columns.
	unends(b bins, dp columns, g, s spots, p columns)
	// forward sets, at the shares t of the widths, by how much the pieces have risen, their slopes, and s.bend.
	forward(s spots, rise, slope []float64)
	// inverse sets t where they have risen by these shares of the heights, in its place, their slopes, and s.bend.
	inverse(s spots, slope []float64)
	// pull sets g to the gradients of u·rise + v·log slope, t being fixed.
	pull(g, s spots, u, v []float64)
}

// splineCurve is the curve of a spline. Kept are the spots.
type splineCurve[P pieces] struct {
	closed
	bins
	of P
}

// newSpline returns the operation of a spline.
func newSpline[P pieces](name string, of func(autodiff.Args) bins) *autodiff.Op {
	return newCurve(name, func(a autodiff.Args) splineCurve[P] { return splineCurve[P]{bins: of(a)} })
}

func (c splineCurve[P]) sizes() curveSizes {
	return curveSizes{raw: c.raw, prepared: c.prepared, kept: spotColumns, pulled: c.prepared, work: max(spotColumns+1, c.k+5)}
}

func (c splineCurve[P]) prepare(p, raw, work columns) { c.of.prepare(c.bins, p, raw, work) }

func (c splineCurve[P]) unprepare(draw, dp, p, raw, work columns) {
	c.of.unprepare(c.bins, draw, dp, p, raw, work)
}

func (c splineCurve[P]) at(y, ls, x []float64, p, keep, work columns) {
	c.evaluate(y, ls, x, p, keep, work, forward)
}

func (c splineCurve[P]) invert(x, ls, y []float64, p, keep, work columns) bool {
	c.evaluate(x, ls, y, p, keep, work, inverse)
	return true
}

// evaluate sets the values of one direction, and the logarithms of the slopes of g.
func (c *splineCurve[P]) evaluate(out, ls, in []float64, p, keep, work columns, dir direction) {
	if len(keep.data) == 0 {
		keep = work
	}
	s, by, other := newSpots(keep), c.width, c.height
	if dir.back() {
		by, other = other, by
	}
	c.find(s, out, in, p, by, other)
	c.of.ends(c.bins, s, p)
	size := s.w
	if dir.back() {
		size = s.h
	}
	for i, far := range s.t {
		s.t[i] = share(far / size[i])
	}
	if dir.back() {
		c.of.inverse(s, ls)
		for i, t := range s.t {
			out[i] += float64(t*s.w[i]) - c.bound
		}
	} else {
		begin := work.at(spotColumns)
		copy(begin, out)
		c.of.forward(s, out, ls)
		for i, b := range begin {
			out[i] = b + (out[i] - c.bound)
		}
	}
	for i, k := range s.bin {
		if int(k) == c.k {
			out[i], ls[i] = c.beyond(in[i], p.data[i:], p.stride, dir)
			s.bend[i] = 0
		}
	}
	kernel.Log(ls, ls)
}

// share holds t between 0 and 1: what rounding puts into the next bin could be far from it in the result.
func share(t float64) float64 {
	if t < 0 {
		return 0
	}
	if t > 1 {
		return 1
	}
	return t
}

// end returns the end of the interval on the side of x, and the column of the slope there.
func (b *bins) end(x float64) (end float64, column int) {
	if x > 0 {
		return b.bound, b.ends + b.k
	}
	return -b.bound, b.ends
}

// beyond returns the value outside, held within the finite ones, and the slope.
func (b *bins) beyond(a float64, row []float64, stride int, dir direction) (v, slope float64) {
	if !b.free {
		return a, 1
	}
	end, column := b.end(a)
	slope = row[column*stride]
	if dir.back() {
		v = end + (a-end)/slope
	} else {
		v = end + float64((a-end)*slope)
	}
	return withinFinite(v), slope
}

// withinFinite holds v within the finite values.
func withinFinite(v float64) float64 { return max(-math.MaxFloat64, min(v, math.MaxFloat64)) }

func (c splineCurve[P]) bend(d []float64, at curvePoint) { copy(d, at.kept.at(1)) }

func (c splineCurve[P]) pull(dp columns, u, v []float64, at curvePoint) {
	s, g := newSpots(at.kept), newSpots(at.work)
	c.of.pull(g, s, u, v)
	for i, k := range s.bin {
		to := dp.data[i:]
		switch {
		case u[i] == 0 && v[i] == 0:
			g.d0[i], g.d1[i], g.λ[i] = 0, 0, 0
		case int(k) < c.k:
			along := kernel.FMA(u[i], at.slope[i], float64(v[i]*s.bend[i]))
			c.spread(to, dp.stride, int(k), kernel.FMA(-s.t[i], along, g.w[i]), g.h[i], -along, u[i])
		case c.free:
			end, column := c.end(at.x[i])
			to[column*dp.stride] += withinFinite(kernel.FMA(u[i], at.x[i]-end, v[i]/at.slope[i]))
		}
	}
	c.of.unends(c.bins, dp, g, s, at.p)
}
