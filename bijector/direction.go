package bijector

import "github.com/normflow/normflow/autodiff"

// A direction says which way a scalarMap is applied, and which results are asked for.
type direction int

const (
	forward      direction = iota // f and log|f′|
	inverse                       // f⁻¹ and −log|f′|
	forwardValue                  // f alone
	inverseValue                  // f⁻¹ alone
)

// back reports whether the direction is that of f⁻¹.
func (d direction) back() bool { return d&1 == 1 }

// valueOnly reports whether the log-slope is not asked for.
func (d direction) valueOnly() bool { return d >= forwardValue }

// other returns the opposite direction.
func (d direction) other() direction { return d ^ 1 }

// toApply returns d for an operation on these inputs: with the log-slope in any case if one has a
// gradient, which needs it.
func (d direction) toApply(in ...autodiff.Var) direction {
	for _, v := range in {
		if !v.Constant() {
			return d & 1
		}
	}
	return d
}

// sign returns 1 forward and −1 back.
func (d direction) sign() float64 {
	if d.back() {
		return -1
	}
	return 1
}
