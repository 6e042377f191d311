package onnx

import (
	"math"

	"github.com/normflow/normflow/bijector"
)

// elementwise leads each number through a map of numbers, and returns the sums of the logarithms of slopes. Numbers outside of a map's
// range become NaN or infinite, as do their slopes: then the log-density is −∞.
func (g *graph) elementwise(b bijector.Bijector, v value, dir direction) (w, l value, ok bool) {
	if w, l, ok = g.curve(b, v, dir); !ok {
		if w, l, ok = g.shaped(b, v, dir); !ok {
			return none, none, false
		}
	}
	return w, rowSumOf(l), true
}

// curve returns a map without parameters of each number, and the logarithm of its slope in that direction.
func (g *graph) curve(b bijector.Bijector, v value, dir direction) (w, l value, ok bool) {
	switch b.(type) {
	case bijector.Exp:
		w, l = v.expCurve(dir)
	case bijector.Log:
		w, l = v.expCurve(!dir)
	case bijector.Expm1:
		w, l = v.expm1Curve(dir)
	case bijector.Log1p:
		w, l = v.expm1Curve(!dir)
	case bijector.ELU:
		bent, slope := v.min(v.c(0)).expm1Curve(dir)
		w, l = bent.where(v.less(v.c(0)), v), slope
	case bijector.Tanh:
		w, l = v.tanhCurve(dir)
	case bijector.Sinh:
		w, l = v.sinhCurve(dir)
	case bijector.Softsign:
		w, l = v.softsign(dir)
	case bijector.Square:
		if dir == forward {
			w, l = v.square(), v.times(2).log()
		} else {
			w, l = v.sqrt(), v.log().plus(2*math.Ln2).times(-0.5)
		}
	case bijector.Reciprocal:
		w, l = v.c(1).div(v), v.abs().log().times(-2)
	default:
		return none, none, false
	}
	return w, l, true
}

// shaped is curve for maps with parameters.
func (g *graph) shaped(b bijector.Bijector, v value, dir direction) (w, l value, ok bool) {
	switch b := b.(type) {
	case *bijector.LeakyReLU:
		slope, below := g.numbersOf(b.Slope, 1), v.less(v.c(0))
		w, l = v.mul(slope), slope.log()
		if dir == back {
			w, l = v.div(slope), l.neg()
		}
		w, l = w.where(below, v), l.where(below, v.c(0))
	case *bijector.Sigmoid:
		w, l = v.between(g.numbersOf(b.Low, 0), g.numbersOf(b.High, 1), dir)
	case *bijector.LogisticCDF:
		w, l = v.standard(g.numbersOf(b.Loc, 0), g.numbersOf(b.Scale, 1), dir, func(v value) (value, value) { return v.between(v.c(0), v.c(1), dir) })
	case *bijector.NormalCDF:
		w, l = v.standard(g.numbersOf(b.Loc, 0), g.numbersOf(b.Scale, 1), dir, func(v value) (value, value) { return v.normalCDF(dir) })
	case *bijector.LeakyTanh:
		w, l = v.leakyTanh(g.numbersOf(b.Cut, 1), dir)
	case *bijector.Softplus:
		w, l = v.above(g.numbersOf(b.Low, 0), g.numbersOf(b.Hinge, 1), dir)
	case *bijector.SoftClip:
		w, l = g.softClip(b, v, dir)
	case *bijector.JohnsonSU:
		w, l = g.johnson(b, v, dir)
	case *bijector.SinhArcsinh:
		w, l = g.sinhArcsinh(b, v, dir)
	case *bijector.SignedPower:
		w, l = v.signedPower(g.numbersOf(b.Exponent, 1), dir)
	case *bijector.Power:
		w, l = v.power(b.P, dir)
	case *bijector.PowerTransform:
		w, l = v.boxCox(b.Power.Numbers(), dir)
	case *bijector.YeoJohnson:
		w, l = v.yeoJohnson(b.Lambda.Numbers(), dir)
	default:
		return none, none, false
	}
	return w, l, true
}
