package kernel

import (
	"fmt"
	"math"
)

// An RQS is the monotone rational-quadratic spline of Durkan, Bekasov, Murray
// and Papamakarios, Neural Spline Flows, 2019, arXiv 1906.04032: Bins pieces on
// [−Bound, Bound], the identity outside. Every element has Stride raw parameters:
// Bins widths, Bins heights, Bins−1 slopes at the inner knots. A Free one has
// Bins+1 slopes, also at ±Bound, with which it goes on in straight lines. A width is
// 2·Bound·(MinSize + (1−Bins·MinSize)·softmax), a height likewise, a slope is
// MinSlope + softplus(raw + const) with the constant that makes zeros the
// identity map.
//
// All methods are total: finite raw parameters and finite arguments give finite
// results, and a NaN stays with its element. Slopes are held below 2²⁰. A
// method of an RQS that breaks the limits of Check may return anything.
type RQS struct {
	Bins     int     // 1 … 128
	Bound    float64 // > 0
	MinSize  float64 // > 0, Bins·MinSize < 1
	MinSlope float64 // > 0, < 1
	Free     bool
}

const (
	maxBins  = 128
	maxSlope = 0x1p20
)

// Check returns what is wrong with the spline's settings, or nil.
func (q RQS) Check() error {
	switch {
	case q.Bins < 1 || q.Bins > maxBins:
		return fmt.Errorf("got %d bins, want 1 to %d", q.Bins, maxBins)
	case !(q.Bound >= 0x1p-500 && q.Bound <= 0x1p500):
		return fmt.Errorf("got bound %g, want positive and finite", q.Bound)
	case !(q.MinSize >= 0x1p-30 && q.MinSize*float64(q.Bins) < 1):
		return fmt.Errorf("got smallest bin %g, want a positive share below 1/%d", q.MinSize, q.Bins)
	case !(q.MinSlope >= 0x1p-30 && q.MinSlope < 1):
		return fmt.Errorf("got smallest slope %g, want between 0 and 1", q.MinSlope)
	}
	return nil
}

// Stride is how many raw parameters an element has: 3·Bins − 1, or 3·Bins + 1.
func (q RQS) Stride() int {
	if q.Free {
		return 3*q.Bins + 1
	}
	return 3*q.Bins - 1
}

// Forward sets y = f(x) and ls = log f′(x) for n elements.
func (q RQS) Forward(y, ls, x, raw []float64, n int) {
	c := q.consts()
	a := rqsArgs{out: y[:n], log: ls[:n], in: x[:n], raw: raw, n: n}
	if !a.fast(&c, rqsForward) {
		c.forward(y, ls, x, raw, n)
	}
	if q.Free {
		c.lines(y, ls, x, raw, n, rqsLine.forward)
	}
}

func (c *rqsConsts) forward(y, ls, x, raw []float64, n int) {
	var e knots
	for i := range n {
		r := raw[i*c.stride : (i+1)*c.stride]
		if outside(x[i], c.bound) {
			y[i], ls[i] = x[i], 0
			continue
		}
		e.fill(c, r)
		b := e.find(c, r, x[i], &e.width)
		xi := min(float64((x[i]-b.xl)*b.rw), 1)
		p := b.at(xi)
		y[i] = min(FMA(b.h, p.share, b.yl), b.yr)
		ls[i] = log1(p.slope)
	}
}

// Inverse sets x = f⁻¹(y) and ls = log (f⁻¹)′(y) for n elements.
func (q RQS) Inverse(x, ls, y, raw []float64, n int) {
	c := q.consts()
	a := rqsArgs{out: x[:n], log: ls[:n], in: y[:n], raw: raw, n: n}
	if !a.fast(&c, rqsInverse) {
		c.inverse(x, ls, y, raw, n)
	}
	if q.Free {
		c.lines(x, ls, y, raw, n, rqsLine.inverse)
	}
}

func (c *rqsConsts) inverse(x, ls, y, raw []float64, n int) {
	var e knots
	for i := range n {
		r := raw[i*c.stride : (i+1)*c.stride]
		if outside(y[i], c.bound) {
			x[i], ls[i] = y[i], 0
			continue
		}
		e.fill(c, r)
		b := e.find(c, r, y[i], &e.height)
		xi := b.solve(min((y[i]-b.yl)/b.h, 1))
		p := b.at(xi)
		x[i] = min(FMA(b.w, xi, b.xl), b.xr)
		ls[i] = -log1(p.slope)
	}
}

// outside is false for NaN, which then passes through the formulas.
func outside(x, bound float64) bool { return x < -bound || x > bound }

// rqsConsts are the constants that all elements share.
type rqsConsts struct {
	bins, stride int
	ends         int     // 1 if the slopes at the bounds are raw parameters, else 0
	slopes       int     // raw parameters that are slopes: that at the right of bin k has index k+ends
	tail         float64 // slope outside, but 0 if that is for lines
	bound        float64
	free         float64 // 2·Bound·(1 − Bins·MinSize), shared out by the softmax
	floor        float64 // 2·Bound·MinSize
	minSlope     float64
	shift        float64 // MinSlope + softplus(shift) = 1
}

