package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Sinh maps the real line to itself with exponential tails:
//
//	y = sinh x,  log y′ = log cosh x
//
// It costs two exponentials and a logarithm per element.
type Sinh struct{}

var (
	sinhMap = newScalar("Sinh", sinhWith(logRoot))
	// sinhPart is the same with the log-slope of x = asinh y as rounded, so that
	// where SinhArcsinh goes on with x the rounding cancels in the sum.
	sinhPart = newScalar("SinhPart", sinhWith(func(l, _, x []float64, _ scalarArgs) { kernel.LogCosh(l, x) }))
)

// sinhWith returns the map with the given log cosh asinh y for its inverse.
func sinhWith(logCosh func(l, y, x []float64, a scalarArgs)) scalarMap {
	return scalarMap{
		forward: func(y, ls, x []float64, a scalarArgs) {
			kernel.Sinh(y, x)
			if !a.valueOnly {
				kernel.LogCosh(ls, x)
			}
		},
		inverse: func(x, ls, y []float64, a scalarArgs) {
			kernel.Asinh(x, y)
			if !a.valueOnly {
				logCosh(ls, y, x, a)
				kernel.Scale(ls, ls, -1)
			}
		},
		derive: func(d derivatives) { kernel.TanhOf(d.lsByX, d.x) },
	}
}

// logRoot sets l = log cosh asinh y = ½·log(1 + y²), which asinh y, rounded,
// would not give as exactly.
func logRoot(l, y, _ []float64, a scalarArgs) {
	kernel.Mul(l, y, y)
	kernel.Log1p(l, l)
	kernel.Scale(l, l, 0.5)
	if allFinite(l) {
		return
	}
	for i, v := range y {
		if math.IsInf(l[i], 1) { // v² overflows
			l[i] = a.log(math.Abs(v))
		}
	}
}

func (Sinh) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalar(sinhMap, x, dir))
}
