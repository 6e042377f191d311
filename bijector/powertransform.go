package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// PowerTransform is the inverse of Box and Cox's transform:
//
//	y = (1 + c·x)^(1/c),  log y′ = (1/c − 1)·log(1 + c·x);  y = eˣ for c = 0
//
// It maps the x with 1 + c·x > 0 to the positive numbers. Power is c, fixed or
// learned, of any sign; all is smooth across c = 0. An x outside the domain
// goes to 0 or ∞, and a y ≤ 0 comes from the end of the domain, with log-determinant −∞. It costs
// an exponential and a logarithm per element.
//
// G. E. P. Box and D. R. Cox, An analysis of transformations, 1964.
type PowerTransform struct{ Power autodiff.Value }

// NewPowerTransform returns an inverse Box-Cox transform. It panics if power is not finite.
func NewPowerTransform(power autodiff.Value) *PowerTransform { return made(&PowerTransform{power}) }

func (b *PowerTransform) params() params {
	return params{{"PowerTransform: power", &b.Power, finite, required}}
}

var powerTransformMap = newScalar("PowerTransform", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		log1pOver(ls, x, a.theta[0])
		kernel.Exp(y, ls)
		for i, c := range a.theta[0] {
			q := ls[i]
			ls[i] = (1 - c) * q
			if c*x[i] <= -1 {
				y[i], ls[i] = 0, math.Inf(-1)
				if c < 0 {
					y[i] = math.Inf(1)
				}
			}
		}
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		kernel.Log(ls, y)
		expm1Over(x, ls, a.theta[0])
		for i, c := range a.theta[0] {
			ls[i] *= c - 1
			if y[i] <= 0 {
				x[i], ls[i] = math.Inf(-1), math.Inf(-1)
				if c > 0 {
					x[i] = -1 / c
				}
			}
		}
	},
	derive: func(d derivatives) {
		q := d.temp(len(d.x))
		log1pOver(q, d.x, d.theta[0])
		for i, c := range d.theta[0] {
			dq := log1pOverGrad(c, d.x[i], q[i])
			d.lsByX[i] = (1 - c) / kernel.FMA(c, d.x[i], 1)
			d.yByTheta[0][i] = d.y[i] * dq
			d.lsByTheta[0][i] = kernel.FMA(1-c, dq, -q[i])
		}
	},
})

func (b *PowerTransform) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalar(powerTransformMap, x, dir, b.params()[0].on(x)))
}
