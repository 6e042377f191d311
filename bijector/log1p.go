package bijector

import "github.com/normflow/normflow/autodiff"

// Log1p maps the numbers above −1 to the real line, the inverse of [Expm1]:
//
//	y = log(1 + x),  log y′ = −log(1 + x)
//
// An x ≤ −1 goes to −∞ with log-determinant −∞. It costs one logarithm or
// exponential per element.
type Log1p struct{}

func (Log1p) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return Expm1{}.apply(x, dir.other())
}
