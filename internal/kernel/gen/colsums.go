package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// colSum writes the kernel that adds the column sums to dst, a vector of columns
// at a time; row i goes to lane i mod 4.
func (v vec) colSum() {
	name := "colSum" + v.suffix()
	v.text(name, "func(dst, x *float64, rows, cols, stride int)", name+" adds the column sums to dst; the rows are stride bytes apart.")
	dst := v.Load(v.Param("dst"), v.GP64())
	x := v.Load(v.Param("x"), v.GP64())
	cols := v.Load(v.Param("cols"), v.GP64())
	stride := v.Load(v.Param("stride"), v.GP64())
	head, tail, end := v.label("head"), v.label("tail"), v.label("end")
	v.SUBQ(Imm(uint64(v.lanes)), cols)
	v.JLT(LabelRef(tail))
	v.Label(head)
	v.columnSums(dst, x, stride, nil)
	v.ADDQ(Imm(uint64(8*v.lanes)), x)
	v.ADDQ(Imm(uint64(8*v.lanes)), dst)
	v.SUBQ(Imm(uint64(v.lanes)), cols)
	v.JGE(LabelRef(head))
	v.Label(tail)
	v.ADDQ(Imm(uint64(v.lanes)), cols)
	v.JEQ(LabelRef(end))
	v.columnSums(dst, x, stride, v.firstLanes(cols))
	v.Label(end)
	v.VZEROUPPER()
	v.RET()
}

// columnSums adds the sums of the columns of one vector, or of those in the mask, to dst.
func (v vec) columnSums(dst, x, stride, mask reg.Register) {
	var lane [4]reg.Register
	for k := range lane {
		lane[k] = v.zero()
	}
	add := func(p reg.Register, k int) {
		r := v.new()
		if mask == nil {
			v.VMOVUPD(Mem{Base: p}, r)
		} else {
			v.loadMasked(Mem{Base: p}, mask, r)
		}
		v.VADDPD(r, lane[k], lane[k])
		v.ADDQ(stride, p)
	}
	p, rows := v.GP64(), v.GP64()
	v.MOVQ(x, p)
	v.Load(v.Param("rows"), rows)
	four, rest, done := v.label("four"), v.label("rest"), v.label("done")
	v.SUBQ(Imm(4), rows)
	v.JLT(LabelRef(rest))
	v.Label(four)
	for k := range 4 {
		add(p, k)
	}
	v.SUBQ(Imm(4), rows)
	v.JGE(LabelRef(four))
	v.Label(rest)
	v.ADDQ(Imm(4), rows)
	for k := range 3 {
		v.JEQ(LabelRef(done))
		add(p, k)
		v.DECQ(rows)
	}
	v.Label(done)
	s := v.add(v.add(lane[0], lane[2]), v.add(lane[1], lane[3]))
	d := v.new()
	if mask == nil {
		v.VMOVUPD(Mem{Base: dst}, d)
		v.VMOVUPD(v.add(d, s), Mem{Base: dst})
	} else {
		v.loadMasked(Mem{Base: dst}, mask, d)
		v.storeMasked(v.add(d, s), mask, Mem{Base: dst})
	}

}

// colSumNarrow writes the kernel for 1 to 7 columns: four rows at a time are
// one run of numbers, so lane k of column j is at k·cols + j.
func (v vec) colSumNarrow() {
	v.text("colSumNarrow", "func(lanes, x *float64, groups, cols int)", "colSumNarrow sets the lanes of up to 7 columns from groups of four rows.")
	lanes := v.Load(v.Param("lanes"), v.GP64())
	x := v.Load(v.Param("x"), v.GP64())
	groups := v.Load(v.Param("groups"), v.GP64())
	cols := v.Load(v.Param("cols"), v.GP64())
	for n := 1; n <= 7; n++ {
		next, loop := v.label("cols"), v.label("loop")
		v.CMPQ(cols, Imm(uint64(n)))
		v.JNE(LabelRef(next))
		var sum []reg.Register
		for range n {
			sum = append(sum, v.zero())
		}
		v.Label(loop)
		for k, s := range sum {
			v.VADDPD(Mem{Base: x, Disp: 32 * k}, s, s)
		}
		v.ADDQ(Imm(uint64(32*n)), x)
		v.DECQ(groups)
		v.JNE(LabelRef(loop))
		for k, s := range sum {
			v.VMOVUPD(s, Mem{Base: lanes, Disp: 32 * k})
		}
		v.VZEROUPPER()
		v.RET()
		v.Label(next)
	}
	v.RET()
}
