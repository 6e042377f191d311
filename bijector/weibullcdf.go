package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// WeibullCDF is the distribution function of the Weibull distribution:
//
//	y = 1 − exp(−zᵏ),  z = x/scale > 0
//	log y′ = log k + (k − 1)·log z − zᵏ − log scale
//
// Concentration is k > 0; Scale > 0; both are 1 if empty. An x ≤ 0 goes to 0
// with log-determinant −∞. It costs a power, an exponential and a
// logarithm per element.
type WeibullCDF struct{ Concentration, Scale autodiff.Value }

// NewWeibullCDF returns a Weibull distribution function. It panics if a
// parameter is not positive.
func NewWeibullCDF(concentration, scale autodiff.Value) *WeibullCDF {
	return made(&WeibullCDF{concentration, scale})
}

func (b *WeibullCDF) params() params {
	return params{
		{"WeibullCDF: concentration", &b.Concentration, positive, 1},
		{"WeibullCDF: scale", &b.Scale, positive, 1},
	}
}

// weibullMap has the parameters k and log(k/scale), as if they were independent,
// and −log scale.
var weibullMap = newScalar("WeibullCDF", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		w := a.temp(len(x))
		a.logs(ls, x)
		kernel.PowEach(w, x, a.theta[0])
		kernel.Scale(y, w, -1)
		kernel.Expm1(y, y)
		for i, k := range a.theta[0] {
			y[i], ls[i] = -y[i], kernel.FMA(k-1, ls[i], a.theta[1][i])-w[i]
		}
		notPositive(y, ls, x)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		w := a.temp(len(y)) // −zᵏ
		kernel.Scale(w, y, -1)
		kernel.Log1p(w, w)
		kernel.Scale(x, w, -1)
		a.logs(ls, x)
		kthRoots(x, x, a.theta[0], a)
		for i, k := range a.theta[0] {
			ls[i] = kernel.FMA((1-k)/k, ls[i], -a.theta[1][i]) - w[i]
		}
		unit(x, ls, y, 0, math.Inf(1))
	},
	derive: func(d derivatives) {
		n := len(d.x)
		l, w, e := d.temp(n), d.temp(n), d.temp(n)
		kernel.Log(l, d.x)
		kernel.Mul(w, l, d.theta[0])
		kernel.Exp(w, w) // zᵏ, exact enough for gradients
		kernel.Scale(e, w, -1)
		kernel.Exp(e, e)
		for i, k := range d.theta[0] {
			d.lsByX[i] = kernel.FMA(-k, w[i], k-1) / d.x[i]
			d.yByTheta[0][i], d.lsByTheta[0][i] = w[i]*l[i]*e[i], kernel.FMA(-w[i], l[i], l[i])
			d.yByTheta[1][i], d.lsByTheta[1][i] = 0, 1
		}
	},
	prescaled: true,
})

// kthRoots sets x[i] to w[i] to the power 1/k[i].
func kthRoots(x, w, k []float64, a scalarArgs) {
	p := a.temp(len(w))
	for i, v := range k {
		p[i] = 1 / v
	}
	kernel.PowEach(x, w, p)
}

func (b *WeibullCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	k, s := p.pair(x)
	return scaledCDF(weibullMap, x, dir, param{}, p[1], k, k.Div(s).Log(), s.Log().Neg())
}
