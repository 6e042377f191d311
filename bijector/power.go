package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Power is a power with a constant exponent p ≠ 0:
//
//	y = xᵖ,  log|y′| = log|p| + (p − 1)·log|x|
//
// on the positive numbers or, for odd whole p, on all numbers but 0. Elsewhere
// the log-determinant is −∞. It costs a power and a logarithm per element. For
// learned exponents see [SignedPower].
type Power struct{ P float64 }

// NewPower returns the p-th power. It panics if p is 0 or not finite.
func NewPower(p float64) *Power {
	b := &Power{P: p}
	must(b.Restore())
	return b
}

// Restore checks the exponent.
func (b *Power) Restore() error {
	if b.P == 0 || math.IsNaN(b.P-b.P) {
		return fmt.Errorf("bijector: Power: got exponent %v, want a finite number other than 0", b.P)
	}
	return nil
}

// risingPowerMap and fallingPowerMap are for p > 0 and p < 0.
var risingPowerMap, fallingPowerMap = newPowerMap(false), newPowerMap(true)

func newPowerMap(decreasing bool) *autodiff.Op {
	return newScalar("Power", scalarMap{
		forward: func(y, ls, x []float64, a scalarArgs) {
			p := a.call.Args().A
			power(y, ls, x, p, p, a)
			logP := a.log(math.Abs(p))
			for i, v := range ls {
				ls[i] = kernel.FMA(p-1, v, logP)
			}
			notPower(y, ls, x, p, p)
		},
		inverse: func(x, ls, y []float64, a scalarArgs) {
			p := a.call.Args().A
			power(x, ls, y, p, 1/p, a)
			logP := a.log(math.Abs(p))
			for i, v := range ls {
				ls[i] = kernel.FMA((1-p)/p, v, -logP)
			}
			notPower(x, ls, y, p, 1/p)
		},
		derive: func(d derivatives) {
			p := d.call.Args().A
			for i, v := range d.x {
				d.lsByX[i] = (p - 1) / v
			}
		},
		decreasing: decreasing,
	})
}

// power sets y = sign(x)·|x|ᵉ and l = log|x|.
func power(y, l, x []float64, p, e float64, a scalarArgs) {
	kernel.Abs(y, x)
	a.logs(l, y)
	exponent := a.temp(len(x))
	repeat(exponent, []float64{e})
	kernel.PowEach(y, y, exponent)
	for i, v := range x {
		y[i] = math.Copysign(y[i], v)
		if p == 1 {
			y[i], l[i] = v, v-v
		}
	}
}

// notPower treats x outside the domain of the p-th power or its inverse.
func notPower(y, ls, x []float64, p, e float64) {
	odd := math.Abs(math.Mod(p, 2)) == 1
	for i, v := range x {
		if v < 0 && !odd || v == 0 && p != 1 {
			y[i], ls[i] = 0, math.Inf(-1)
			if e < 0 {
				y[i] = math.Inf(1)
			}
		}
	}
}

func (b *Power) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	op := risingPowerMap
	if b.P < 0 {
		op = fallingPowerMap
	}
	return summed(scalarOf(autodiff.Args{A: b.P}, op, x, dir))
}
