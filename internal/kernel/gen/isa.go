package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An isa is the handful of vector instructions the matrix product is made of,
// for one instruction set and one width of number.
type isa struct {
	name      string
	bytes     int // of a vector
	registers int // vectors that fit in registers

	vec         func(c *asm) reg.Register
	load        func(c *asm, from Mem, to reg.Register)
	store       func(c *asm, from reg.Register, to Mem)
	loadMasks   func(c *asm, bits Mem, vecs int) []reg.Register // one bit a column
	loadMasked  func(c *asm, from Mem, mask, to reg.Register)
	storeMasked func(c *asm, from, mask reg.Register, to Mem)
	broadcast   func(c *asm, from Mem, to reg.Register)
	fma         func(c *asm, x Op, y, to reg.Register) // to += x·y
	max         func(c *asm, x, y, to reg.Register)    // to = x > y ? x : y … x if unordered
}

var avx512f64 = &isa{
	name:      "512",
	bytes:     64,
	registers: 32,
	vec:       func(c *asm) reg.Register { return c.ZMM() },
	load:      func(c *asm, from Mem, to reg.Register) { c.VMOVUPD(from, to) },
	store:     func(c *asm, from reg.Register, to Mem) { c.VMOVUPD(from, to) },
	loadMasks: func(c *asm, bits Mem, vecs int) []reg.Register {
		masks := make([]reg.Register, vecs)
		for v := range masks {
			masks[v] = c.K()
			c.KMOVB(bits.Offset(v), masks[v])
		}
		return masks
	},
	loadMasked:  func(c *asm, from Mem, mask, to reg.Register) { c.VMOVUPD_Z(from, mask, to) },
	storeMasked: func(c *asm, from, mask reg.Register, to Mem) { c.VMOVUPD(from, mask, to) },
	broadcast:   func(c *asm, from Mem, to reg.Register) { c.VBROADCASTSD(from, to) },
	fma:         func(c *asm, x Op, y, to reg.Register) { c.VFMADD231PD(x, y, to) },
	max:         func(c *asm, x, y, to reg.Register) { c.VMAXPD(x, y, to) },
}

var avx512f32 = &isa{
	name:      "512f32",
	bytes:     64,
	registers: 32,
	vec:       func(c *asm) reg.Register { return c.ZMM() },
	load:      func(c *asm, from Mem, to reg.Register) { c.VMOVUPS(from, to) },
	store:     func(c *asm, from reg.Register, to Mem) { c.VMOVUPS(from, to) },
	loadMasks: func(c *asm, bits Mem, vecs int) []reg.Register {
		masks := make([]reg.Register, vecs)
		for v := range masks {
			masks[v] = c.K()
			c.KMOVW(bits.Offset(2*v), masks[v])
		}
		return masks
	},
	loadMasked:  func(c *asm, from Mem, mask, to reg.Register) { c.VMOVUPS_Z(from, mask, to) },
	storeMasked: func(c *asm, from, mask reg.Register, to Mem) { c.VMOVUPS(from, mask, to) },
	broadcast:   func(c *asm, from Mem, to reg.Register) { c.VBROADCASTSS(from, to) },
	fma:         func(c *asm, x Op, y, to reg.Register) { c.VFMADD231PS(x, y, to) },
	max:         func(c *asm, x, y, to reg.Register) { c.VMAXPS(x, y, to) },
}

// With AVX2 masks are vectors and registers are scarce: only the last vector of
// a panel may be partial. Its lane becomes all ones where its bit is set.

var avx2f64 = &isa{
	name:      "256",
	bytes:     32,
	registers: 16,
	vec:       func(c *asm) reg.Register { return c.YMM() },
	load:      func(c *asm, from Mem, to reg.Register) { c.VMOVUPD(from, to) },
	store:     func(c *asm, from reg.Register, to Mem) { c.VMOVUPD(from, to) },
	loadMasks: func(c *asm, bits Mem, vecs int) []reg.Register {
		masks := make([]reg.Register, vecs)
		mask, lane := c.YMM(), c.YMM()
		c.VPBROADCASTQ(bits, mask)
		if vecs > 1 {
			c.VPSRLQ(Imm(uint64(4*(vecs-1))), mask, mask)
		}
		c.VMOVDQU(c.bits("bits4", 4, 8), lane)
		c.VPAND(lane, mask, mask)
		c.VPCMPEQQ(lane, mask, mask)
		masks[vecs-1] = mask
		return masks
	},
	loadMasked:  func(c *asm, from Mem, mask, to reg.Register) { c.VMASKMOVPD(from, mask, to) },
	storeMasked: func(c *asm, from, mask reg.Register, to Mem) { c.VMASKMOVPD(from, mask, to) },
	broadcast:   func(c *asm, from Mem, to reg.Register) { c.VBROADCASTSD(from, to) },
	fma:         func(c *asm, x Op, y, to reg.Register) { c.VFMADD231PD(x, y, to) },
	max:         func(c *asm, x, y, to reg.Register) { c.VMAXPD(x, y, to) },
}

