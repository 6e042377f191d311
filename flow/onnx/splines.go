package onnx

import (
	"math"
	"slices"

	"github.com/normflow/normflow/bijector"
)

// A binned spline is one of [−bound, bound] for each row of x, which is one column.
type binned struct {
	x, raw value
	bins   int
	bound  float64
}

// newBinned returns the spline of each number of v.
func newBinned(v, raw value, params, bins int, bound float64) binned {
	return binned{v.reshape(1), raw.like(v).reshape(params), or(bins, 8), or(bound, 5)}
}

// shares returns the softmax of raw parameters from column i on as parts of the interval, none less than the given share of it.
func (b binned) shares(i int, least float64) value {
	r := b.raw.slice(i, i+b.bins)
	e := r.sub(r.rowMax()).exp()
	return e.div(e.rowSum()).times(1 - float64(b.bins)*least).plus(least).times(2 * b.bound)
}

// A bin is the piece in which each number is: where it begins, from −bound, its size, and the share of its width, or on the way back of its
// height, at which the number is.
type bin struct{ index, left, bottom, width, height, at value }

func (b binned) find(widths, heights value, dir direction) bin {
	sizes, k := widths, b.bins
	if dir == back {
		sizes = heights
	}
	v := b.x.clamp(-b.bound, b.bound).plus(b.bound)
	index := v.c(0).like(v).whole()
	if k > 1 {
		before := v.less(sizes.cumulated().slice(1, k)).truth().rowSum() // bins that begin beyond
		index = before.neg().plus(float64(k - 1)).whole()
	}
	c := bin{index: index, left: widths.cumulated().pick(index), bottom: heights.cumulated().pick(index), width: widths.pick(index), height: heights.pick(index)}
	if dir == back {
		c.at = v.sub(c.bottom).div(c.height).clamp(0, 1)
	} else {
		c.at = v.sub(c.left).div(c.width).clamp(0, 1)
	}
	return c
}

// cumulated returns the sums of the columns before each, and of all.
func (v value) cumulated() value { return v.matmul(v.g.constant(v.cols+1, sums(v.cols)...)) }

// results returns distances from −bound and logarithms of slopes as rows of d columns, the identity, or straight lines of the slopes s0 and
// s1, beyond the interval.
func (b binned) results(d int, y, l, s0, s1 value, dir direction) (w, logSlope value) {
	y = y.plus(-b.bound)
	x := b.x
	if s0 != none {
		slope := s1.where(x.c(0).less(x), s0)
		beyond := x.sub(x.clamp(-b.bound, b.bound))
		if dir == back {
			slope = slope.c(1).div(slope)
		}
		y = x.where(x.isNaN(), y.add(beyond.mul(slope)).clamp(-math.MaxFloat64, math.MaxFloat64))
		return y.reshape(d), l.reshape(d)
	}
	outside := x.c(b.bound).less(x.abs()).binary("Or", x.isNaN())
	return x.where(outside, y).reshape(d), x.c(0).where(outside, l).reshape(d)
}

func (g *graph) linearSpline(m bijector.LinearSpline, v, raw value, dir direction) (w, logSlope value) {
	s := newBinned(v, raw, m.Params(), m.Bins, m.Bound)
	equal := g.constant(s.bins, slices.Repeat([]float64{2 * s.bound / float64(s.bins)}, s.bins)...).like(s.x)
	b := s.find(equal, s.shares(0, 0x1p-50), dir)
	l := b.height.div(b.width).log()
	if dir == back {
		return s.results(v.cols, b.at.mul(b.width).add(b.left), l.neg(), none, none, dir)
	}
	return s.results(v.cols, b.at.mul(b.height).add(b.bottom), l, none, none, dir)
}

// The least slope of quadratic splines, and the largest raw parameter that is not clipped.
const (
	leastSlope = 1e-3
	largestRaw = 1e20
)

func (g *graph) quadraticSpline(m bijector.QuadraticSpline, v, raw value, dir direction) (w, logSlope value) {
	s := newBinned(v, raw, m.Params(), m.Bins, m.Bound)
	k := s.bins
	widths, slopes := s.quadraticKnots(m)
	heights := slopes.slice(0, k).add(slopes.slice(1, k+1)).mul(widths).times(0.5)
	b := s.find(widths, heights, dir)
	s0, s1 := slopes.pick(b.index), slopes.pick(b.index.next())
	rise, t := s1.sub(s0), b.at
	if dir == back {
		t = t.mul(b.height.div(b.width)) // the area below the slope
		root := s0.square().add(rise.mul(t).times(2)).max(t.c(leastSlope * leastSlope)).sqrt()
		t = t.times(2).div(s0.add(root))
	}
	l := s0.add(rise.mul(t)).log()
	y := s0.add(rise.mul(t).times(0.5)).mul(t).mul(b.width).add(b.bottom)
	if dir == back {
		y, l = t.mul(b.width).add(b.left), l.neg()
	}
	if m.Tails == bijector.FreeTails {
		return s.results(v.cols, y, l, s0, s1, dir)
	}
	return s.results(v.cols, y, l, none, none, dir)
}

