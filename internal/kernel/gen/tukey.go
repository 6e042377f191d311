package main

import "github.com/mmcloughlin/avo/reg"

// tukeyStart follows tukeyStart1 of the package.
func (v vec) tukeyStart(y, g, h reg.Register) []reg.Register {
	size := v.abs(y)
	skew := v.copySign(v.max(v.abs(g), v.num(0x1p-100)), v.mul(g, v.copySign(v.reg(v.num(1)), y)))
	u := v.mul(skew, size)
	ratio := v.div(u, v.log1p(v.max(u, v.num(-1))))
	a := v.log1p(v.mul(v.mul(h, size), size))
	w := v.mul(a, v.sub(v.num(1), v.div(v.log1p(a), v.add(a, v.num(2)))))
	s := v.max(v.fma(ratio, ratio, v.sub(v.exp(w), v.num(1))), v.num(0x1p-20))
	return []reg.Register{v.div(size, v.sqrt(s)), v.div(v.num(1), u), skew}
}

// tukeyStep follows tukeyStep1 of the package.
func (v vec) tukeyStep(x, skew, h, inv reg.Register) []reg.Register {
	t := v.mul(skew, x)
	e := v.expm1(t)
	b := v.div(v.mul(v.exp(t), t), e)
	q := v.mul(v.mul(h, x), x)
	miss := v.fma(q, v.num(0.5), v.log(v.mul(e, inv)))
	rise := v.add(b, q)
	bend := v.fma(b, v.sub(v.add(t, v.num(1)), b), v.add(q, q))
	square := v.mul(rise, rise)
	den := v.max(v.mul(square, v.num(0.5)), v.fnma(v.mul(miss, v.num(0.5)), bend, square))
	u := v.max(v.num(-1), v.min(v.num(1), v.div(v.mul(miss, rise), den)))
	f := v.fnma(u, v.num(1.0/6), v.num(0.5))
	f = v.fnma(u, f, v.num(1))
	return []reg.Register{miss, rise, v.fnma(v.mul(u, x), f, x)}
}
