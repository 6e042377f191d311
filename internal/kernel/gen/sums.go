package main

import (
	"math"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sums writes the reductions: eight lanes by index mod 8, added as the package's
// lanes.total does.
func sums(c *asm) {
	c.bothSets(func(v vec) {
		v.vectorSum("sum", false)
		v.vectorSum("dot", true)
		v.rowSums("rowSum", 1, false)
		v.rowSums("squareRowSum", 1, true)
		v.rowSums("rowDot", 2, false)
		v.colSum()
		if v.lanes > 2 {
			v.rowMax()
		}
	})
	if c.sets[0] > 2 {
		vec{c, 4}.colSumNarrow()
	}
}

// An eight is a set of eight lanes: one vector of AVX-512, two of AVX2, four of NEON.
type eight []reg.Register

func (v vec) zeroEight() (e eight) {
	for range 8 / v.lanes {
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
	switch v.lanes {
	case 8:
		add(0, v.firstLanes(n))
		return
	case 2:
		v.addPairs(e, n, add)
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

// addPairs adds n < 8 elements by twos and the last by itself.
func (v vec) addPairs(e eight, n reg.Register, add func(k int, mask reg.Register)) {
	done := v.label("done")
	for k := range e {
		one, next := v.label("one"), v.label("next")
		v.CMPQ(n, Imm(2))
		v.JLT(LabelRef(one))
		add(k, nil)
		v.SUBQ(Imm(2), n)
		v.JEQ(LabelRef(done))
		v.JMP(LabelRef(next))
		v.Label(one)
		add(k, v.XMM())
		v.JMP(LabelRef(done))
		v.Label(next)
	}
	v.Label(done)
}

// total returns the sum of the lanes in the lowest lane of a register.
func (v vec) total(e eight) reg.Register {
	if v.lanes == 2 {
		return v.lowest(v.add(v.add(e[0], e[2]), v.add(e[1], e[3])))
	}
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
	return v.lowest(h)
}

// lowest adds the two lanes of h in the lower.
func (v vec) lowest(h reg.Register) reg.Register {
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

// rowSums writes the kernel of the sums of rows of x, of their squares if twice
// is set, or of their products with the rows of y if slices is 2.
func (v vec) rowSums(name string, slices int, twice bool) {
	name += v.suffix()
	sig := "func(dst, x *float64, rows, cols int)"
	if slices == 2 {
		sig = "func(dst, x, y *float64, rows, cols int)"
	}
	v.text(name, sig, name+" sums the rows; rows and cols are not 0.")
	dst, x := v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("x"), v.GP64())
	var y reg.Register
	if slices == 2 {
		y = v.Load(v.Param("y"), v.GP64())
	}
	v.eachSum(dst, func(cols, n reg.Register) reg.Register {
		e := v.zeroEight()
		v.run(e, x, y, twice, n)
		v.LEAQ(Mem{Base: x, Index: cols, Scale: 8}, x)
		if y != nil {
			v.LEAQ(Mem{Base: y, Index: cols, Scale: 8}, y)
		}
		return v.total(e)
	})
}

// eachSum writes the loop over the rows and stores what sum returns for each;
// n holds cols and is used up.
func (v vec) eachSum(dst reg.Register, sum func(cols, n reg.Register) reg.Register) {
	rows, cols, n := v.Load(v.Param("rows"), v.GP64()), v.Load(v.Param("cols"), v.GP64()), v.GP64()
	loop := v.label("row")
	v.Label(loop)
	v.MOVQ(cols, n)
	v.VMOVSD(sum(cols, n), Mem{Base: dst})
	v.ADDQ(Imm(8), dst)
	v.DECQ(rows)
	v.JNE(LabelRef(loop))
	v.VZEROUPPER()
	v.RET()
}

// rowMax writes the kernel of the largest number of every row. VMAXPD returns
// its second operand, here the largest so far, where the other is NaN.
func (v vec) rowMax() {
	name := "rowMax" + v.suffix()
	v.text(name, "func(dst, x *float64, rows, cols int)", name+" finds the largest of the rows; rows and cols are not 0.")
	dst, x := v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("x"), v.GP64())
	low := v.reg(v.num(math.Inf(-1)))
	v.eachSum(dst, func(cols, n reg.Register) reg.Register {
		m, i, in := v.copy(low), v.GP64(), v.new()
		v.XORQ(i, i)
		at := Mem{Base: x, Index: i, Scale: 8}
		head, tail, done := v.label("head"), v.label("tail"), v.label("done")
		v.SUBQ(Imm(uint64(v.lanes)), n)
		v.JLT(LabelRef(tail))
		v.Label(head)
		v.VMOVUPD(at, in)
		v.VMAXPD(m, in, m)
		v.ADDQ(Imm(uint64(v.lanes)), i)
		v.SUBQ(Imm(uint64(v.lanes)), n)
		v.JGE(LabelRef(head))
		v.Label(tail)
		v.ADDQ(Imm(uint64(v.lanes)), n)
		v.JEQ(LabelRef(done))
		mask, rest := v.firstLanes(n), v.copy(low)
		v.loadMasked(at, mask, in)
		v.pickTo(mask, in, rest)
		v.VMAXPD(m, rest, m)
		v.Label(done)
		v.LEAQ(Mem{Base: x, Index: cols, Scale: 8}, x)
		return v.largest(m)
	})
}

// largest returns the largest lane of m, and +0 for −0, in the lowest lane.
func (v vec) largest(m reg.Register) reg.Register {
	q := m.(reg.Vec).AsY()
	if v.wide() {
		t := v.YMM()
		v.VEXTRACTF64X4(Imm(1), m, t)
		v.VMAXPD(t, q, t)
		q = t
	}
	h, l := v.XMM(), v.XMM()
	v.VEXTRACTF128(Imm(1), q, h)
	v.VMAXPD(h, q.(reg.Vec).AsX(), h)
	v.VUNPCKHPD(h, h, l)
	v.VMAXSD(l, h, h)
	v.VXORPD(l, l, l)
	v.VADDSD(l, h, h)
	return h
}
