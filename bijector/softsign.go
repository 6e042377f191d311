package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Softsign maps the real line to the interval from −1 to 1, with heavier tails
// than [Tanh]:
//
//	y = x/(1 + |x|),  log y′ = −2·log(1 + |x|)
//
// A y at ±1 or beyond comes from ±∞ with log-determinant −∞. It costs a
// division and a logarithm per element.
type Softsign struct{}

var softsignMap = newScalar("Softsign", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		kernel.Abs(ls, x)
		for i, v := range x {
			y[i] = v / (1 + ls[i])
			if math.IsInf(v, 0) {
				y[i] = math.Copysign(1, v)
			}
		}
		softsignSlope(ls, a)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		for i, v := range y {
			t := math.Abs(v)
			x[i], ls[i] = v/(1-t), -t
		}
		softsignSlope(ls, a)
		beyond(x, ls, y, -1, 1)
	},
	derive: func(d derivatives) {
		for i, v := range d.x {
			d.lsByX[i] = -2 / (v + math.Copysign(1, v))
		}
	},
})

// softsignSlope sets ls, now t, to −2·log(1 + t).
func softsignSlope(ls []float64, a scalarArgs) {
	if !a.valueOnly {
		kernel.Log1p(ls, ls)
		kernel.Scale(ls, ls, -2)
	}
}

func (Softsign) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalar(softsignMap, x, dir))
}
