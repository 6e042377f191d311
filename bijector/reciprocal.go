package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Reciprocal maps the numbers other than 0 to themselves, decreasing on either
// side:
//
//	y = 1/x,  log|y′| = −2·log|x|
//
// 0 goes to an infinity of its sign with log-determinant −∞. It costs a
// division and a logarithm per element.
type Reciprocal struct{}

var reciprocalMap = newScalar("Reciprocal", scalarMap{
	forward: reciprocal,
	inverse: reciprocal,
	derive: func(d derivatives) {
		for i, v := range d.x {
			d.lsByX[i] = -2 / v
		}
	},
	decreasing: true,
})

func reciprocal(y, ls, x []float64, a scalarArgs) {
	kernel.Abs(ls, x)
	a.logs(ls, ls)
	kernel.Scale(ls, ls, -2)
	for i, v := range x {
		y[i] = 1 / v
		if v == 0 {
			ls[i] = math.Inf(-1)
		}
	}
}

func (Reciprocal) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalar(reciprocalMap, x, dir))
}
