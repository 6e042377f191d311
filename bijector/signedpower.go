package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// SignedPower is a power that keeps the sign, with a fixed or learned exponent
// p > 0:
//
//	y = sign(x)·|x|ᵖ,  log y′ = log p + (p − 1)·log|x|
//
// The log-determinant is singular at 0, where −∞ is returned. It costs an
// exponential and a logarithm per element.
type SignedPower struct{ Exponent autodiff.Value }

// NewSignedPower returns a signed power. It panics if the exponent is not positive.
func NewSignedPower(exponent autodiff.Value) *SignedPower { return made(&SignedPower{exponent}) }

func (b *SignedPower) params() params {
	return params{{"SignedPower: exponent", &b.Exponent, positive, required}}
}

// signedPowerMap has the parameters p and log p, as if they were independent.
var signedPowerMap = newScalar("SignedPower", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		kernel.Abs(ls, x)
		kernel.Log(ls, ls)
		kernel.Mul(y, ls, a.theta[0])
		kernel.Exp(y, y)
		for i, p := range a.theta[0] {
			y[i] = math.Copysign(y[i], x[i])
			ls[i] = singular(x[i], kernel.FMA(p-1, ls[i], a.theta[1][i]))
		}
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		kernel.Abs(ls, y)
		kernel.Log(ls, ls)
		kernel.Div(ls, ls, a.theta[0]) // log|x|
		kernel.Exp(x, ls)
		for i, p := range a.theta[0] {
			x[i] = math.Copysign(x[i], y[i])
			ls[i] = singular(y[i], kernel.FMA(1-p, ls[i], -a.theta[1][i]))
		}
	},
	derive: func(d derivatives) {
		l := d.lsByTheta[0]
		kernel.Abs(l, d.x)
		kernel.Log(l, l)
		for i, v := range d.x {
			d.lsByX[i] = (d.theta[0][i] - 1) / v
			d.yByTheta[0][i] = d.y[i] * l[i]
			d.yByTheta[1][i], d.lsByTheta[1][i] = 0, 1
		}
	},
})

// singular returns ls, and −∞ for x = 0.
func singular(x, ls float64) float64 {
	if x == 0 {
		return math.Inf(-1)
	}
	return ls
}

func (b *SignedPower) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()[0].on(x)
	return summed(scalar(signedPowerMap, x, dir, p, p.Log()))
}
