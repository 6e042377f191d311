package bijector

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Tanh maps the real line to the interval from −1 to 1:
//
//	y = tanh x,  log y′ = −2·log cosh x
//
// The log-determinant is exact for any x, also where y rounds to ±1; such a y,
// or one beyond, comes from ±∞ with log-determinant −∞. It costs two exponentials
// and a logarithm per element.
type Tanh struct{}

var tanhMap = newScalar("Tanh", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		kernel.TanhOf(y, x)
		if !a.valueOnly {
			kernel.LogCosh(ls, x)
			kernel.Scale(ls, ls, -2)
		}
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		kernel.Atanh(x, y)
		if !a.valueOnly {
			kernel.Log1mSquare(ls, y)
			kernel.Scale(ls, ls, -1)
		}
		beyond(x, ls, y, -1, 1)
	},
	derive: func(d derivatives) { kernel.Scale(d.lsByX, d.y, -2) },
})

func (Tanh) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalar(tanhMap, x, dir))
}
