package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of the struct packing in ../pack.go.
const (
	packCols = 8 * iota
	packRows
	packSrc
	packSrcRow
	packDst
	packDstRow
)

// packRegs are the registers of a packer.
type packRegs struct {
	n      reg.Register   // columns of the source left
	rows   []reg.Register // the source's rows; missing ones are the last again
	dst, d reg.Register   // the destination and the bytes between its rows
}

// packStart loads the arguments of a packer of up to rows rows.
func (c *asm) packStart(name string, rows int) *packRegs {
	p := c.textOf(name, "packing", fmt.Sprintf("%s transposes up to %d rows into a panel.", name, rows))
	get := func(off int) reg.Register {
		g := c.GP64()
		c.MOVQ(Mem{Base: p, Disp: off}, g)
		return g
	}
	r := &packRegs{n: get(packCols), dst: get(packDst), d: get(packDstRow)}
	left, step, zero := get(packRows), get(packSrcRow), c.GP64()
	c.XORQ(zero, zero)
	r.rows = []reg.Register{get(packSrc)}
	for i := 1; i < rows; i++ {
		c.DECQ(left)
		c.CMOVQEQ(zero, step)
		q := c.GP64()
		c.MOVQ(r.rows[i-1], q)
		c.ADDQ(step, q)
		r.rows = append(r.rows, q)
	}
	return r
}

// packTurn writes one turn of a packer: out[i] becomes the next row of the
// destination.
func (c *asm) packTurn(r *packRegs, out []reg.Register, store func(from reg.Register, to Mem)) {
	for _, x := range out {
		store(x, Mem{Base: r.dst})
		c.ADDQ(r.d, r.dst)
	}
}

// pack512 writes the packer of eight rows: 8×8 blocks are transposed in
// registers by pairs, then by quarters.
func (c *asm) pack512() {
	r := c.packStart("pack512", 8)
	loop, move, done := c.label("loop"), c.label("move"), c.label("done")
	k, bits, count := c.K(), c.GP64(), reg.RCX
	c.MOVQ(U32(255), bits)
	c.Label(loop)
	c.CMPQ(r.n, Imm(8))
	c.JGE(LabelRef(move))
	c.TESTQ(r.n, r.n)
	c.JEQ(LabelRef(done))
	c.MOVQ(r.n, count)
	c.MOVQ(U32(1), bits)
	c.SHLQ(reg.CL, bits)
	c.DECQ(bits)
	c.Label(move)
	c.KMOVB(bits.As32(), k)
	x := make([]reg.Register, 8)
	for i, q := range r.rows {
		x[i] = c.ZMM()
		c.VMOVUPD_Z(Mem{Base: q}, k, x[i])
		c.ADDQ(Imm(64), q)
	}
	out := make([]reg.Register, 8)
	for odd := range 2 {
		var t [4]reg.Register
		for i := range t {
			t[i] = c.ZMM()
			if odd == 0 {
				c.VUNPCKLPD(x[2*i+1], x[2*i], t[i])
			} else {
				c.VUNPCKHPD(x[2*i+1], x[2*i], t[i])
			}
		}
		quarter := func(by uint8, y, x reg.Register) reg.Register {
			z := c.ZMM()
			c.VSHUFF64X2(U8(by), y, x, z)
			return z
		}
		even02, odd02 := quarter(0x88, t[1], t[0]), quarter(0xDD, t[1], t[0])
		even46, odd46 := quarter(0x88, t[3], t[2]), quarter(0xDD, t[3], t[2])
		out[0+odd], out[4+odd] = quarter(0x88, even46, even02), quarter(0xDD, even46, even02)
		out[2+odd], out[6+odd] = quarter(0x88, odd46, odd02), quarter(0xDD, odd46, odd02)
	}
	c.packTurn(r, out, func(from reg.Register, to Mem) { c.VMOVUPD(from, to) })
	c.SUBQ(Imm(8), r.n)
	c.JGT(LabelRef(loop))
	c.Label(done)
	c.VZEROUPPER()
	c.RET()
}

// pack256 writes the packer of four rows, in blocks of 4×4.
func (c *asm) pack256() {
	r := c.packStart("pack256", 4)
	c.packLoop(r, 8, func() []reg.Register {
		var out []reg.Register
		for i := range 2 {
			at := 16 * i
			x, y := c.pair(r, 0, 2, at), c.pair(r, 1, 3, at)
			even, odd := c.YMM(), c.YMM()
			c.VUNPCKLPD(y, x, even)
			c.VUNPCKHPD(y, x, odd)
			out = append(out, even, odd)
		}
		return out
	})
}

// pack32 writes the packer of eight rows of float32, in blocks of 8×4.
func (c *asm) pack32() {
	r := c.packStart("pack32", 8)
	c.packLoop(r, 4, func() []reg.Register {
		var x, t [4]reg.Register
		for i := range x {
			x[i] = c.pair(r, i, i+4, 0)
			t[i] = c.YMM()
		}
		c.VUNPCKLPS(x[1], x[0], t[0])
		c.VUNPCKHPS(x[1], x[0], t[1])
		c.VUNPCKLPS(x[3], x[2], t[2])
		c.VUNPCKHPS(x[3], x[2], t[3])
		var out []reg.Register
		for i := range 2 {
			even, odd := c.YMM(), c.YMM()
			c.VUNPCKLPD(t[2+i], t[i], even)
			c.VUNPCKHPD(t[2+i], t[i], odd)
			out = append(out, even, odd)
		}
		return out
	})
}

// pair loads 16 bytes of two rows into one register.
func (c *asm) pair(r *packRegs, lo, hi, at int) reg.Register {
	x := c.YMM()
	c.VMOVUPD(Mem{Base: r.rows[lo], Disp: at}, x.AsX())
	c.VINSERTF128(Imm(1), Mem{Base: r.rows[hi], Disp: at}, x, x)
	return x
}

// packLoop writes the loop of a packer that transposes four columns at a time
// with four, and the last ones number by number.
func (c *asm) packLoop(r *packRegs, bytes int, four func() []reg.Register) {
	loop, single, done := c.label("loop"), c.label("single"), c.label("done")
	c.Label(loop)
	c.CMPQ(r.n, Imm(4))
	c.JLT(LabelRef(single))
	c.packTurn(r, four(), func(from reg.Register, to Mem) { c.VMOVUPD(from, to) })
	for _, q := range r.rows {
		c.ADDQ(Imm(uint64(4*bytes)), q)
	}
	c.SUBQ(Imm(4), r.n)
	c.JMP(LabelRef(loop))
	c.Label(single)
	c.TESTQ(r.n, r.n)
	c.JEQ(LabelRef(done))
	x := c.XMM()
	for i, q := range r.rows {
		if bytes == 8 {
			c.VMOVSD(Mem{Base: q}, x)
			c.VMOVSD(x, Mem{Base: r.dst, Disp: 8 * i})
		} else {
			c.VMOVSS(Mem{Base: q}, x)
			c.VMOVSS(x, Mem{Base: r.dst, Disp: 4 * i})
		}
		c.ADDQ(Imm(uint64(bytes)), q)
	}
	c.ADDQ(r.d, r.dst)
	c.DECQ(r.n)
	c.JMP(LabelRef(single))
	c.Label(done)
	c.VZEROUPPER()
	c.RET()
}
