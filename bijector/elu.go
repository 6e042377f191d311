package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// ELU, the exponential linear unit, maps the real line to the numbers above −1:
//
//	y = x,  log y′ = 0       for x ≥ 0
//	y = eˣ − 1,  log y′ = x  for x < 0
//
// Its slope is continuous. A y ≤ −1 comes from −∞ with log-determinant −∞. It costs one
// exponential or logarithm per element.
//
// D.-A. Clevert, T. Unterthiner and S. Hochreiter, Fast and accurate deep
// network learning by exponential linear units, 2015, arXiv 1511.07289.
type ELU struct{}

var eluMap = newScalar("ELU", scalarMap{
	forward: func(y, ls, x []float64, _ scalarArgs) {
		kernel.Expm1(y, x)
		for i, v := range x {
			ls[i] = min(v, 0)
			if v >= 0 {
				y[i] = v
			}
		}
	},
	inverse: func(x, ls, y []float64, _ scalarArgs) {
		kernel.Log1p(x, y)
		for i, v := range y {
			if v >= 0 {
				x[i] = v
			}
			ls[i] = -min(x[i], 0)
		}
		beyond(x, ls, y, -1, math.Inf(1))
	},
	derive: func(d derivatives) {
		for i, v := range d.x {
			d.lsByX[i] = 0
			if v < 0 {
				d.lsByX[i] = 1
			}
		}
	},
})

func (ELU) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalar(eluMap, x, dir))
}
