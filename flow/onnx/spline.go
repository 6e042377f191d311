package onnx

import (
	"math"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/kernel"
)

// A spline is a rational-quadratic spline's settings, its defaults filled in.
type spline struct {
	bins                     int
	bound, minSize, minSlope float64
	free                     bool // it has slopes of its own at the ends
}

func settingsOf(m bijector.Spline) spline {
	return spline{or(m.Bins, 8), or(m.Bound, 5), or(m.MinSize, 1e-3), or(m.MinSlope, 1e-3), m.Tails != bijector.IdentityTails}
}

// or returns x, or what stands for 0.
func or[T int | float64](x, otherwise T) T {
	if x == 0 {
		return otherwise
	}
	return x
}

// splineMap returns the spline of each number, or its inverse, and the logarithm of its slope.
func (g *graph) splineMap(m bijector.Spline, v, raw value, dir direction) (w, logSlope value) {
	s, k := settingsOf(m), m.Params()
	x, r := v.reshape(1), raw.like(v).reshape(k) // one number, and the parameters of its spline, a row
	shift := math.Log(math.Expm1(1 - s.minSlope))
	c := corners{s.knots(r.slice(0, s.bins)), s.knots(r.slice(s.bins, 2*s.bins)), s.ends(r),
		func(raw value) value { return raw.plus(shift).clamp(math.Inf(-1), 0x1p20).softplus().plus(s.minSlope) }}
	turns := none
	if m.Tails == bijector.CircularTails { // both ends are one point
		c.slopes = concat(c.slopes, c.slopes.slice(0, 1))
		turns = x.turns(s.bound)
		x = x.sub(turns)
	}
	y, l := s.through(x, c, dir)
	return sum(y, turns).reshape(v.cols), l.reshape(v.cols)
}

// softSpline is a spline of other shares and slopes: the exponentials of raw parameters that are clipped softly.
func (g *graph) softSpline(m bijector.SoftSpline, v, raw value, dir direction) (w, logSlope value) {
	s := spline{bins: or(m.Bins, 8), bound: or(m.Bound, 5)}
	x, r := v.reshape(1), raw.like(v).reshape(m.Params())
	clip := math.Log(1000)
	if m.Slope != 0 {
		clip = -math.Log(m.Slope)
	}
	soft := func(v value, clip float64) value { return v.div(v.abs().div(v.c(clip)).plus(1)) }
	c := corners{s.knots(soft(r.slice(0, s.bins), clip/2)), s.knots(soft(r.slice(s.bins, 2*s.bins), clip/2)), s.ends(r),
		func(raw value) value { return soft(raw, clip).exp() }}
	y, l := s.through(x, c, dir)
	return y.reshape(v.cols), l.reshape(v.cols)
}

// The corners of splines are their Bins + 1 knots, and raw parameters of the slopes there, of which slope makes these.
type corners struct {
	widths, heights, slopes value
	slope                   func(raw value) value
}

// ends returns the raw parameters of slopes, with zeros, which are the slope 1, at the ends that have none.
func (s spline) ends(raw value) value {
	zero := raw.c(0).like(raw)
	switch {
	case s.free:
		return raw.slice(2*s.bins, raw.cols)
	case s.bins == 1:
		return concat(zero, zero)
	}
	return concat(zero, raw.slice(2*s.bins, raw.cols), zero)
}

// turns returns the whole turns that bring finite numbers beyond ±bound to the circle.
func (v value) turns(bound float64) value {
	n := v.div(v.c(2 * bound)).plus(0.5).unary("Floor").times(2 * bound)
	a := v.abs()
	finite := v.c(bound).less(a).binary("And", a.less(v.c(math.Inf(1))))
	return n.where(finite, v.c(0))
}

// through returns splines, one a row, at the numbers of a column.
func (s spline) through(x value, c corners, dir direction) (y, logSlope value) {
	in := c.widths
	if dir == back {
		in = c.heights
	}
	inside := x.clamp(-s.bound, s.bound)
	p := s.find(inside, in, c)
	y, l := p.forward(inside)
	if dir == back {
		y, l = p.inverse(inside)
	}
	straight, slope := x, x.c(0)
	if s.free {
		straight, slope = s.lines(x, c, dir)
	}
	within := x.abs().less(x.c(s.bound)) // which a NaN is not
	return y.where(within, straight), l.where(within, slope)
}

