package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Softplus maps the real line to the numbers above Low, nearly the identity
// for large x:
//
//	y = h·log(1 + exp(x/h)) + low,  log y′ = −log(1 + exp(−x/h))
//
// Hinge is h > 0, how soft the bend is, and 1 if empty; Low is 0 if empty. A
// y ≤ low comes from −∞ with log-determinant −∞. It costs two exponentials
// and logarithms per element.
type Softplus struct{ Hinge, Low autodiff.Value }

// NewSoftplus returns a softplus. It panics if the hinge is not positive.
func NewSoftplus(hinge, low autodiff.Value) *Softplus { return made(&Softplus{hinge, low}) }

func (b *Softplus) params() params {
	return params{
		{"Softplus: hinge", &b.Hinge, positive, 1},
		{"Softplus: low", &b.Low, finite, 0},
	}
}

// softplusMap is y = log(1 + eˣ).
var softplusMap = newScalar("Softplus", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		kernel.Softplus(y, x)
		if !a.valueOnly {
			kernel.LogSigmoid(ls, x)
		}
	},
	// x = y + log(1 − e⁻ʸ) and σ(x) = 1 − e⁻ʸ.
	inverse: func(x, ls, y []float64, _ scalarArgs) {
		kernel.Log1mExp(ls, y)
		kernel.Add(x, y, ls)
		kernel.Scale(ls, ls, -1)
		if allFinite(ls) {
			return
		}
		for i, v := range y {
			if v <= 0 {
				x[i], ls[i] = math.Inf(-1), math.Inf(-1)
			}
		}
	},
	derive: func(d derivatives) { // σ(−x)
		kernel.Scale(d.lsByX, d.x, -1)
		kernel.Sigmoid(d.lsByX, d.lsByX)
	},
})

func (b *Softplus) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	hinge, low := p[0], p[1]
	if dir.back() {
		v, l = scalar(softplusMap, toStandard(x, low, hinge), dir)
		return fromStandard(v, param{}, hinge), rowSum(l)
	}
	v, l = scalar(softplusMap, toStandard(x, param{}, hinge), dir)
	return fromStandard(v, low, hinge), rowSum(l)
}
