package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Square maps the positive numbers to themselves:
//
//	y = x²,  log y′ = log 2x
//
// An x ≤ 0 goes to 0, and a y ≤ 0 comes from 0, with log-determinant −∞. It costs a
// logarithm per element.
type Square struct{}

var squareMap = newScalar("Square", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		kernel.Mul(y, x, x)
		kernel.Scale(ls, x, 2)
		a.logs(ls, ls)
		notPositive(y, ls, x)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) { // −log 2√y = −½·log 4y
		kernel.Sqrt(x, y)
		kernel.Scale(ls, y, 4)
		a.logs(ls, ls)
		kernel.Scale(ls, ls, -0.5)
		for i, v := range y {
			if v > 0x1p1000 { // whose 4y may overflow
				kernel.Log(ls[i:i+1], x[i:i+1])
				ls[i] = -math.Ln2 - ls[i]
			}
		}
		notPositive(x, ls, y)
	},
	derive: func(d derivatives) {
		for i, v := range d.x {
			d.lsByX[i] = 1 / v
		}
	},
})

func (Square) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalar(squareMap, x, dir))
}
