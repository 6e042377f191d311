package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// YeoJohnson bends the real line so that skewed data become more symmetric:
//
//	y = ((1 + x)^λ − 1)/λ          for x ≥ 0,  log(1 + x) for λ = 0
//	y = −((1 − x)^(2−λ) − 1)/(2−λ)  for x < 0,  −log(1 − x) for λ = 2
//	log y′ = (λ − 1)·sign(x)·log(1 + |x|)
//
// Lambda is fixed or learned; 1 is the identity. For 0 ≤ λ ≤ 2 the range is
// the real line; outside, a y beyond the range comes from ±∞ with log-determinant −∞.
// As a flow's layer from base to data it is used inverted. It costs an
// exponential and a logarithm per element.
//
// I.-K. Yeo and R. A. Johnson, A new family of power transformations to
// improve normality or symmetry, 2000.
type YeoJohnson struct{ Lambda autodiff.Value }

// NewYeoJohnson returns a Yeo-Johnson transform. It panics if lambda is not finite.
func NewYeoJohnson(lambda autodiff.Value) *YeoJohnson { return made(&YeoJohnson{lambda}) }

func (b *YeoJohnson) params() params {
	return params{{"YeoJohnson: lambda", &b.Lambda, finite, required}}
}

// yeoJohnsonMap works with a = λ or 2−λ and l = log(1 + |x|): |y| = (eᵃˡ − 1)/a,
// log y′ = (a−1)·l.
var yeoJohnsonMap = newScalar("YeoJohnson", scalarMap{
	forward: func(y, ls, x []float64, args scalarArgs) {
		a := yeoJohnsonPower(args, x)
		kernel.Abs(ls, x)
		kernel.Log1p(ls, ls)
		expm1Over(y, ls, a)
		for i, v := range x {
			y[i] = math.Copysign(y[i], v)
			ls[i] *= a[i] - 1
		}
	},
	inverse: func(x, ls, y []float64, args scalarArgs) {
		a := yeoJohnsonPower(args, y)
		kernel.Abs(x, y)
		log1pOver(ls, x, a)
		kernel.Expm1(x, ls)
		for i, v := range y {
			x[i] = math.Copysign(x[i], v)
			ls[i] *= 1 - a[i]
			if a[i]*math.Abs(v) <= -1 {
				x[i], ls[i] = math.Copysign(math.Inf(1), v), math.Inf(-1)
			}
		}
	},
	derive: func(d derivatives) {
		a, l := yeoJohnsonPower(d.scalarArgs, d.x), d.lsByTheta[0]
		kernel.Abs(l, d.x)
		kernel.Log1p(l, l)
		for i, v := range d.x {
			t := math.Abs(d.y[i])
			d.lsByX[i] = (a[i] - 1) / (v + math.Copysign(1, v))
			d.yByTheta[0][i] = expm1OverGrad(a[i], l[i], t)
			if math.Signbit(v) {
				l[i] = -l[i] // da = −dλ, dy = −d|y|
			}
		}
	},
})

// yeoJohnsonPower returns λ or, where x is negative, 2−λ.
func yeoJohnsonPower(args scalarArgs, x []float64) []float64 {
	a := args.temp(len(x))
	for i, λ := range args.theta[0] {
		a[i] = λ
		if math.Signbit(x[i]) {
			a[i] = 2 - λ
		}
	}
	return a
}

func (b *YeoJohnson) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalar(yeoJohnsonMap, x, dir, b.params()[0].on(x)))
}
