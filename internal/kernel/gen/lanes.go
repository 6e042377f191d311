package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gather reads lane by lane at base + 8·index where mask is set, else 0.
func (v vec) gather(base, index reg.Register, disp int, mask reg.Register) reg.Register {
	r := v.zero()
	from := Mem{Base: base, Index: index, Scale: 8, Disp: disp}
	if v.wide() {
		k := v.K()
		v.KMOVB(mask, k)
		v.VGATHERQPD(from, k, r)
	} else {
		v.VGATHERQPD(v.copy(mask), from, r)
	}
	return r
}

// allLanes is a mask of all lanes.
func (v vec) allLanes() reg.Register {
	if v.wide() {
		k := v.K()
		v.KXNORB(k, k, k)
		return k
	}
	r := v.new()
	v.VPCMPEQQ(r, r, r)
	return r
}

// greaterInt is the mask of the lanes where a > b.
func (v vec) greaterInt(a, b reg.Register) reg.Register {
	if v.wide() {
		k := v.K()
		v.VPCMPQ(U8(6), b, a, k)
		return k
	}
	r := v.new()
	v.VPCMPGTQ(b, a, r)
	return r
}

// bothMasks is the mask of the lanes in a and in b.
func (v vec) bothMasks(a, b reg.Register) reg.Register {
	if v.wide() {
		k := v.K()
		v.KANDB(a, b, k)
		return k
	}
	return v.and(a, b)
}

// transpose returns the columns of the square matrix with the given rows.
func (v vec) transpose(r []reg.Register) []reg.Register {
	op := func(f func(...Op), ops ...Op) reg.Register {
		t := v.new()
		f(append(ops, t)...)
		return t
	}
	var t []reg.Register
	for i := 0; i < v.lanes; i += 2 {
		t = append(t, op(v.unpackLow, r[i+1], r[i]), op(v.unpackHigh, r[i+1], r[i]))
	}
	if !v.wide() {
		out := make([]reg.Register, 4)
		for h := range 2 {
			for i := range 2 {
				out[2*h+i] = v.new()
				v.VPERM2F128(U8(0x20+0x11*h), t[2+i], t[i], out[2*h+i])
			}
		}
		return out
	}
	shuffle := func(imm int, a, b reg.Register) reg.Register {
		return op(v.shuffle128, U8(imm), b, a)
	}
	out := make([]reg.Register, 8)
	for i := range 2 {
		for half, imm := range []int{0x88, 0xdd} {
			a, b := shuffle(imm, t[i], t[2+i]), shuffle(imm, t[4+i], t[6+i])
			out[2*half+i] = shuffle(0x88, a, b)
			out[4+2*half+i] = shuffle(0xdd, a, b)
		}
	}
	return out
}

func (v vec) unpackLow(ops ...Op)  { v.VUNPCKLPD(ops...) }
func (v vec) unpackHigh(ops ...Op) { v.VUNPCKHPD(ops...) }
func (v vec) shuffle128(ops ...Op) { v.VSHUFF64X2(ops...) }

// laneNumbers is the name of the constant 0, 1, 2, …
const laneNumbers = "lanes8"

// laneNumbers is 0, 1, 2, … in the lanes.
func (c *asm) laneNumbers() Mem {
	if c.numbers == nil {
		m := c.StaticGlobal(laneNumbers)
		c.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 8 {
			c.AddDatum(8*i, U64(uint64(i)))
		}
		c.numbers = &m
	}
	return *c.numbers
}
