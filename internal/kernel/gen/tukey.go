package main

import "github.com/mmcloughlin/avo/reg"

// tukeyStep follows tukeyStep1 of the package.
func (v vec) tukeyStep(x, g, h, y reg.Register) []reg.Register {
	t := v.mul(g, x)
	over := v.div(v.expm1(t), t)
	v.pickTo(v.cmp(less, v.abs(t), v.num(0x1p-60)), v.reg(v.num(1)), over)
	b := v.div(v.exp(t), over)
	q := v.mul(v.mul(h, x), x)
	miss := v.fma(q, v.num(0.5), v.log(v.div(v.mul(x, over), y)))
	rise := v.add(b, q)
	bend := v.fma(b, v.sub(v.add(t, v.num(1)), b), v.add(q, q))
	square := v.mul(rise, rise)
	den := v.max(v.mul(square, v.num(0.5)), v.fnma(v.mul(miss, v.num(0.5)), bend, square))
	u := v.max(v.num(-1), v.min(v.num(1), v.div(v.mul(miss, rise), den)))
	e := v.fnma(u, v.num(1.0/6), v.num(0.5))
	e = v.fnma(u, e, v.num(1))
	return []reg.Register{miss, rise, v.fnma(v.mul(u, x), e, x)}
}
