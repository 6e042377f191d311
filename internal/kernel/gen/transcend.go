package main

import (
	"math"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The methods here follow exp.go and log.go of the package line by line; the
// order of every rounding is the same.

const (
	log2E        = 0x1.71547652b82fep+0
	ln2Hi        = 0x1.62e42fefa3800p-1
	ln2Lo        = 0x1.ef35793c76730p-45
	rounder      = 0x1.8p52
	rounderBits  = 0x4338000000000000
	expMin       = -746
	expMax       = 710
	sqrtHalfBits = 0x3fe6a09e667f3bcd
	minNormal    = 0x1p-1022
)

var expPoly = []float64{
	0x1.0000000000001p-1, 0x1.5555555555556p-3, 0x1.5555555553d67p-5, 0x1.11111111109b4p-7, 0x1.6c16c1788a49bp-10,
	0x1.a01a01a7c327ap-13, 0x1.a019b9133a48ap-16, 0x1.71de0db21e27fp-19, 0x1.28917e2c43a66p-22, 0x1.af38a0d2d9620p-26,
}

var softplusPoly = []float64{
	0x1.5555555555555p-1, 0x1.999999999a3ddp-2, 0x1.24924923d44c6p-2, 0x1.c71c727143318p-3, 0x1.745cf0b0e03bdp-3,
	0x1.3b18b294bebf9p-3, 0x1.10ac75dc602b1p-3, 0x1.eb905e8575054p-4, 0x1.687a6e7c95176p-4, 0x1.4b0a26c5f2aefp-3,
}

var logPoly = []float64{
	0x1.5555555555558p-1, 0x1.99999999952e2p-2, 0x1.2492492df148dp-2, 0x1.c71c62e5800a1p-3,
	0x1.7462b4ab2ef6bp-3, 0x1.39fe606542ddep-3, 0x1.2b584aae78a57p-3,
}

// reduce returns r, k, and t = k + rounder.
func (v vec) reduce(x Op) (r, k, t reg.Register) {
	t = v.fma(x, v.num(log2E), v.num(rounder))
	k = v.sub(t, v.num(rounder))
	r = v.fnma(k, v.num(ln2Lo), v.fnma(k, v.num(ln2Hi), x))
	return r, k, t
}

// pair returns c[i+1]·x + c[i].
func (v vec) pair(c []float64, i int, x Op) reg.Register {
	return v.fma(v.num(c[i+1]), x, v.num(c[i]))
}

func (v vec) poly10(c []float64, r, z Op) reg.Register {
	p03 := v.pair(c, 2, r)
	v.fmaTo(z, v.pair(c, 0, r), p03)
	p := v.pair(c, 8, r)
	v.fmaTo(z, v.pair(c, 6, r), p)
	v.fmaTo(z, v.pair(c, 4, r), p)
	v.fmaTo(v.mul(z, z), p03, p)
	return p
}

func (v vec) expm1Poly(r Op) reg.Register {
	z := v.mul(r, r)
	p := v.poly10(expPoly, r, z)
	v.fmaTo(z, r, p)
	return p
}

// scale returns p·2ᵏ; VSCALEFPD rounds once, as the two exact factors do.
func (v vec) scale(p, k, t reg.Register) reg.Register {
	if v.wide() {
		r := v.new()
		v.VSCALEFPD(k, p, r)
		return r
	}
	u := v.subInt(t, v.word(rounderBits-2046))
	h := v.shr(u, 1)
	return v.mul(v.mul(p, v.shl(h, 52)), v.shl(v.subInt(u, h), 52))
}

// expCore is exp for −746 ≤ x ≤ 710 and NaN.
func (v vec) expCore(x Op) reg.Register {
	r, k, t := v.reduce(x)
	return v.scale(v.add(v.expm1Poly(r), v.num(1)), k, t)
}

func (v vec) exp(x Op) reg.Register {
	return v.expCore(v.min(v.num(expMax), v.max(v.num(expMin), x)))
}

// pow2 returns 2ᵏ⁺ˢʰⁱᶠᵗ from t = k + rounder.
func (v vec) pow2(t reg.Register, shift int) reg.Register {
	return v.shl(v.subInt(t, v.word(uint64(rounderBits-1023-shift))), 52)
}

func (v vec) expm1(x Op) reg.Register {
	r, k, t := v.reduce(v.min(v.num(expMax), v.max(v.num(-40), x)))
	p := v.expm1Poly(r)
	s := v.pow2(t, -1)
	y := v.fma(s, p, v.sub(s, v.num(0.5)))
	y = v.add(y, y)
	v.pickTo(v.cmp(equal, k, v.num(0)), p, y)
	return v.or(y, v.sign(x))
}

func (v vec) tanh(x Op) reg.Register {
	a := v.min(v.num(20), v.abs(x))
	r, _, t := v.reduce(v.add(a, a))
	s := v.pow2(t, 0)
	e := v.expm1Poly(r)
	v.fmaTo(s, v.sub(s, v.num(1)), e)
	return v.or(v.div(e, v.add(e, v.num(2))), v.sign(x))
}

// negExp returns exp(−|x|).
func (v vec) negExp(x Op) reg.Register {
	return v.expCore(v.max(v.num(expMin), v.or(x, v.word(1<<63))))
}

func (v vec) sigmoid(x Op) reg.Register {
	e := v.negExp(x)
	n := v.reg(v.num(1))
	if v.wide() {
		k := v.K()
		v.VPMOVQ2M(x, k)
		v.pickTo(k, e, n)
	} else {
		v.pickTo(x.(reg.Register), e, n)
	}
	return v.div(n, v.add(e, v.num(1)))
}

func (v vec) log1pExp(x Op) reg.Register {
	u := v.negExp(x)
	s := v.div(u, v.add(u, v.num(2)))
	z := v.mul(s, s)
	p := v.poly10(softplusPoly, z, v.mul(z, z))
	v.fnmaTo(z, u, p)
	v.fnmaTo(s, u, p)
	return p
}

func (v vec) softplus(x Op) reg.Register {
	return v.add(v.log1pExp(x), v.max(v.num(0), x))
}

func (v vec) logSigmoid(x Op) reg.Register {
	return v.sub(v.min(v.num(0), x), v.log1pExp(x))
}

// split returns e and m with x = m·2ᵉ, and the integer e + 1024.
func (v vec) split(x Op) (e, m, biased reg.Register) {
	low := uint64(sqrtHalfBits)
	t := v.subInt(x, v.word(low-1024<<52))
	biased = v.shr(t, 52)
	e = v.sub(v.or(biased, v.word(0x4330000000000000)), v.num(0x1p52+1024))
	m = v.addInt(v.and(t, v.word(1<<52-1)), v.word(low))
	return e, m, biased
}

func (v vec) logCore(e, f reg.Register) reg.Register {
	s := v.div(f, v.add(f, v.num(2)))
	z := v.mul(s, s)
	w := v.mul(z, z)
	p := v.reg(v.num(logPoly[6]))
	v.fmaTo(w, v.pair(logPoly, 4, z), p)
	v.fmaTo(w, v.pair(logPoly, 2, z), p)
	v.fmaTo(w, v.pair(logPoly, 0, z), p)
	h := v.mul(v.mul(f, v.num(0.5)), f)
	v.fmaTo(z, h, p)
	v.fmaTo(s, v.mul(e, v.num(ln2Lo)), p)
	return v.fms(e, v.num(ln2Hi), v.sub(v.sub(h, p), f))
}

func (v vec) log(x Op) reg.Register {
	small := v.cmp(less, x, v.num(minNormal))
	a := v.copy(x)
	v.pickTo(small, v.mul(x, v.num(0x1p54)), a)
	e, m, _ := v.split(a)
	e = v.add(e, v.keep(small, v.num(-54)))
	y := v.logCore(e, v.sub(m, v.num(1)))
	v.logEdges(x, 0, y)
	return y
}

// logEdges sets y where the logarithm of x − zero is −∞, +∞ or none.
func (v vec) logEdges(x Op, zero float64, y reg.Register) {
	v.pickTo(v.cmp(equal, x, v.num(zero)), v.num(math.Inf(-1)), y)
	v.pickTo(v.cmp(equal, x, v.num(math.Inf(1))), v.num(math.Inf(1)), y)
	v.pickTo(v.cmp(notGreaterEqual, x, v.num(zero)), v.num(math.NaN()), y)
}

func (v vec) log1p(x Op) reg.Register {
	u := v.add(x, v.num(1))
	b := v.sub(u, v.num(1))
	c := v.add(v.sub(v.num(1), v.sub(u, b)), v.sub(x, b))
	e, m, biased := v.split(u)
	s := v.shl(v.subInt(v.word(2049), biased), 52)
	f := v.mul(c, s)
	v.fmaTo(v.num(0.25), v.sub(m, v.num(1)), f)
	y := v.or(v.logCore(e, f), v.sign(x))
	v.logEdges(x, -1, y)
	return y
}
