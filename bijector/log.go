package bijector

import "github.com/normflow/normflow/autodiff"

// Log maps the positive numbers to the real line, the inverse of [Exp]:
//
//	y = log x,  log y′ = −log x
//
// An x ≤ 0 goes to −∞ with log-determinant −∞. It costs one logarithm or
// exponential per element.
type Log struct{}

func (Log) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return Exp{}.apply(x, dir.other())
}
