package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The methods here follow hyper.go, special.go and atan1 of the package; where
// those branch, both ways are computed and one is picked.

const (
	ln2     = 0x1.62e42fefa39efp-1
	halfPi1 = 0x1.921fb54442d18p+0
	halfPi2 = 0x1.1a62633145c07p-54
)

var atanPoly = []float64{
	-0x1.5555555555555p-2, 0x1.999999999933dp-3, -0x1.24924924355d5p-3, 0x1.c71c7184c32bfp-4,
	-0x1.745d0b153ffadp-4, 0x1.3b126143b5cbcp-4, -0x1.10fa5ee9ab25cp-4, 0x1.dfe49b2919c4ep-5,
	-0x1.a090d1950d2b4p-5, 0x1.41495cefb6c73p-5, -0x1.39f38ad451ea6p-6,
}

var coshPoly = []float64{
	2.0 / 24, 2.0 / 720, 2.0 / 40320, 2.0 / 3628800, 2.0 / 479001600, 2.0 / 87178291200,
	2.0 / 20922789888000, 2.0 / 6402373705728000, 2.0 / 2432902008176640000,
}

// halfExp returns exp(x)/2.
func (v vec) halfExp(x Op) reg.Register {
	r, k, t := v.reduce(v.min(v.num(expMax+1), v.max(v.num(expMin), x)))
	return v.scale(v.add(v.expm1Poly(r), v.num(1)), v.sub(k, v.num(1)), v.subInt(t, v.word(1)))
}

// copySign returns y with the sign of x.
func (v vec) copySign(y, x Op) reg.Register { return v.or(v.abs(y), v.sign(x)) }

// smallSinh is sinh of 0 ≤ a < 22.
func (v vec) smallSinh(a reg.Register) reg.Register {
	e := v.expm1(a)
	y := v.mul(v.add(e, v.div(e, v.add(e, v.num(1)))), v.num(0.5))
	v.pickTo(v.cmp(less, e, v.num(0x1p-30)), a, y)
	return y
}

func (v vec) sinh(x reg.Register) reg.Register {
	a := v.abs(x)
	y := v.halfExp(a)
	v.pickTo(v.cmp(less, a, v.num(22)), v.smallSinh(a), y)
	return v.copySign(y, x)
}

func (v vec) cosh(x reg.Register) reg.Register {
	a := v.abs(x)
	return v.add(v.halfExp(a), v.halfExp(v.neg(a)))
}

func (v vec) asinh(x reg.Register) reg.Register {
	a := v.abs(x)
	w := v.mul(a, a)
	y := v.log1p(v.add(a, v.div(w, v.add(v.sqrt(v.add(w, v.num(1))), v.num(1)))))
	v.pickTo(v.cmp(greater, a, v.num(0x1p28)), v.add(v.log(a), v.num(ln2)), y)
	return v.copySign(y, x)
}

func (v vec) atan(x reg.Register) reg.Register {
	a := v.abs(x)
	t, hi, lo := v.copy(a), v.zero(), v.zero()
	middle := v.cmp(greater, a, v.num(0x1.a827999fcef32p-2))
	v.pickTo(middle, v.div(v.sub(a, v.num(1)), v.add(a, v.num(1))), t)
	v.pickTo(middle, v.reg(v.num(halfPi1/2)), hi)
	v.pickTo(middle, v.reg(v.num(halfPi2/2)), lo)
	large := v.cmp(greater, a, v.num(0x1.3504f333f9de6p+1))
	v.pickTo(large, v.div(v.num(-1), a), t)
	v.pickTo(large, v.reg(v.num(halfPi1)), hi)
	v.pickTo(large, v.reg(v.num(halfPi2)), lo)
	z := v.mul(t, t)
	p := v.horner(atanPoly, z)
	y := v.add(hi, v.add(v.fma(v.mul(t, z), p, lo), t))
	return v.copySign(y, x)
}

func (v vec) atanh(x reg.Register) reg.Register {
	a := v.abs(x)
	y := v.log1p(v.div(v.add(a, a), v.sub(v.num(1), a)))
	return v.copySign(v.mul(y, v.num(0.5)), x)
}

func (v vec) logCosh(x reg.Register) reg.Register {
	a := v.abs(x)
	z := v.mul(a, a)
	p := v.horner(coshPoly, z)
	h := v.mul(z, v.num(0.5))
	near := v.fma(v.mul(z, p), h, h)
	u := v.exp(v.mul(a, v.num(-2)))
	v.pickTo(v.cmp(less, a, v.num(1)), near, u)
	l := v.log1p(u)
	y := v.add(v.sub(a, v.num(ln2)), l)
	v.pickTo(v.cmp(less, a, v.num(1)), l, y)
	return y
}

func (v vec) log1mExp(x reg.Register) reg.Register {
	m := v.neg(x)
	y := v.log1p(v.neg(v.exp(m)))
	v.pickTo(v.cmp(less, x, v.num(ln2)), v.log(v.neg(v.expm1(m))), y)
	return y
}

func (v vec) log1mSquare(x reg.Register) reg.Register {
	a := v.abs(x)
	one := v.reg(v.num(1))
	y := v.log(v.mul(v.sub(one, a), v.add(one, a)))
	v.pickTo(v.cmp(less, a, v.num(0.5)), v.log1p(v.mul(v.neg(a), a)), y)
	return y
}
