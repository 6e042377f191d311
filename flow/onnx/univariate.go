package onnx

import (
	"math"

	"github.com/normflow/normflow/bijector"
)

// univariate returns the univariate of each number of v, n×d, given its raw parameters, n×(d·K) or 1×(d·K), and the logarithm of its
// slope, none for 0.
func (g *graph) univariate(m bijector.Univariate, v, raw value, dir direction) (w, logSlope value) {
	return g.within(nameOf(m), func() (value, value) {
		switch m := m.(type) {
		case bijector.Additive:
			if dir == forward {
				return v.add(raw), none
			}
			return v.sub(raw), none
		case bijector.Affine:
			return g.affineMap(m, v, raw, dir)
		case bijector.Spline:
			return g.splineMap(m, v, raw, dir)
		case bijector.SoftSpline:
			return g.softSpline(m, v, raw, dir)
		case bijector.Opposite:
			if dir == forward {
				return g.univariate(m.Map, v.turned(v.c(or(m.Bound, math.Pi)), or(m.Bound, math.Pi)), raw, forward)
			}
			w, l := g.univariate(m.Map, v, raw, back)
			return w.turned(w.c(or(m.Bound, math.Pi)), or(m.Bound, math.Pi)), l
		case bijector.LinearSpline:
			return g.linearSpline(m, v, raw, dir)
		case bijector.QuadraticSpline:
			return g.quadraticSpline(m, v, raw, dir)
		case bijector.CubicSpline:
			return g.cubicSpline(m, v, raw, dir)
		case bijector.LinearRationalSpline:
			return g.linearRationalSpline(m, v, raw, dir)
		case bijector.SOSPolynomial:
			return g.sos(m, v, raw, dir)
		case bijector.Bernstein:
			return g.bernstein(m, v, raw, dir)
		case bijector.MixtureCDF:
			return g.mixtureCDF(m, v, raw, dir)
		case bijector.Inverted:
			return g.univariate(m.Map, v, raw, !dir)
		case bijector.PerColumn:
			return g.perColumn(m, v, raw, dir)
		}
		g.refuse("got a univariate %T, which has no translation", m)
		return none, none
	})
}

// affineMap returns v·eᵃ + t and a, or (v − t)·e⁻ᵃ and −a.
func (g *graph) affineMap(m bijector.Affine, v, raw value, dir direction) (w, logSlope value) {
	t, a := raw.gather(strided(raw.cols, 2, 0)), g.logScale(m, raw.gather(strided(raw.cols, 2, 1)))
	if dir == forward {
		return v.mul(a.exp()).add(t), a.like(v)
	}
	a = a.neg()
	return v.sub(t).mul(a.exp()), a.like(v)
}

// strided returns the columns from one on, every k.
func strided(cols, k, from int) (columns []int) {
	for j := from; j < cols; j += k {
		columns = append(columns, j)
	}
	return columns
}

// logScale returns the logarithms of scales, from raw parameters.
func (g *graph) logScale(m bijector.Affine, s value) value {
	switch m.Scale {
	case bijector.SoftClipScale:
		bound := math.Log(1000)
		if m.Slope != 0 {
			bound = -math.Log(m.Slope)
		}
		return s.div(s.abs().div(s.c(bound)).plus(1))
	case bijector.Exponential:
		return s
	case bijector.Clip:
		return s.clamp(-5, 3)
	case bijector.Sigmoid2:
		return s.plus(2).sigmoid().plus(1e-3).log()
	case bijector.SigmoidScale:
		return s.plus(2).logSigmoid()
	case bijector.GlowScale:
		return s.plus(2).logSigmoid().neg()
	case bijector.TanhScale:
		return s.times(0.5).tanh().times(2)
	case bijector.SoftplusScale:
		return s.softplus().plus(1e-3).log()
	case bijector.SoftplusTo3:
		return s.softplus().plus(1e-3).log().clamp(math.Inf(-1), math.Log(3))
	}
	g.refuse("got the scale map %q, which has no translation", string(m.Scale))
	return none
}

// perColumn leads each column through its own univariate.
func (g *graph) perColumn(m bijector.PerColumn, v, raw value, dir direction) (w, logSlope value) {
	var values, slopes []value
	k := m.Params()
	for j, of := range m.Maps {
		column := v.slice(j, j+1)
		r := none
		if n := of.Params(); n > 0 {
			r = raw.slice(j*k, j*k+n)
		}
		w, l := g.univariate(of, column, r, dir)
		if l == none {
			l = v.c(0)
		}
		values, slopes = append(values, w), append(slopes, l.like(v))
	}
	return concat(values...), concat(slopes...)
}

// mixtureCDF is F⁻¹ of a mixture's distribution function, by the logarithms of its tail on the side where the number is, about.
func (g *graph) mixtureCDF(m bijector.MixtureCDF, v, raw value, dir direction) (w, logSlope value) {
	if dir == back || m.Shrink > 0 {
		g.refuse("got a MixtureCDF backwards, or with Shrink, which have no translation")
	}
	k := or(m.Components, 8)
	x, r := v.reshape(1), raw.like(v).reshape(m.Params())
	a := g.logScale(bijector.Affine{Scale: m.Scale}, r.slice(k, 2*k)).clamp(-200, 200)
	u := x.mul(a.exp()).add(r.slice(0, k)).clamp(-1e150, 1e150)
	weights := u.c(-math.Log(float64(k)))
	if !m.Equal {
		weights = r.slice(2*k, 3*k)
		weights = weights.sub(weights.logSumExp())
	}
	middle := u.div(u.abs().plus(1)).mul(weights.exp()).rowSum()
	side := x.c(-1).where(x.c(0).less(middle), x.c(1))
	tails, hazards := u.mul(side).logTail(m.Logistic)
	tails = tails.add(weights)
	tail := tails.logSumExp()
	ratio := tails.sub(tail).add(hazards).add(a).logSumExp() // of density and tail
	tail = tail.clamp(math.Inf(-1), 0)
	z := tail.logNdtrInv()
	if m.Logistic {
		z = tail.sub(tail.neg().log1mExp())
	}
	_, hazard := z.logTail(m.Logistic)
	return z.mul(side).reshape(v.cols), ratio.sub(hazard).reshape(v.cols)
}

// logTail returns the logarithm of the standard normal or logistic distribution function and that of its derivative.
func (v value) logTail(logistic bool) (l, logHazard value) {
	if logistic {
		return v.logSigmoid(), v.neg().logSigmoid()
	}
	return v.logNdtr()
}
