package main

import (
	"math"

	"github.com/mmcloughlin/avo/reg"
)

// A wide is the sum of two registers. Its methods follow those of pow.go of the
// package line by line.
type wide struct{ hi, lo reg.Register }

const ln2Tail = 0x1.f97b57a079a19p-103

// quickSum returns a + b exactly for |a| ≥ |b|.
func (v vec) quickSum(a, b reg.Register) wide {
	s := v.add(a, b)
	return wide{s, v.sub(b, v.sub(s, a))}
}

func (v vec) wideTimes(a, b wide) wide {
	p := v.mul(a.hi, b.hi)
	e := v.fms(a.hi, b.hi, p)
	e = v.fma(a.hi, b.lo, e)
	return v.quickSum(p, v.fma(a.lo, b.hi, e))
}

// widePlus needs |a| ≥ |b| or a = 0.
func (v vec) widePlus(a, b wide) wide {
	s := v.quickSum(a.hi, b.hi)
	return v.quickSum(s.hi, v.add(s.lo, v.add(a.lo, b.lo)))
}

// wideOver returns a/b for a without a lower part.
func (v vec) wideOver(a reg.Register, b wide) wide {
	q := v.div(a, b.hi)
	r := v.fnma(q, b.lo, v.fnma(q, b.hi, a))
	return v.quickSum(q, v.div(r, b.hi))
}

// wideLog returns log x for positive finite x.
func (v vec) wideLog(x reg.Register) wide {
	small := v.cmp(less, x, v.num(minNormal))
	a := v.copy(x)
	v.pickTo(small, v.mul(x, v.num(0x1p54)), a)
	e, m, _ := v.split(a)
	e = v.add(e, v.keep(small, v.num(-54)))
	f := v.sub(m, v.num(1))
	s := v.wideOver(f, v.quickSum(v.reg(v.num(2)), f))
	z := v.wideTimes(s, s)
	p := v.reg(v.num(2.0 / 27))
	for i := 25; i >= 5; i -= 2 {
		v.fmaTo(z.hi, v.num(2/float64(i)), p)
	}
	third := wide{v.reg(v.num(0x1.5555555555555p-1)), v.reg(v.num(0x1.5555555555555p-55))}
	t := v.widePlus(third, wide{v.mul(z.hi, p), v.zero()})
	y := v.widePlus(wide{v.add(s.hi, s.hi), v.add(s.lo, s.lo)}, v.wideTimes(v.wideTimes(s, z), t))
	l := v.widePlus(wide{v.mul(e, v.num(ln2Hi)), v.zero()}, wide{v.mul(e, v.num(ln2Lo)), v.mul(e, v.num(ln2Tail))})
	return v.widePlus(l, y)
}

// logSum returns log x as a sum, of which the second is 0 where x is not positive and finite.
func (v vec) logSum(x reg.Register) []reg.Register {
	l := v.wideLog(x)
	v.logEdges(x, 0, l.hi)
	lo := v.keep(v.cmp(greater, x, v.num(0)), l.lo)
	return []reg.Register{l.hi, v.keep(v.cmp(less, x, v.num(math.Inf(1))), lo)}
}

// power is exp(p·log x) for positive finite x and finite p.
func (v vec) power(x, p reg.Register) reg.Register {
	l := v.wideLog(x)
	h := v.mul(p, l.hi)
	t := v.fma(p, l.lo, v.fms(p, l.hi, h))
	t = v.keep(v.cmp(less, v.abs(h), v.num(800)), t)
	r, k, bits := v.reduce(v.min(v.num(expMax), v.max(v.num(expMin), h)))
	return v.scale(v.add(v.expm1Poly(v.add(r, t)), v.num(1)), k, bits)
}
