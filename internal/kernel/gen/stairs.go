package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of the structs stairRow and stairRun in ../stairs_amd64.go.
const (
	stairX = 8 * iota
	stairW
	stairWRow
	stairStart
	stairY
	stairEnd
	stairVecs
	stairMask
	stairRuns
	stairCount
	stairReLU

	runRows  = 0
	runVecs  = 8
	runMask  = 16
	runBytes = 24
)

const stairVectors = 16 // in a panel

// stairs writes the product of one row with a panel of a masked matrix: all of
// the panel is in registers, vector i being the i-th from its end. Runs of rows
// begin in one vector, of which the mask tells the columns that count. Weights are
// asked for four rows ahead: they are used once, and come from L2.
func stairs(c *asm) {
	p := c.textOf("stairRow512", "stairRow", "stairRow512 computes a panel of a row.")
	get := func(off int) reg.Register {
		g := c.GP64()
		c.MOVQ(Mem{Base: p, Disp: off}, g)
		return g
	}
	x, w, row, end, vecs := get(stairX), get(stairW), get(stairWRow), get(stairEnd), get(stairVecs)
	c.ADDQ(end, w)
	mask, zero := c.K(), c.ZMM()
	c.VPXORQ(zero, zero, zero)
	acc := make([]reg.Register, stairVectors)
	for i := range acc {
		acc[i] = c.ZMM()
		c.VMOVAPD(zero, acc[i])
	}
	at := func(p reg.Register, i int) Mem { return Mem{Base: p, Disp: -64 * (i + 1)} }

	from := get(stairStart)
	c.ADDQ(end, from)
	c.KMOVB(Mem{Base: p, Disp: stairMask}, mask)
	c.stairEach(vecs,
		func(i int) { c.VMOVUPD_Z(at(from, i), mask, acc[i]) },
		func(i int) { c.VMOVUPD(at(from, i), acc[i]) })

	run, left := get(stairRuns), get(stairCount)
	done := c.label("done")
	c.TESTQ(left, left)
	c.JEQ(LabelRef(done))
	for n := stairVectors; n > 0; n-- {
		c.stairRuns(n, run, left, x, w, row, mask, acc, done)
	}
	c.Label(done)

	linear := c.label("linear")
	c.CMPQ(Mem{Base: p, Disp: stairReLU}, Imm(0))
	c.JEQ(LabelRef(linear))
	for _, s := range acc {
		c.VMAXPD(s, zero, s)
	}
	c.Label(linear)
	to := get(stairY)
	c.ADDQ(get(stairEnd), to)
	c.KMOVB(Mem{Base: p, Disp: stairMask}, mask)
	c.stairEach(get(stairVecs),
		func(i int) { c.VMOVUPD(acc[i], mask, at(to, i)) },
		func(i int) { c.VMOVUPD(acc[i], at(to, i)) })
	c.VZEROUPPER()
	c.RET()
}

// stairRuns writes the loop over runs of rows that begin in vector n from the end.
func (c *asm) stairRuns(n int, run, left, x, w, row, mask reg.Register, acc []reg.Register, done string) {
	at := func(i int) Mem { return Mem{Base: w, Disp: -64 * (i + 1)} }
	again, next, loop := c.label("run"), c.label("narrower"), c.label("rows")
	c.Label(again)
	c.CMPQ(Mem{Base: run, Disp: runVecs}, Imm(uint64(n)))
	c.JNE(LabelRef(next))
	rows, a := c.GP64(), c.ZMM()
	c.MOVQ(Mem{Base: run, Disp: runRows}, rows)
	c.KMOVB(Mem{Base: run, Disp: runMask}, mask)
	c.Label(loop)
	c.VBROADCASTSD(Mem{Base: x}, a)
	c.VFMADD231PD(at(n-1), a, mask, acc[n-1])
	for i := n - 2; i >= 0; i-- {
		c.VFMADD231PD(at(i), a, acc[i])
		c.PREFETCHT0(Mem{Base: w, Index: row, Scale: 4, Disp: -64 * (i + 1)})
	}
	c.ADDQ(Imm(8), x)
	c.ADDQ(row, w)
	c.DECQ(rows)
	c.JNE(LabelRef(loop))
	c.ADDQ(Imm(runBytes), run)
	c.DECQ(left)
	c.JNE(LabelRef(again))
	c.JMP(LabelRef(done))
	c.Label(next)

}

// stairEach writes first for the first of vecs vectors, the one farthest from the end,
// and then rest for the others.
func (c *asm) stairEach(vecs reg.Register, first, rest func(i int)) {
	var heads, tails [stairVectors]string
	for i := stairVectors - 1; i >= 0; i-- {
		heads[i], tails[i] = c.label("first"), c.label("rest")
		c.CMPQ(vecs, Imm(uint64(i+1)))
		c.JEQ(LabelRef(heads[i]))
	}
	end := c.label("end")
	for i := stairVectors - 1; i >= 0; i-- {
		c.Label(heads[i])
		first(i)
		if i > 0 {
			c.JMP(LabelRef(tails[i-1]))
		} else {
			c.JMP(LabelRef(end))
		}
	}
	for i := stairVectors - 2; i >= 0; i-- {
		c.Label(tails[i])
		rest(i)
	}
	c.Label(end)
}
