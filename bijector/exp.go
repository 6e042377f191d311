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
// or logarithm per number.
type Exp struct{}

var expMap = newScalar("Exp", scalarMap{
	forward: func(y, ls, x []float64, _ scalarArgs) {
		kernel.Exp(y, x)
		copy(ls, x)
	},
	inverse: func(x, ls, y []float64, _ scalarArgs) {
		kernel.Log(x, y)
		for i, v := range x {
			ls[i] = -v
			if y[i] <= 0 {
				x[i], ls[i] = math.Inf(-1), math.Inf(-1)
			}
		}
	},
	derive: func(d derivatives) { repeat(d.curve, one[:]) },
})

var one = [1]float64{1}

func (Exp) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalar(expMap, x, dir))
}

// Log maps the positive numbers to the real line, the inverse of [Exp]:
//
//	y = log x,  log y′ = −log x
//
// An x ≤ 0 goes to −∞ with log-determinant −∞. It costs one logarithm or
// exponential per number.
type Log struct{}

func (Log) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return Exp{}.apply(x, dir.other())
}

// Expm1 maps the real line to the numbers above −1:
//
//	y = eˣ − 1,  log y′ = x
//
// It is exact near 0, where Exp followed by a shift is not. A y ≤ −1 comes from −∞ with
// log-determinant −∞. It costs one exponential or logarithm per number.
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
	derive: func(d derivatives) { repeat(d.curve, one[:]) },
})

func (Expm1) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return summed(scalar(expm1Map, x, dir))
}

// Log1p maps the numbers above −1 to the real line, the inverse of [Expm1]:
//
//	y = log(1 + x),  log y′ = −log(1 + x)
//
// An x ≤ −1 goes to −∞ with log-determinant −∞. It costs one logarithm or
// exponential per number.
type Log1p struct{}

func (Log1p) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return Expm1{}.apply(x, dir.other())
}
