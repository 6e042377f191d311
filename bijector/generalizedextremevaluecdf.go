package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// GeneralizedExtremeValueCDF is the distribution function of the generalised
// extreme value distribution:
//
//	y = exp(−t),  t = (1 + ξz)^(−1/ξ), exp(−z) for ξ = 0,  z = (x − loc)/scale
//	log y′ = (1 + ξ)·log t − t − log scale
//
// Concentration is ξ of any sign, fixed or learned, and all is smooth across
// 0. The domain is 1 + ξz > 0; an x outside goes to 0 or 1 with log-determinant −∞. Loc is 0
// and Scale > 0 is 1 if empty. It costs three exponentials or logarithms per
// element.
type GeneralizedExtremeValueCDF struct{ Loc, Scale, Concentration autodiff.Value }

// NewGeneralizedExtremeValueCDF returns a distribution function of extreme
// values. It panics if the scale is not positive.
func NewGeneralizedExtremeValueCDF(loc, scale, concentration autodiff.Value) *GeneralizedExtremeValueCDF {
	return made(&GeneralizedExtremeValueCDF{loc, scale, concentration})
}

func (b *GeneralizedExtremeValueCDF) params() params {
	return params{
		{"GeneralizedExtremeValueCDF: loc", &b.Loc, finite, 0},
		{"GeneralizedExtremeValueCDF: scale", &b.Scale, positive, 1},
		{"GeneralizedExtremeValueCDF: concentration", &b.Concentration, finite, required},
	}
}

var gevMap = newScalar("GeneralizedExtremeValueCDF", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		t := a.temp(len(x))
		gevLog(ls, t, x, a.theta[0])
		kernel.Scale(y, t, -1)
		kernel.Exp(y, y)
		for i, ξ := range a.theta[0] {
			ls[i] = kernel.FMA(1+ξ, ls[i], -t[i])
			if ξ*x[i] <= -1 {
				y[i], ls[i] = 0, math.Inf(-1)
				if ξ < 0 {
					y[i] = 1
				}
			}
		}
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		t := a.temp(len(y))
		kernel.Log(t, y)
		kernel.Scale(ls, t, -1)
		kernel.Log(ls, ls)
		kernel.Scale(ls, ls, -1) // −log t
		expm1Over(x, ls, a.theta[0])
		for i, ξ := range a.theta[0] {
			ls[i] = kernel.FMA(1+ξ, ls[i], -t[i])
			lo, hi := math.Inf(-1), math.Inf(1)
			if ξ > 0 {
				lo = -1 / ξ
			} else if ξ < 0 {
				hi = -1 / ξ
			}
			unit(x[i:i+1], ls[i:i+1], y[i:i+1], lo, hi)
		}
	},
	derive: func(d derivatives) {
		n := len(d.x)
		l, t := d.temp(n), d.temp(n)
		gevLog(l, t, d.x, d.theta[0])
		for i, ξ := range d.theta[0] {
			dl := -log1pOverGrad(ξ, d.x[i], -l[i])
			k := 1 + ξ - t[i]
			d.lsByX[i] = -k / kernel.FMA(ξ, d.x[i], 1)
			d.yByTheta[0][i] = -d.y[i] * t[i] * dl
			d.lsByTheta[0][i] = kernel.FMA(k, dl, l[i])
		}
	},
})

// gevLog sets t and l = log t.
func gevLog(l, t, x, ξ []float64) {
	log1pOver(l, x, ξ)
	kernel.Scale(l, l, -1)
	kernel.Exp(t, l)
}

func (b *GeneralizedExtremeValueCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	return cdf(gevMap, x, dir, p[0], p[1], p[2].on(x))
}
