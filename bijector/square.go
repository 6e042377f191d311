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
// logarithm per number.
type Square struct{}

var squareMap = newScalar("Square", scalarMap{
	forward: func(y, ls, x []float64, _ scalarArgs) {
		kernel.Mul(y, x, x)
		kernel.Scale(ls, x, 2)
		kernel.Log(ls, ls)
		notPositive(y, ls, x)
	},
	inverse: func(x, ls, y []float64, _ scalarArgs) { // −log 2√y = −½·log 4y
		kernel.Sqrt(x, y)
		kernel.Scale(ls, y, 4)
		kernel.Log(ls, ls)
		kernel.Scale(ls, ls, -0.5)
		for i, v := range y {
			if v > 0x1p1000 { // of which 4y may overflow
				kernel.Log(ls[i:i+1], x[i:i+1])
				ls[i] = -math.Ln2 - ls[i]
			}
		}
		notPositive(x, ls, y)
	},
	derive: func(d derivatives) {
		for i, v := range d.x {
			d.curve[i] = 1 / v
		}
	},
})

// notPositive sets y = 0 and ls = −∞ where x ≤ 0.
func notPositive(y, ls, x []float64) {
	for i, v := range x {
		if v <= 0 {
			y[i], ls[i] = 0, math.Inf(-1)
		}
	}
}

func (Square) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	v, l = scalar(squareMap, x, dir)
	return v, l.RowSum()
}

// Forward returns f(x).
func (b Square) Forward(x autodiff.Var) autodiff.Var { y, _ := b.apply(x, forward); return y }

// Inverse returns f⁻¹(y).
func (b Square) Inverse(y autodiff.Var) autodiff.Var { x, _ := b.apply(y, inverse); return x }

// ILDJ returns Σⱼ log|dxⱼ/dyⱼ|.
func (b Square) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.apply(y, inverse); return l }

// FLDJ returns Σⱼ log|dyⱼ/dxⱼ|.
func (b Square) FLDJ(x autodiff.Var) autodiff.Var { _, l := b.apply(x, forward); return l }

// Reciprocal maps the numbers other than 0 to themselves, decreasing on either
// side:
//
//	y = 1/x,  log|y′| = −2·log|x|
//
// 0 goes to an infinity of its sign with log-determinant −∞. It costs a
// division and a logarithm per number.
type Reciprocal struct{}

var reciprocalMap = newScalar("Reciprocal", scalarMap{
	forward: reciprocal,
	inverse: reciprocal,
	derive: func(d derivatives) {
		for i, v := range d.x {
			d.curve[i] = -2 / v
		}
	},
	falling: true,
})

func reciprocal(y, ls, x []float64, _ scalarArgs) {
	kernel.Abs(ls, x)
	kernel.Log(ls, ls)
	kernel.Scale(ls, ls, -2)
	for i, v := range x {
		y[i] = 1 / v
		if v == 0 {
			ls[i] = math.Inf(-1)
		}
	}
}

func (Reciprocal) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	v, l = scalar(reciprocalMap, x, dir)
	return v, l.RowSum()
}

// Forward returns f(x).
func (b Reciprocal) Forward(x autodiff.Var) autodiff.Var { y, _ := b.apply(x, forward); return y }

// Inverse returns f⁻¹(y).
func (b Reciprocal) Inverse(y autodiff.Var) autodiff.Var { x, _ := b.apply(y, inverse); return x }

// ILDJ returns Σⱼ log|dxⱼ/dyⱼ|.
func (b Reciprocal) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.apply(y, inverse); return l }

// FLDJ returns Σⱼ log|dyⱼ/dxⱼ|.
func (b Reciprocal) FLDJ(x autodiff.Var) autodiff.Var { _, l := b.apply(x, forward); return l }
