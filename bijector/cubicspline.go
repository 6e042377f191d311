package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
)

// CubicSpline is the monotone piecewise cubic map of Steffen: on [−Bound, Bound] it has Bins pieces and a continuous
// slope, and outside it is the identity. In the piece of width w and height h, with δ = h/w, t = (x − Xᵢ)/w, u = 1 − t and
// slopes d₀, d₁ at its ends,
//
//	g(x) = Yᵢ + w·(d₀·t·u² + (3·δ − d₁)·t²·u + δ·t³)
//	g′(x) = d₀·u² + 2·(3·δ − d₀ − d₁)·t·u + d₁·t²
//
// Its raw parameters are Bins widths and Bins heights, from which a softmax makes shares of the interval, none less than 1/1000,
// and r for the slopes of the two ends, 3·δ·σ(r − log 2). The slope between pieces i and j = i+1 is
//
//	2·min(δᵢ, δⱼ, (wⱼ·δᵢ + wᵢ·δⱼ)/(2·(wᵢ + wⱼ)))
//
// The slope at ±Bound, and with it a density, jumps. Zeros are the identity. It is defined for any finite
// parameters and arguments. Forward costs O(Bins); so does Inverse, with some safeguarded Newton steps.
//
// M. Steffen, A simple method for monotonic interpolation in one dimension, 1990; Conor Durkan, Artur Bekasov, Iain Murray,
// George Papamakarios, Cubic-Spline Flows, 2019, arXiv:1906.02145.
type CubicSpline struct {
	Bins  int     // 0 is 8
	Bound float64 // 0 is 5
}

// Restore checks the fields.
func (m CubicSpline) Restore() error { return checkBins("CubicSpline", m.Bins, 1, m.Bound) }

// Params returns 2·Bins + 2.
func (m CubicSpline) Params() int { return 2*orDefault(m.Bins, defaultBins) + 2 }

// Forward returns the spline's value and the logarithm of its slope.
func (m CubicSpline) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return m.evaluate(x, raw, forward)
}

// Inverse returns the inverse's value and the logarithm of its slope.
func (m CubicSpline) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	return m.evaluate(y, raw, inverse)
}

func (m CubicSpline) evaluate(x, raw autodiff.Var, dir direction) (v, l autodiff.Var) {
	must(m.Restore())
	wantRaw("CubicSpline", m.Params(), x, raw)
	s := newBinned(x, raw, m.Params(), orDefault(m.Bound, defaultBound))
	k := orDefault(m.Bins, defaultBins)
	widths, heights := s.shares(0, k, minBin), s.shares(k, 2*k, minBin)
	slopes := m.slopes(s.raw, widths, heights)
	b := s.find(widths, heights, dir)
	d0, d1 := pick(b.index, slopes, 0), pick(b.index, slopes, 1)
	mean := b.height.Div(b.width)
	t := b.at
	if dir.back() {
		t = cubicOp.Apply(nil, autodiff.Args{}, t.Shape(), t.Mul(mean), d0, d1, mean)
	}
	u := t.Neg().AddConst(1)
	middle := mean.MulConst(3).Sub(d1)
	slope := d0.Mul(u).Mul(u).Add(middle.Sub(d0).Mul(t).Mul(u).MulConst(2)).Add(d1.Mul(t).Mul(t))
	logSlope := slope.Max(mean.MulConst(leastCubic)).Log()
	if dir.back() {
		return s.identityOutside(t.Mul(b.width).Add(b.left), logSlope.Neg())
	}
	y := d0.Mul(u).Mul(u).Add(middle.Mul(t).Mul(u)).Add(mean.Mul(t).Mul(t)).Mul(t)
	return s.identityOutside(y.Mul(b.width).Add(b.bottom), logSlope)
}

const (
	leastEnd   = 0x1p-40 // of σ(r − log 2)
	leastCubic = 0x1p-48 // of a slope beside the mean one of its piece: less would be rounding
)

// slopes returns the slopes at the ends of the pieces.
func (m CubicSpline) slopes(raw, widths, heights autodiff.Var) autodiff.Var {
	k := widths.Cols()
	mean := heights.Div(widths)
	end := raw.Slice(2*k, 2*k+2).AddConst(-math.Ln2).Sigmoid().MulConst(1 - 2*leastEnd).AddConst(leastEnd).MulConst(3)
	first, last := mean.Slice(0, 1).Mul(end.Slice(0, 1)), mean.Slice(k-1, k).Mul(end.Slice(1, 2))
	if k == 1 {
		return autodiff.Concat(first, last)
	}
	a, b, wa, wb := mean.Slice(0, k-1), mean.Slice(1, k), widths.Slice(0, k-1), widths.Slice(1, k)
	parabola := wb.Mul(a).Add(wa.Mul(b)).Div(wa.Add(wb)).MulConst(0.5)
	return autodiff.Concat(first, a.Min(b).Min(parabola).MulConst(2), last)
}

// cubicOp solves d₀·t·u² + (3·δ − d₁)·t²·u + δ·t³ = v for t between 0 and 1, u = 1 − t, given v, d₀, d₁ and δ.
var cubicOp = &autodiff.Op{
	Name: "bijector.CubicSpline.solve",
	Forward: func(c *autodiff.Call) {
		d0, d1, mean, out := c.In(1), c.In(2), c.In(3), c.Out(0)
		for i, v := range c.In(0) {
			out[i] = solveCubic(v, d0[i], d1[i], mean[i])
		}
	},
	Backward: func(c *autodiff.Call) {
		d0, d1, mean, g := c.In(1), c.In(2), c.In(3), c.OutGrad(0)
		dv, dd0, dd1, dmean := orTemp(c, c.InGrad(0), g), orTemp(c, c.InGrad(1), g), orTemp(c, c.InGrad(2), g), orTemp(c, c.InGrad(3), g)
		for i, t := range c.Out(0) {
			_, slope := cubic(t, d0[i], d1[i], mean[i])
			r, u := g[i]/max(slope, leastCubic*mean[i]), 1-t
			dv[i] += r
			dd0[i] -= r * t * u * u
			dd1[i] += r * t * t * u
			dmean[i] -= r * t * t * (3*u + t)
		}
	},
}

// cubic returns the value and the slope at t.
func cubic(t, d0, d1, mean float64) (value, slope float64) {
	u, m := 1-t, 3*mean-d1
	value = t * (float64(d0*u*u) + float64(m*t*u) + float64(mean*t*t))
	return value, float64(d0*u*u) + float64(2*(m-d0)*t*u) + float64(d1*t*t)
}

// solveCubic returns the t at which cubic has the value v, by Newton's method within a bracket.
func solveCubic(v, d0, d1, mean float64) float64 {
	if math.IsNaN(v) {
		return v
	}
	lo, hi := 0.0, 1.0
	t := min(max(v/mean, lo), hi)
	for range 60 { // enough to halve the bracket down to the digits of float64
		value, slope := cubic(t, d0, d1, mean)
		if value < v {
			lo = t
		} else {
			hi = t
		}
		next := t - (value-v)/slope
		if !(next > lo && next < hi) {
			next = lo + (hi-lo)/2
		}
		if math.Abs(next-t) <= 0x1p-53*t || hi-lo <= 0x1p-60 {
			return next
		}
		t = next
	}
	return t
}
