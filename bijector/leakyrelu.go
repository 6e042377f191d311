package bijector

import "github.com/normflow/normflow/autodiff"

// LeakyReLU bends the real line at 0:
//
//	y = x for x ≥ 0,  a·x for x < 0
//	log y′ = 0 for x ≥ 0,  log a for x < 0
//
// with a slope a > 0, fixed or learned. It costs a few simple operations
// per element.
type LeakyReLU struct{ Slope autodiff.Value }

// NewLeakyReLU returns a leaky rectifier. It panics if the slope is not positive.
func NewLeakyReLU(slope autodiff.Value) *LeakyReLU { return made(&LeakyReLU{slope}) }

func (b *LeakyReLU) params() params {
	return params{{"LeakyReLU: slope", &b.Slope, positive, required}}
}

func (b *LeakyReLU) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	a, zero := b.params()[0].on(x), x.Tape().Scalar(0)
	low := zero.Greater(x)
	if !dir.valueOnly() {
		l = autodiff.Where(low, a.Log(), zero).RowSum().MulConst(dir.sign())
	}
	if dir.back() {
		return autodiff.Where(low, x.Div(a), x), l
	}
	return autodiff.Where(low, x.Mul(a), x), l
}
