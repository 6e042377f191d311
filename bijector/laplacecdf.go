package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// LaplaceCDF is the distribution function of the Laplace distribution:
//
//	y = ½·exp(−|z|) for z < 0, 1 − ½·exp(−|z|) for z ≥ 0,  z = (x − loc)/scale
//	log y′ = −|z| − log 2 − log scale
//
// Loc is 0 and Scale > 0 is 1 if empty. It costs an exponential or logarithm
// per element.
type LaplaceCDF struct{ Loc, Scale autodiff.Value }

// NewLaplaceCDF returns a Laplace distribution function. It panics if the scale
// is not positive.
func NewLaplaceCDF(loc, scale autodiff.Value) *LaplaceCDF { return made(&LaplaceCDF{loc, scale}) }

func (b *LaplaceCDF) params() params {
	return params{
		{"LaplaceCDF: loc", &b.Loc, finite, 0},
		{"LaplaceCDF: scale", &b.Scale, positive, 1},
	}
}

var laplaceMap = newScalar("LaplaceCDF", scalarMap{
	forward: func(y, ls, x []float64, _ scalarArgs) {
		kernel.Abs(ls, x)
		kernel.Scale(ls, ls, -1)
		kernel.Exp(y, ls)
		for i, v := range x {
			y[i] *= 0.5
			if v >= 0 {
				y[i] = 1 - y[i]
			}
			ls[i] -= math.Ln2
		}
	},
	inverse: func(x, ls, y []float64, _ scalarArgs) {
		for i, v := range y {
			x[i] = 2 * min(v, 1-v)
		}
		kernel.Log(x, x)
		for i, v := range y {
			ls[i] = math.Ln2 - x[i]
			if v > 0.5 {
				x[i] = -x[i]
			}
		}
		unit(x, ls, y, math.Inf(-1), math.Inf(1))
	},
	derive: func(d derivatives) {
		for i, v := range d.x {
			d.lsByX[i] = -math.Copysign(1, v)
		}
	},
})

func (b *LaplaceCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	return cdf(laplaceMap, x, dir, p[0], p[1])
}
