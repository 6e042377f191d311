package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// GumbelCDF is the distribution function of the Gumbel distribution:
//
//	y = exp(−exp(−z)),  z = (x − loc)/scale,  log y′ = −z − exp(−z) − log scale
//
// Loc is 0 and Scale > 0 is 1 if empty. It costs two exponentials or
// logarithms per element.
type GumbelCDF struct{ Loc, Scale autodiff.Value }

// NewGumbelCDF returns a Gumbel distribution function. It panics if the scale
// is not positive.
func NewGumbelCDF(loc, scale autodiff.Value) *GumbelCDF { return made(&GumbelCDF{loc, scale}) }

func (b *GumbelCDF) params() params {
	return params{
		{"GumbelCDF: loc", &b.Loc, finite, 0},
		{"GumbelCDF: scale", &b.Scale, positive, 1},
	}
}

var gumbelMap = newScalar("GumbelCDF", scalarMap{
	forward: func(y, ls, x []float64, _ scalarArgs) {
		kernel.Scale(y, x, -1)
		kernel.Exp(ls, y)
		kernel.Scale(y, ls, -1)
		kernel.Exp(y, y)
		for i, w := range ls {
			ls[i] = -x[i] - w
		}
	},
	inverse: func(x, ls, y []float64, _ scalarArgs) {
		kernel.Log(ls, y)
		kernel.Scale(x, ls, -1)
		kernel.Log(x, x)
		for i, v := range x {
			x[i], ls[i] = -v, -v-ls[i]
		}
		unit(x, ls, y, math.Inf(-1), math.Inf(1))
	},
	derive: func(d derivatives) {
		kernel.Scale(d.lsByX, d.x, -1)
		kernel.Expm1(d.lsByX, d.lsByX)
	},
})

func (b *GumbelCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	return cdf(gumbelMap, x, dir, p[0], p[1])
}
