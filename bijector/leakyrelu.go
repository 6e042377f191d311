package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
)

// LeakyReLU bends the real line at 0:
//
//	y = x for x ≥ 0,  a·x for x < 0
//	log y′ = 0 for x ≥ 0,  log a for x < 0
//
// with a slope a > 0, fixed or learned. It costs a few simple operations
// per number.
type LeakyReLU struct{ Slope autodiff.Value }

// NewLeakyReLU returns a leaky rectifier. It panics if the slope is not positive.
func NewLeakyReLU(slope autodiff.Value) *LeakyReLU {
	b := &LeakyReLU{Slope: slope.Positive("bijector: LeakyReLU: slope")}
	must(b.Restore())
	return b
}

// Restore checks the slope.
func (b *LeakyReLU) Restore() error {
	return present("bijector: LeakyReLU: slope", b.Slope, 0, math.Inf(1))
}

func (b *LeakyReLU) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	a, zero := row("bijector: LeakyReLU: slope", b.Slope, x), x.Tape().Scalar(0)
	low := zero.Greater(x)
	if !dir.valueOnly() {
		l = autodiff.Where(low, a.Log(), zero).RowSum().MulConst(dir.sign())
	}
	if dir.back() {
		return autodiff.Where(low, x.Div(a), x), l
	}
	return autodiff.Where(low, x.Mul(a), x), l
}
