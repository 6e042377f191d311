package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// GompertzCDF is the distribution function of the Gompertz distribution:
//
//	y = 1 − exp(−c·(eᵘ − 1)),  u = rate·x > 0
//	log y′ = u + log c − c·(eᵘ − 1) + log rate
//
// Concentration is c > 0; Rate > 0. An x ≤ 0 goes to 0 with log-determinant
// −∞. It costs three exponentials or logarithms per element.
type GompertzCDF struct{ Concentration, Rate autodiff.Value }

// NewGompertzCDF returns a Gompertz distribution function. It panics if a
// parameter is not positive.
func NewGompertzCDF(concentration, rate autodiff.Value) *GompertzCDF {
	return made(&GompertzCDF{concentration, rate})
}

func (b *GompertzCDF) params() params {
	return params{
		{"GompertzCDF: concentration", &b.Concentration, positive, required},
		{"GompertzCDF: rate", &b.Rate, positive, required},
	}
}

// gompertzMap has the parameters c and log(c·rate), as if they were independent,
// and log rate.
var gompertzMap = newScalar("GompertzCDF", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		kernel.Expm1(y, x)
		kernel.Mul(y, y, a.theta[0])
		for i, h := range y {
			y[i], ls[i] = -h, x[i]+a.theta[1][i]-h
		}
		kernel.Expm1(y, y)
		kernel.Scale(y, y, -1)
		notPositive(y, ls, x)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		kernel.Scale(ls, y, -1)
		kernel.Log1p(ls, ls) // −c·(eᵘ − 1)
		for i, h := range ls {
			x[i] = -h / a.theta[0][i]
		}
		kernel.Log1p(x, x)
		for i, v := range x {
			ls[i] = -(v + a.theta[1][i]) - ls[i]
		}
		unit(x, ls, y, 0, math.Inf(1))
	},
	derive: func(d derivatives) {
		n := len(d.x)
		m, e := d.temp(n), d.temp(n)
		kernel.Expm1(m, d.x)
		kernel.Mul(e, m, d.theta[0])
		kernel.Scale(e, e, -1)
		kernel.Exp(e, e)
		for i, c := range d.theta[0] {
			d.lsByX[i] = 1 - float64(c*(m[i]+1))
			d.yByTheta[0][i], d.lsByTheta[0][i] = m[i]*e[i], -m[i]
			d.yByTheta[1][i], d.lsByTheta[1][i] = 0, 1
		}
	},
	prescaled: true,
})

func (b *GompertzCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	c, r := b.params().pair(x)
	return rated(gompertzMap, x, dir, r, c, c.Mul(r).Log(), r.Log())
}

// rated applies op, which is prescaled, to rate·x.
func rated(op *autodiff.Op, x autodiff.Var, dir direction, rate autodiff.Var, theta ...autodiff.Var) (v, l autodiff.Var) {
	if dir.back() {
		v, l = scalar(op, x, dir, theta...)
		return v.Div(rate), rowSum(l)
	}
	return summed(scalar(op, x.Mul(rate), dir, theta...))
}
