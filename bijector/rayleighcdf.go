package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// RayleighCDF is the distribution function of the Rayleigh distribution:
//
//	y = 1 − exp(−z²/2),  z = x/scale > 0,  log y′ = log z − z²/2 − log scale
//
// Scale > 0 is 1 if empty. An x ≤ 0 goes to 0 with log-determinant −∞. It
// costs two exponentials or logarithms per element.
type RayleighCDF struct{ Scale autodiff.Value }

// NewRayleighCDF returns a Rayleigh distribution function. It panics if the
// scale is not positive.
func NewRayleighCDF(scale autodiff.Value) *RayleighCDF { return made(&RayleighCDF{scale}) }

func (b *RayleighCDF) params() params { return params{{"RayleighCDF: scale", &b.Scale, positive, 1}} }

var rayleighMap = newScalar("RayleighCDF", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		a.logs(ls, x)
		for i, v := range x {
			y[i] = float64(-0.5 * v * v)
			ls[i] += y[i]
		}
		kernel.Expm1(y, y)
		kernel.Scale(y, y, -1)
		notPositive(y, ls, x)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		w := a.temp(len(y))
		kernel.Scale(w, y, -1)
		kernel.Log1p(w, w) // −z²/2
		kernel.Scale(x, w, -2)
		kernel.Sqrt(x, x)
		a.logs(ls, x)
		for i, v := range ls {
			ls[i] = -v - w[i]
		}
		unit(x, ls, y, 0, math.Inf(1))
	},
	derive: func(d derivatives) {
		for i, v := range d.x {
			d.lsByX[i] = 1/v - v
		}
	},
})

func (b *RayleighCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return cdf(rayleighMap, x, dir, param{}, b.params()[0])
}
