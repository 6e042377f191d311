package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Arctan maps the real line to the interval from −π/2 to π/2:
//
//	y = arctan x,  log y′ = −log(1 + x²)
//
// [CauchyCDF] is ½ + y/π. A y beyond ±π/2 comes from ±∞ with log-determinant −∞; the float64
// nearest to π/2 is below it. It costs an arc tangent and a logarithm per element forward, sine,
// cosine and logarithm backward.
type Arctan struct{}

var arctanMap = newScalar("Arctan", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		kernel.Atan(y, x)
		logOnePlusSquare(ls, x, a)
		kernel.Scale(ls, ls, -1)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		cos := a.temp(len(y))
		kernel.Sin(x, y)
		kernel.Cos(cos, y)
		kernel.Div(x, x, cos)
		logOnePlusSquare(ls, x, a)
		end := math.Nextafter(math.Pi/2, 2)
		beyond(x, ls, y, -end, end)
	},
	derive: arctanLogSlopeGrad,
})

// arctanLogSlopeGrad sets the derivative of −log(1 + x²).
func arctanLogSlopeGrad(d derivatives) {
	for i, v := range d.x {
		d.lsByX[i] = -2 / (v + 1/v)
		if v == 0 {
			d.lsByX[i] = 0
		}
	}
}

// logOnePlusSquare sets l = log(1 + x²), also where x² overflows.
func logOnePlusSquare(l, x []float64, a scalarArgs) {
	if a.valueOnly {
		return
	}
	for i, v := range x {
		v = math.Abs(v)
		l[i] = float64(v * v)
		if v > 1e8 {
			l[i] = v - 1 // to log v
		}
	}
	kernel.Log1p(l, l)
	for i, v := range x {
		if math.Abs(v) > 1e8 {
			l[i] *= 2
		}
	}
}

func (Arctan) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalar(arctanMap, x, dir))
}