func (q RQS) consts() rqsConsts {
	k := float64(q.Bins)
	c := rqsConsts{
		slopes: q.Bins - 1, tail: 1,
		bins: q.Bins, stride: q.Stride(), bound: q.Bound, minSlope: q.MinSlope,
		free:  float64(2*q.Bound) * FMA(-k, q.MinSize, 1),
		floor: float64(2*q.Bound) * q.MinSize,
		shift: log1(expm11(1 - q.MinSlope)),
	}
	if q.Free {
		c.ends, c.slopes, c.tail = 1, q.Bins+1, 0
	}
	return c
}

// base returns where knot j would be if the softmax gave nothing.
func (c *rqsConsts) base(j int) float64 { return FMA(float64(j), c.floor, -c.bound) }

// rqsArgs are the arguments of one method: what it stores to, reads, and for the
// gradients the gradients of the results.
type rqsArgs struct {
	out, log, in     []float64
	gradOut, gradLog []float64
	raw, draw        []float64
	n                int
}

// An rqsMethod says which method.
type rqsMethod uint8

const (
	rqsForward rqsMethod = iota
	rqsInverse
	rqsForwardGrad
	rqsInverseGrad
)

// An axis holds the softmax of one axis's bins: sum[k] is Σ exp(raw−max) over
// the bins before k, at[k] the inner knot k.
type axis struct {
	exp   [maxBins]float64
	sum   [maxBins + 1]float64
	at    [maxBins]float64
	share float64 // free/total: turns sums into lengths
}

// fill computes the axis from its raw parameters.
func (a *axis) fill(c *rqsConsts, raw []float64) {
	m := raw[0]
	for _, v := range raw[1:] {
		m = max(m, v)
	}
	s := 0.0
	for j, v := range raw {
		a.sum[j] = s
		a.exp[j] = exp1(v - m)
		s += a.exp[j]
	}
	a.sum[len(raw)] = s
	a.share = c.free / s
	for j := range raw {
		a.at[j] = FMA(a.sum[j], a.share, c.base(j))
	}
}

// knots are the two axes of one element's spline.
type knots struct{ width, height axis }

func (e *knots) fill(c *rqsConsts, raw []float64) {
	e.width.fill(c, raw[:c.bins])
	e.height.fill(c, raw[c.bins:2*c.bins])
}

// A piece is one bin: its corners, size, inverse width, mean slope, end slopes.
type piece struct {
	k              int
	xl, xr, yl, yr float64
	w, h, rw, s    float64
	d0, d1         float64
}

// find returns the bin of v on axis a: the last whose left knot is ≤ v.
func (e *knots) find(c *rqsConsts, raw []float64, v float64, a *axis) piece {
	b := piece{xl: -c.bound, xr: c.bound, yl: -c.bound, yr: c.bound, d0: 1, d1: 1}
	for b.k+1 < c.bins && v >= a.at[b.k+1] {
		b.k++
	}
	if b.k > 0 {
		b.xl, b.yl = e.width.at[b.k], e.height.at[b.k]
	}
	if b.k+1 < c.bins {
		b.xr, b.yr = e.width.at[b.k+1], e.height.at[b.k+1]
	}
	slopes, k := raw[2*c.bins:], b.k+c.ends
	if k > 0 {
		b.d0 = c.slope(slopes[k-1])
	}
	if k < c.slopes {
		b.d1 = c.slope(slopes[k])
	}
	b.w, b.h = b.xr-b.xl, b.yr-b.yl
	b.rw = 1 / b.w
	b.s = float64(b.h * b.rw)
	return b
}

// slope returns the slope at a knot.
func (c *rqsConsts) slope(raw float64) float64 {
	return c.minSlope + softplus1(min(raw+c.shift, maxSlope))
}

// A spot is what the bin's formulas give at ξ ∈ [0, 1].
type spot struct {
	xi, eta, q float64 // ξ, 1−ξ, ξ(1−ξ)
	beta, d    float64 // denominator; numerator of the slope
	rb         float64 // 1/β
	share      float64 // (y−yl)/h
	slope      float64 // dy/dx
}

// at evaluates the bin. Both β = s·(1−2q) + (d₀+d₁)·q and the slope's
// d₁ξ² + 2sq + d₀(1−ξ)² are sums of positive terms: nothing cancels.
func (b *piece) at(xi float64) spot {
	p := spot{xi: xi, eta: 1 - xi}
	p.q = float64(xi * p.eta)
	xx := float64(xi * xi)
	p.beta = FMA(b.d0+b.d1, p.q, float64(b.s*FMA(-2, p.q, 1)))
	p.rb = 1 / p.beta
	p.share = float64(FMA(b.d0, p.q, float64(b.s*xx)) * p.rb)
	p.d = FMA(b.d1, xx, FMA(float64(2*b.s), p.q, float64(b.d0*float64(p.eta*p.eta))))
	t := float64(b.s * p.rb)
	p.slope = float64(float64(t*t) * p.d)
	return p
}

// solve returns ξ where the bin reaches the share z of its height: the root of
// a quadratic whose discriminant is written as a sum of positive terms,
// (d₀(1−z) − d₁z)² + 4s²z(1−z), taken in the form that does not cancel.
func (b *piece) solve(z float64) float64 {
	t := FMA(-b.d1, z, float64(b.d0*(1-z)))
	sz := float64(float64(2*b.s) * z)
	v := t + sz
	r := math.Sqrt(FMA(t, t, float64(float64(sz*float64(2*b.s))*(1-z))))
	num, den := sz, v+r
	if v < 0 {
		num, den = r-v, float64(2*(b.s-v))
	}
	return min(num/den, 1)
}
