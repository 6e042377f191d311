package bijector

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// KumaraswamyCDF is the distribution function of Kumaraswamy's distribution,
// much like the beta distribution:
//
//	y = 1 − (1 − xᵃ)ᵇ,  0 < x < 1
//	log y′ = log a + log b + (a − 1)·log x + (b − 1)·log(1 − xᵃ)
//
// A and B are positive, 1 if empty. An x outside goes to 0 or 1 with log-determinant −∞. It
// costs about five exponentials and logarithms per element.
//
// P. Kumaraswamy, A generalized probability density function for
// double-bounded random processes, 1980.
type KumaraswamyCDF struct{ A, B autodiff.Value }

// NewKumaraswamyCDF returns a Kumaraswamy distribution function. It panics if
// a parameter is not positive.
func NewKumaraswamyCDF(a, b autodiff.Value) *KumaraswamyCDF { return made(&KumaraswamyCDF{a, b}) }

func (b *KumaraswamyCDF) params() params {
	return params{
		{"KumaraswamyCDF: a", &b.A, positive, 1},
		{"KumaraswamyCDF: b", &b.B, positive, 1},
	}
}

// kumaraswamyMap has the parameters a, b and log ab, as if they were independent.
var kumaraswamyMap = newScalar("KumaraswamyCDF", scalarMap{
	forward: func(y, ls, x []float64, p scalarArgs) {
		l := p.temp(len(x)) // log(1 − xᵃ)
		kernel.Log(ls, x)
		kumaraswamyRest(l, ls, p)
		kernel.Mul(y, l, p.theta[1])
		kernel.Expm1(y, y)
		kernel.Scale(y, y, -1)
		kumaraswamySlope(ls, l, p)
		unit(y, ls, x, 0, 1)
	},
	inverse: func(x, ls, y []float64, p scalarArgs) {
		l := p.temp(len(y))
		kernel.Scale(l, y, -1)
		kernel.Log1p(l, l)
		kernel.Div(l, l, p.theta[1])
		kernel.Scale(ls, l, -1)
		kernel.Log1mExp(ls, ls)
		kernel.Div(ls, ls, p.theta[0])
		kernel.Exp(x, ls)
		kumaraswamySlope(ls, l, p)
		kernel.Scale(ls, ls, -1)
		unit(x, ls, y, 0, 1)
	},
	derive: func(d derivatives) {
		n := len(d.x)
		lx, l, r, q := d.temp(n), d.temp(n), d.temp(n), d.temp(n)
		kernel.Log(lx, d.x)
		kumaraswamyRest(l, lx, d.scalarArgs)
		kernel.Mul(q, l, d.theta[1])
		kernel.Exp(q, q) // 1 − y
		for i, a := range d.theta[0] {
			r[i] = -a * lx[i]
		}
		kernel.Expm1(r, r) // xᵃ/(1 − xᵃ) = 1/r
		for i, a := range d.theta[0] {
			b := d.theta[1][i]
			d.lsByX[i] = (a - 1 - (b-1)*a/r[i]) / d.x[i]
			d.yByTheta[0][i], d.lsByTheta[0][i] = q[i]*b*lx[i]/r[i], lx[i]-(b-1)*lx[i]/r[i]
			d.yByTheta[1][i], d.lsByTheta[1][i] = -q[i]*l[i], l[i]
			d.yByTheta[2][i], d.lsByTheta[2][i] = 0, 1
		}
	},
})

// kumaraswamyRest sets l = log(1 − xᵃ) from lx = log x.
func kumaraswamyRest(l, lx []float64, p scalarArgs) {
	kernel.Mul(l, lx, p.theta[0])
	kernel.Scale(l, l, -1)
	kernel.Log1mExp(l, l)
}

// kumaraswamySlope sets ls, now log x, to log y′.
func kumaraswamySlope(ls, l []float64, p scalarArgs) {
	for i, a := range p.theta[0] {
		ls[i] = kernel.FMA(a-1, ls[i], kernel.FMA(p.theta[1][i]-1, l[i], p.theta[2][i]))
	}
}

func (b *KumaraswamyCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p, q := b.params().pair(x)
	return summed(scalar(kumaraswamyMap, x, dir, p, q, p.Mul(q).Log()))
}
