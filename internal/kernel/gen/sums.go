package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sums writes the reductions: eight lanes by index mod 8, added as the package's
// lanes.total does.
func sums(c *asm) {
	c.bothSets(func(v vec) {
		v.vectorSum("sum", false)
		v.vectorSum("dot", true)
		v.rowSums("rowSum", false)
		v.rowSums("squareRowSum", true)
		v.colSum()
	})
	vec{c, 4}.colSumNarrow()
}

// An eight is a set of eight lanes: one vector of AVX-512, two of AVX2.
type eight []reg.Register

func (v vec) zeroEight() eight {
	e := eight{v.zero()}
	if !v.wide() {
		e = append(e, v.zero())
	}
	return e
}

// accumulate adds x, or x·y where y is not nil, to a.
func (v vec) accumulate(a, x, y reg.Register) {
	if y != nil {
		v.VFMADD231PD(x, y, a)
	} else {
		v.VADDPD(x, a, a)
	}
}

// addEight adds to e a whole eight of elements at i, or the first n < 8.
func (v vec) addEight(e eight, x, y Mem, twice bool, n reg.Register) {
	get := func(m Mem, lane int, mask reg.Register) reg.Register {
		r := v.new()
		m.Disp += 8 * lane
		if mask == nil {
			v.VMOVUPD(m, r)
		} else {
			v.loadMasked(m, mask, r)
		}
		return r
	}
	add := func(k int, mask reg.Register) {
		a := get(x, k*v.lanes, mask)
		switch {
		case twice:
			v.accumulate(e[k], a, a)
		case y.Base != nil:
			v.accumulate(e[k], a, get(y, k*v.lanes, mask))
		default:
			v.accumulate(e[k], a, nil)
		}
	}
	if n == nil {
		for k := range e {
			add(k, nil)
		}
		return
	}
	if v.wide() {
		add(0, v.firstLanes(n))
		return
	}
	low, done := v.label("low"), v.label("low")
	v.CMPQ(n, Imm(4))
	v.JLT(LabelRef(low))
	add(0, nil)
	v.SUBQ(Imm(4), n)
	add(1, v.firstLanes(n))
	v.JMP(LabelRef(done))
	v.Label(low)
	add(0, v.firstLanes(n))
	v.Label(done)
}

// total returns the sum of the lanes in the lowest lane of a register.
func (v vec) total(e eight) reg.Register {
	q := v.YMM()
	if v.wide() {
		v.VEXTRACTF64X4(Imm(1), e[0], q)
		v.VADDPD(q, e[0].(reg.Vec).AsY(), q)
	} else {
		v.VADDPD(e[1], e[0], q)
	}
	h := v.XMM()
	v.VEXTRACTF128(Imm(1), q, h)
	v.VADDPD(h, q.AsX(), h)
	l := v.XMM()
	v.VUNPCKHPD(h, h, l)
	v.VADDSD(l, h, h)
	return h
}

// run adds the n elements at x (and y) to e; n is used up.
func (v vec) run(e eight, x, y reg.Register, twice bool, n reg.Register) {
	i := v.GP64()
	v.XORQ(i, i)
	head, tail, done := v.label("head"), v.label("tail"), v.label("done")
	at := func(b reg.Register) Mem {
		if b == nil {
			return Mem{}
		}
		return Mem{Base: b, Index: i, Scale: 8}
	}
	v.SUBQ(Imm(8), n)
	v.JLT(LabelRef(tail))
	v.Label(head)
	v.addEight(e, at(x), at(y), twice, nil)
	v.ADDQ(Imm(8), i)
	v.SUBQ(Imm(8), n)
	v.JGE(LabelRef(head))
	v.Label(tail)
	v.ADDQ(Imm(8), n)
	v.JEQ(LabelRef(done))
	v.addEight(e, at(x), at(y), twice, n)
	v.Label(done)
}

// vectorSum writes the kernel that adds x[i], or x[i]·y[i], to eight lanes.
func (v vec) vectorSum(name string, product bool) {
	name += v.suffix()
	sig := "func(lanes, x *float64, n int)"
	if product {
		sig = "func(lanes, x, y *float64, n int)"
	}
	v.text(name, sig, name+" adds to the eight lanes.")
	lanes := v.Load(v.Param("lanes"), v.GP64())
	x := v.Load(v.Param("x"), v.GP64())
	var y reg.Register
	if product {
		y = v.Load(v.Param("y"), v.GP64())
	}
	n := v.Load(v.Param("n"), v.GP64())
	var e eight
	for k := range 8 / v.lanes {
		r := v.new()
		v.VMOVUPD(Mem{Base: lanes, Disp: 8 * k * v.lanes}, r)
		e = append(e, r)
	}
	v.run(e, x, y, false, n)
	for k, r := range e {
		v.VMOVUPD(r, Mem{Base: lanes, Disp: 8 * k * v.lanes})
	}
	v.VZEROUPPER()
	v.RET()
}

// rowSums writes the kernel of the sums, or the sums of squares, of rows.
func (v vec) rowSums(name string, twice bool) {
	name += v.suffix()
	v.text(name, "func(dst, x *float64, rows, cols int)", name+" sums the rows; rows and cols are not 0.")
	dst := v.Load(v.Param("dst"), v.GP64())
	x := v.Load(v.Param("x"), v.GP64())
	rows := v.Load(v.Param("rows"), v.GP64())
	cols := v.Load(v.Param("cols"), v.GP64())
	loop := v.label("row")
	v.Label(loop)
	e := v.zeroEight()
	n := v.GP64()
	v.MOVQ(cols, n)
	v.run(e, x, nil, twice, n)
	v.VMOVSD(v.total(e), Mem{Base: dst})
	v.LEAQ(Mem{Base: x, Index: cols, Scale: 8}, x)
	v.ADDQ(Imm(8), dst)
	v.DECQ(rows)
	v.JNE(LabelRef(loop))
	v.VZEROUPPER()
	v.RET()
}

// colSum writes the kernel that adds the column sums to dst, a vector of columns
// at a time; row i goes to lane i mod 4.
func (v vec) colSum() {
	name := "colSum" + v.suffix()
	v.text(name, "func(dst, x *float64, rows, cols, stride int)", name+" adds the column sums to dst; the rows are stride bytes apart.")
	dst := v.Load(v.Param("dst"), v.GP64())
	x := v.Load(v.Param("x"), v.GP64())
	cols := v.Load(v.Param("cols"), v.GP64())
	stride := v.Load(v.Param("stride"), v.GP64())
	column := func(mask reg.Register) {
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
	head, tail, end := v.label("head"), v.label("tail"), v.label("end")
	v.SUBQ(Imm(uint64(v.lanes)), cols)
	v.JLT(LabelRef(tail))
	v.Label(head)
	column(nil)
	v.ADDQ(Imm(uint64(8*v.lanes)), x)
	v.ADDQ(Imm(uint64(8*v.lanes)), dst)
	v.SUBQ(Imm(uint64(v.lanes)), cols)
	v.JGE(LabelRef(head))
	v.Label(tail)
	v.ADDQ(Imm(uint64(v.lanes)), cols)
	v.JEQ(LabelRef(end))
	column(v.firstLanes(cols))
	v.Label(end)
	v.VZEROUPPER()
	v.RET()
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