// knots returns the Bins + 1 knots of an axis: shares of the interval by a softmax, none less than the least.
func (s spline) knots(raw value) value {
	k := s.bins
	before := raw.sub(raw.rowMax()).exp().matmul(raw.g.constant(k+1, sums(k)...)) // sums of the bins before each knot
	base := make([]float64, k)
	for j := range base {
		base[j] = kernel.FMA(float64(j), 2*s.bound*s.minSize, -s.bound)
	}
	share := raw.c(2 * s.bound * kernel.FMA(-float64(k), s.minSize, 1)).div(before.slice(k, k+1))
	inner := before.slice(0, k).mul(share).add(raw.g.constant(k, base...))
	return concat(inner, raw.c(s.bound)) // of which rounding must make no other number
}

// sums returns the k×(k+1) matrix that makes of k columns the sums of those before each, and of all: a product, which runtimes do
// faster than sums.
func sums(k int) []float64 {
	m := make([]float64, k*(k+1))
	for i := range k {
		for j := i + 1; j <= k; j++ {
			m[i*(k+1)+j] = 1
		}
	}
	return m
}

// A piece is the bin in which each number is: its corners, size, mean slope and the slopes at its ends.
type piece struct{ xl, xr, yl, yr, w, h, s, d0, d1 value }

// find returns the bins of numbers among knots: the last whose left knot is not above.
func (s spline) find(x, among value, c corners) piece {
	above := x.less(among.slice(1, s.bins+1)).truth().rowSum() // of the knots but the first
	left := above.neg().plus(float64(s.bins)).clamp(0, float64(s.bins-1)).whole()
	both := concat(left, left.next())
	xs, ys, ds := c.widths.pick(both), c.heights.pick(both), c.slope(c.slopes.pick(both))
	p := piece{xl: xs.slice(0, 1), xr: xs.slice(1, 2), yl: ys.slice(0, 1), yr: ys.slice(1, 2), d0: ds.slice(0, 1), d1: ds.slice(1, 2)}
	p.w, p.h = p.xr.sub(p.xl), p.yr.sub(p.yl)
	p.s = p.h.div(p.w)
	return p
}

// at returns the share of the bin's height at the share ξ of its width, and the slope there: sums of positive terms.
func (p piece) at(xi value) (share, slope value) {
	eta := xi.neg().plus(1)
	q, xx := xi.mul(eta), xi.square()
	beta := p.d0.add(p.d1).mul(q).add(p.s.mul(q.times(-2).plus(1)))
	share = p.d0.mul(q).add(p.s.mul(xx)).div(beta)
	d := p.d1.mul(xx).add(p.s.times(2).mul(q)).add(p.d0.mul(eta.square()))
	return share, p.s.div(beta).square().mul(d)
}

func (p piece) forward(x value) (y, logSlope value) {
	share, slope := p.at(x.sub(p.xl).div(p.w).min(x.c(1)))
	return p.h.mul(share).add(p.yl).min(p.yr), slope.log()
}

// inverse solves a quadratic whose discriminant is a sum of positive terms, by the form of its root that does not cancel.
func (p piece) inverse(y value) (x, logSlope value) {
	z := y.sub(p.yl).div(p.h).min(y.c(1))
	rest, s2 := z.neg().plus(1), p.s.times(2)
	t, sz := p.d0.mul(rest).sub(p.d1.mul(z)), s2.mul(z)
	v := t.add(sz)
	r := t.square().add(sz.mul(s2).mul(rest)).sqrt()
	xi := r.sub(v).div(p.s.sub(v).times(2)).where(v.less(y.c(0)), sz.div(v.add(r))).min(y.c(1))
	_, slope := p.at(xi)
	return p.w.mul(xi).add(p.xl).min(p.xr), slope.log().neg()
}

// lines returns the straight lines beyond the ends, held within the finite values, and the logarithms of their slopes.
func (s spline) lines(x value, c corners, dir direction) (y, logSlope value) {
	above := x.c(0).less(x)
	end := x.c(s.bound).where(above, x.c(-s.bound))
	slope := c.slope(c.slopes.slice(s.bins, s.bins+1).where(above, c.slopes.slice(0, 1)))
	finite := func(v value) value { return v.clamp(-math.MaxFloat64, math.MaxFloat64) }
	if dir == forward {
		return finite(slope.mul(x.sub(end)).add(end)), slope.log()
	}
	return finite(x.sub(end).div(slope).add(end)), slope.log().neg()
}