var avx2f32 = &isa{
	name:      "256f32",
	bytes:     32,
	registers: 16,
	vec:       func(c *asm) reg.Register { return c.YMM() },
	load:      func(c *asm, from Mem, to reg.Register) { c.VMOVUPS(from, to) },
	store:     func(c *asm, from reg.Register, to Mem) { c.VMOVUPS(from, to) },
	loadMasks: func(c *asm, bits Mem, vecs int) []reg.Register {
		masks := make([]reg.Register, vecs)
		mask, lane := c.YMM(), c.YMM()
		c.VPBROADCASTD(bits.Offset(vecs-1), mask)
		c.VMOVDQU(c.bits("bits8", 8, 4), lane)
		c.VPAND(lane, mask, mask)
		c.VPCMPEQD(lane, mask, mask)
		masks[vecs-1] = mask
		return masks
	},
	loadMasked:  func(c *asm, from Mem, mask, to reg.Register) { c.VMASKMOVPS(from, mask, to) },
	storeMasked: func(c *asm, from, mask reg.Register, to Mem) { c.VMASKMOVPS(from, mask, to) },
	broadcast:   func(c *asm, from Mem, to reg.Register) { c.VBROADCASTSS(from, to) },
	fma:         func(c *asm, x Op, y, to reg.Register) { c.VFMADD231PS(x, y, to) },
	max:         func(c *asm, x, y, to reg.Register) { c.VMAXPS(x, y, to) },
}

// neonf64 is arm64's, written as code of two lanes: a partial vector has one.
var neonf64 = &isa{
	name:      "128",
	bytes:     16,
	registers: 16,
	vec:       func(c *asm) reg.Register { return c.XMM() },
	load:      func(c *asm, from Mem, to reg.Register) { c.VMOVUPD(from, to) },
	store:     func(c *asm, from reg.Register, to Mem) { c.VMOVUPD(from, to) },
	loadMasks: func(c *asm, _ Mem, vecs int) []reg.Register {
		masks := make([]reg.Register, vecs)
		masks[vecs-1] = c.XMM() // which is not used
		return masks
	},
	loadMasked:  func(c *asm, from Mem, _, to reg.Register) { c.VMOVSD(from, to) },
	storeMasked: func(c *asm, from, _ reg.Register, to Mem) { c.VMOVSD(from, to) },
	broadcast:   func(c *asm, from Mem, to reg.Register) { c.VMOVDDUP(from, to) },
	fma:         func(c *asm, x Op, y, to reg.Register) { c.VFMADD231PD(x, y, to) },
	max:         func(c *asm, x, y, to reg.Register) { c.VMAXPD(x, y, to) },
}

// neonf32 is the same with four lanes of float32; narrower ones, for what is left of
// the columns, use the first two or the first.
var (
	neonf32   = neonSingle("128f32", (*asm).loadUPS, (*asm).storeUPS)
	neonf32x2 = neonSingle("64f32", func(c *asm, from Mem, to reg.Register) { c.VMOVSD(from, to) }, func(c *asm, from reg.Register, to Mem) { c.VMOVSD(from, to) })
	neonf32x1 = neonSingle("32f32", func(c *asm, from Mem, to reg.Register) { c.VMOVSS(from, to) }, func(c *asm, from reg.Register, to Mem) { c.VMOVSS(from, to) })
)

func (c *asm) loadUPS(from Mem, to reg.Register)  { c.VMOVUPS(from, to) }
func (c *asm) storeUPS(from reg.Register, to Mem) { c.VMOVUPS(from, to) }

func neonSingle(name string, load func(c *asm, from Mem, to reg.Register), store func(c *asm, from reg.Register, to Mem)) *isa {
	return &isa{
		name:      name,
		bytes:     16,
		registers: 16,
		vec:       func(c *asm) reg.Register { return c.XMM() },
		load:      load,
		store:     store,
		broadcast: func(c *asm, from Mem, to reg.Register) { c.VBROADCASTSS(from, to) },
		fma:       func(c *asm, x Op, y, to reg.Register) { c.VFMADD231PS(x, y, to) },
		max:       func(c *asm, x, y, to reg.Register) { c.VMAXPS(x, y, to) },
	}
}

// bits is the constant name with bit i set in lane i, written once.
func (c *asm) bits(name string, lanes, bytes int) Mem {
	if m, ok := c.laneBits[name]; ok {
		return m
	}
	m := c.StaticGlobal(name)
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range lanes {
		if bytes == 8 {
			c.AddDatum(8*i, U64(1<<i))
		} else {
			c.AddDatum(4*i, U32(1<<i))
		}
	}
	c.laneBits[name] = m
	return m
}
