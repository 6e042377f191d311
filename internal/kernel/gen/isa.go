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
	bytes     int  // of a vector
	registers int  // vectors that fit in registers
	freeMasks bool // masks cost nothing: full panels use the masked kernel too

	vec         func(c *asm) reg.Register
	load        func(c *asm, from Mem, to reg.Register)
	store       func(c *asm, from reg.Register, to Mem)
	loadMasks   func(c *asm, bits Mem, vecs int) []reg.Register // one bit for each column
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
	freeMasks: true,
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

var avx2f64 = &isa{
	name:      "256",
	bytes:     32,
	registers: 16,
	vec:       func(c *asm) reg.Register { return c.YMM() },
	load:      func(c *asm, from Mem, to reg.Register) { c.VMOVUPD(from, to) },
	store:     func(c *asm, from reg.Register, to Mem) { c.VMOVUPD(from, to) },
	loadMasks: func(c *asm, bits Mem, vecs int) []reg.Register {
		// Registers are scarce: only the last vector may be partial. Its lane i
		// becomes all ones where its bit is set.
		masks := make([]reg.Register, vecs)
		mask, lane := c.YMM(), c.YMM()
		c.VPBROADCASTQ(bits, mask)
		if vecs > 1 {
			c.VPSRLQ(Imm(uint64(4*(vecs-1))), mask, mask)
		}
		c.VMOVDQU(c.lanes4(), lane)
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

// lanes4 is the constant 1, 2, 4, 8: bit i in lane i.
func (c *asm) lanes4() Mem {
	if c.lanes == nil {
		m := c.StaticGlobal("lanes4")
		c.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 4 {
			c.AddDatum(8*i, U64(1<<i))
		}
		c.lanes = &m
	}
	return *c.lanes
}
