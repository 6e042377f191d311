package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Expm1 maps the real line to the numbers above −1:
//
//	y = eˣ − 1,  log y′ = x
//
// It is exact near 0, where Exp followed by a shift is not. A y ≤ −1 comes from −∞ with
// log-determinant −∞. It costs one exponential or logarithm per element.
type Expm1 struct{}

var expm1Map = newScalar("Expm1", scalarMap{
	forward: func(y, ls, x []float64, _ scalarArgs) {
		kernel.Expm1(y, x)
		copy(ls, x)
	},
	inverse: func(x, ls, y []float64, _ scalarArgs) {
		kernel.Log1p(x, y)
		for i, v := range x {
			ls[i] = -v
			if y[i] <= -1 {
				x[i], ls[i] = math.Inf(-1), math.Inf(-1)
			}
		}
	},
	derive: func(d derivatives) { repeat(d.lsByX, one[:]) },
})

func (Expm1) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalar(expm1Map, x, dir))
}