// quadraticKnots returns the widths of the pieces and the slopes at their ends.
func (b binned) quadraticKnots(m bijector.QuadraticSpline) (widths, slopes value) {
	k := b.bins
	widths = b.shares(0, 1e-3)
	share := widths.times(1 / (2 * b.bound))
	a := b.raw.slice(k, m.Params()).clamp(-largestRaw, largestRaw).softplus().plus(leastSlope)
	if m.Tails == bijector.IdentityTails { // the ends make the slope there 1
		first, last := share.slice(0, 1), share.slice(k-1, k)
		if m.Half {
			first, last = first.times(0.5), last.times(0.5)
		}
		area := first.mul(a.slice(0, 1)).add(last.mul(a.slice(k-2, k-1)))
		if k > 2 {
			area = area.add(a.slice(0, k-2).add(a.slice(1, k-1)).mul(share.slice(1, k-1)).rowSum())
		}
		end := area.div(first.add(last).neg().plus(2))
		a = concat(end, a, end)
	}
	area := a.slice(0, k).add(a.slice(1, k+1)).mul(share).rowSum().times(0.5)
	return widths, a.div(area).times(1 - leastSlope).plus(leastSlope)
}

func (g *graph) cubicSpline(m bijector.CubicSpline, v, raw value, dir direction) (w, logSlope value) {
	if dir == back {
		g.refuse("got a CubicSpline backwards, which has no translation")
	}
	s := newBinned(v, raw, m.Params(), m.Bins, m.Bound)
	k := s.bins
	widths, heights := s.shares(0, 1e-3), s.shares(k, 1e-3)
	slopes := s.cubicSlopes(widths, heights)
	b := s.find(widths, heights, dir)
	d0, d1, mean := slopes.pick(b.index), slopes.pick(b.index.next()), b.height.div(b.width)
	t := b.at
	u := t.neg().plus(1)
	middle := mean.times(3).sub(d1)
	slope := d0.mul(u).mul(u).add(middle.sub(d0).mul(t).mul(u).times(2)).add(d1.mul(t).mul(t))
	y := d0.mul(u).mul(u).add(middle.mul(t).mul(u)).add(mean.mul(t).mul(t)).mul(t)
	return s.results(v.cols, y.mul(b.width).add(b.bottom), slope.max(mean.times(0x1p-48)).log(), none, none, dir)
}

// cubicSlopes returns the slopes at the ends of the pieces, by M. Steffen's rule.
func (b binned) cubicSlopes(widths, heights value) value {
	k := b.bins
	mean := heights.div(widths)
	end := b.raw.slice(2*k, 2*k+2).plus(-math.Ln2).sigmoid().times(1 - 0x1p-39).plus(0x1p-40).times(3)
	first, last := mean.slice(0, 1).mul(end.slice(0, 1)), mean.slice(k-1, k).mul(end.slice(1, 2))
	if k == 1 {
		return concat(first, last)
	}
	below, above, wa, wb := mean.slice(0, k-1), mean.slice(1, k), widths.slice(0, k-1), widths.slice(1, k)
	parabola := wb.mul(below).add(wa.mul(above)).div(wa.add(wb)).times(0.5)
	return concat(first, below.min(above).min(parabola).times(2), last)
}

// linearRationalSpline has two quotients of linear functions a piece, which meet at the share λ of its width.
func (g *graph) linearRationalSpline(m bijector.LinearRationalSpline, v, raw value, dir direction) (w, logSlope value) {
	s := newBinned(v, raw, m.Params(), m.Bins, m.Bound)
	k := s.bins
	slopes := concat(s.x.c(1).like(s.x), s.x.c(1).like(s.x))
	if k > 1 {
		inner := s.raw.slice(2*k, 3*k-1).clamp(-largestRaw, largestRaw).plus(math.Log(math.Expm1(1 - leastSlope))).softplus().plus(leastSlope)
		slopes = concat(s.x.c(1), inner, s.x.c(1))
	}
	b := s.find(s.shares(0, 1e-3), s.shares(k, 1e-3), dir)
	lambda := s.raw.slice(3*k-1, 4*k-1).sigmoid().times(0.95).plus(0.025).pick(b.index)
	d0, d1 := slopes.pick(b.index), slopes.pick(b.index.next())
	wb, rest, delta := d0.div(d1).sqrt(), lambda.neg().plus(1), b.height.div(b.width)
	wc := lambda.mul(d0).add(rest.mul(wb).mul(d1)).div(delta)
	below := rest.add(lambda.mul(wb))
	share := lambda.mul(wb).div(below) // of the height, below the meeting point
	meet := lambda
	if dir == back {
		meet = share
	}
	upper := meet.less(b.at) // seen from the upper end, the upper part is like the lower
	turned := func(v value) value { return v.neg().plus(1).where(upper, v) }
	p, a, q, end := turned(b.at), turned(lambda), rest.div(below).where(upper, share), wb.where(upper, wb.c(1))
	if dir == back {
		p = a.mul(end).mul(p).div(end.mul(p).add(wc.mul(q.sub(p))))
	}
	under := end.mul(a.sub(p)).add(wc.mul(p))
	l := delta.mul(q).mul(wc.div(under)).mul(end.div(under)).mul(a).log()
	if dir == back {
		return s.results(v.cols, turned(p).mul(b.width).add(b.left), l.neg(), none, none, dir)
	}
	return s.results(v.cols, turned(q.mul(wc).mul(p).div(under)).mul(b.height).add(b.bottom), l, none, none, dir)
}
