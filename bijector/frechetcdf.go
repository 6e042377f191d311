package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// FrechetCDF is the distribution function of the Fréchet distribution:
//
//	y = exp(−z⁻ᵏ),  z = (x − loc)/scale > 0
//	log y′ = log k − (1 + k)·log z − z⁻ᵏ − log scale
//
// Loc is 0, Scale > 0 and Concentration, k > 0, are 1 if empty. An x ≤ loc goes
// to 0 with log-determinant −∞. It costs a power, an exponential and a
// logarithm per element.
type FrechetCDF struct{ Loc, Scale, Concentration autodiff.Value }

// NewFrechetCDF returns a Fréchet distribution function. It panics if scale or
// concentration is not positive.
func NewFrechetCDF(loc, scale, concentration autodiff.Value) *FrechetCDF {
	return made(&FrechetCDF{loc, scale, concentration})
}

func (b *FrechetCDF) params() params {
	return params{
		{"FrechetCDF: loc", &b.Loc, finite, 0},
		{"FrechetCDF: scale", &b.Scale, positive, 1},
		{"FrechetCDF: concentration", &b.Concentration, positive, 1},
	}
}

// frechetMap has the parameters k and log(k/scale), as if they were independent,
// and −log scale.
var frechetMap = newScalar("FrechetCDF", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		w := a.temp(len(x)) // −z⁻ᵏ
		a.logs(ls, x)
		frechetPower(w, x, a)
		kernel.Exp(y, w)
		for i, k := range a.theta[0] {
			ls[i] = kernel.FMA(-1-k, ls[i], a.theta[1][i]) + w[i]
		}
		notPositive(y, ls, x)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		w := a.temp(len(y)) // −z⁻ᵏ
		kernel.Log(w, y)
		kernel.Scale(x, w, -1)
		a.logs(ls, x)
		k := a.temp(len(y))
		kernel.Scale(k, a.theta[0], -1)
		kthRoots(x, x, k, a)
		for i, k := range a.theta[0] {
			ls[i] = kernel.FMA(-(1+k)/k, ls[i], -a.theta[1][i]) - w[i]
		}
		unit(x, ls, y, 0, math.Inf(1))
	},
	derive: func(d derivatives) {
		n := len(d.x)
		l, w := d.temp(n), d.temp(n)
		kernel.Log(l, d.x)
		kernel.Mul(w, l, d.theta[0])
		kernel.Scale(w, w, -1)
		kernel.Exp(w, w)
		kernel.Scale(w, w, -1) // −z⁻ᵏ, exact enough for gradients
		for i, k := range d.theta[0] {
			d.lsByX[i] = -kernel.FMA(k, w[i], 1+k) / d.x[i]
			d.yByTheta[0][i], d.lsByTheta[0][i] = -d.y[i]*w[i]*l[i], kernel.FMA(-w[i], l[i], -l[i])
			d.yByTheta[1][i], d.lsByTheta[1][i] = 0, 1
		}
	},
	prescaled: true,
})

// frechetPower sets w = −x⁻ᵏ.
func frechetPower(w, x []float64, a scalarArgs) {
	k := a.temp(len(x))
	kernel.Scale(k, a.theta[0], -1)
	kernel.PowEach(w, x, k)
	kernel.Scale(w, w, -1)
}

func (b *FrechetCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	k, s := p[2].on(x), p[1].on(x)
	return scaledCDF(frechetMap, x, dir, p[0], p[1], k, k.Div(s).Log(), s.Log().Neg())
}
