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
// division and a logarithm per number.
type Softsign struct{}

var softsignMap = newScalar("Softsign", scalarMap{
	forward: func(y, ls, x []float64, _ scalarArgs) {
		kernel.Abs(ls, x)
		for i, v := range x {
			y[i] = v / (1 + ls[i])
			if math.IsInf(v, 0) {
				y[i] = math.Copysign(1, v)
			}
		}
		kernel.Log1p(ls, ls)
		kernel.Scale(ls, ls, -2)
	},
	inverse: func(x, ls, y []float64, _ scalarArgs) {
		for i, v := range y {
			a := math.Abs(v)
			x[i], ls[i] = v/(1-a), -a
		}
		kernel.Log1p(ls, ls)
		kernel.Scale(ls, ls, -2)
		beyond(x, ls, y, -1, 1)
	},
	derive: func(d derivatives) {
		for i, v := range d.x {
			d.curve[i] = -2 / (v + math.Copysign(1, v))
		}
	},
})

func (Softsign) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	v, l = scalar(softsignMap, x, dir)
	return v, l.RowSum()
}

// Forward returns f(x).
func (b Softsign) Forward(x autodiff.Var) autodiff.Var { y, _ := b.apply(x, forward); return y }

// Inverse returns f⁻¹(y).
func (b Softsign) Inverse(y autodiff.Var) autodiff.Var { x, _ := b.apply(y, inverse); return x }

// ILDJ returns Σⱼ log|dxⱼ/dyⱼ|.
func (b Softsign) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.apply(y, inverse); return l }

// FLDJ returns Σⱼ log|dyⱼ/dxⱼ|.
func (b Softsign) FLDJ(x autodiff.Var) autodiff.Var { _, l := b.apply(x, forward); return l }
