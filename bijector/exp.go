package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Exp maps the real line to the positive numbers:
//
//	y = eˣ,  log y′ = x
//
// A y ≤ 0 comes from −∞ with log-determinant −∞. It costs one exponential
// or logarithm per element.
type Exp struct{}

var expMap = newScalar("Exp", scalarMap{
	forward: func(y, ls, x []float64, _ scalarArgs) {
		kernel.Exp(y, x)
		copy(ls, x)
	},
	inverse: func(x, ls, y []float64, _ scalarArgs) {
		kernel.Log(x, y)
		kernel.Scale(ls, x, -1)
		if allFinite(x) {
			return
		}
		for i, v := range y {
			if v <= 0 {
				x[i], ls[i] = math.Inf(-1), math.Inf(-1)
			}
		}
	},
	derive: func(d derivatives) { repeat(d.lsByX, one[:]) },
})

var one = [1]float64{1}

func (Exp) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalar(expMap, x, dir))
}
