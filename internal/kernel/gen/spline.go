package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// spline writes the rational-quadratic spline of rqs.go and rqs_grad.go: a vector
// of elements at a time, each element in a lane.
func spline(c *asm) {
	c.bothSets(func(v vec) {
		v.splineKernel("rqsForward", (*splineCode).forward)
		v.splineKernel("rqsInverse", (*splineCode).inverse)
		v.splineKernel("rqsForwardGrad", (*splineCode).forwardGrad)
		v.splineKernel("rqsInverseGrad", (*splineCode).inverseGrad)
	})
}

// Offsets of the fields of the struct rqsCall in ../rqs_amd64.go.
const (
	rqsOut = 8 * iota
	rqsLog
	rqsIn
	rqsGradOut
	rqsGradLog
	rqsRaw
	rqsDraw
	rqsBase
	rqsN
	rqsBins
	rqsLast
	rqsStride
	rqsBound
	rqsFree
	rqsMinSlope
	rqsShift
)

const (
	splineBins = 32 // the most that fit in the frame
	maxSlope   = 0x1p20
)

// A splineCode is what the parts of a spline kernel share. The frame holds
// vectors: for each axis its raw numbers, then their exponentials (the widths'
// and the heights' in one run), running sums and knots; then the slots.
type splineCode struct {
	vec
	p, frame  reg.Register // the call; the frame, aligned
	raw       reg.Register // of the vector's first element
	left      reg.Register // elements to go
	i         reg.Register // elements done
	bins      reg.Register
	nextSlot  int
	mask      Mem // slot: which lanes are elements
	x         Mem // slot: the argument
	rows      int // offset of the pointers to the elements' raw numbers
	k         Mem // slot: the bin
	share     [2]Mem
	slotBytes int
}

// bytes is the size of a vector.
func (s *splineCode) bytes() int { return 8 * s.lanes }

func (s *splineCode) expAt() int         { return 0 }
func (s *splineCode) sumAt(axis int) int { return (2*splineBins + axis*(splineBins+1)) * s.bytes() }
func (s *splineCode) knotAt(axis int) int {
	return (2*splineBins + (2+axis)*(splineBins+1)) * s.bytes()
}
func (s *splineCode) slotAt(i int) int {
	return (2*splineBins+4*(splineBins+1)+i)*s.bytes() + 64
}

const splineSlots = 48

// slot returns a new place in the frame for a vector.
func (s *splineCode) slot() Mem {
	if s.nextSlot == splineSlots {
		panic("spline: too few slots")
	}
	s.nextSlot++
	return Mem{Base: s.frame, Disp: s.slotAt(s.nextSlot - 1)}
}

// put stores r in a new slot.
func (s *splineCode) put(r reg.Register) Mem {
	m := s.slot()
	s.VMOVUPD(r, m)
	return m
}

func (s *splineCode) get(m Mem) reg.Register {
	r := s.new()
	s.VMOVUPD(m, r)
	return r
}

// field is a number of the call in all lanes.
func (s *splineCode) field(offset int) reg.Register {
	r := s.new()
	s.VBROADCASTSD(Mem{Base: s.p, Disp: offset}, r)
	return r
}

// intField is an integer of the call in all lanes.
func (s *splineCode) intField(offset int) reg.Register {
	r := s.new()
	s.VPBROADCASTQ(Mem{Base: s.p, Disp: offset}, r)
	return r
}

// pointer loads a pointer or integer of the call.
func (s *splineCode) pointer(offset int) reg.Register {
	r := s.GP64()
	s.MOVQ(Mem{Base: s.p, Disp: offset}, r)
	return r
}

// element is the vector of the slice at offset in the call.
func (s *splineCode) element(offset int) Mem {
	return Mem{Base: s.pointer(offset), Index: s.i, Scale: 8}
}

func (s *splineCode) loadElement(offset int) reg.Register {
	r := s.new()
	s.loadMasked(s.element(offset), s.laneMask(), r)
	return r
}

func (s *splineCode) storeElement(r reg.Register, offset int) {
	s.storeMasked(r, s.laneMask(), s.element(offset))
}

// laneMask returns the mask of the lanes that are elements.
func (s *splineCode) laneMask() reg.Register {
	if s.wide() {
		k := s.K()
		s.KMOVB(s.mask, k)
		return k
	}
	return s.get(s.mask)
}

// splineKernel writes one kernel: the loop over vectors of elements.
func (v vec) splineKernel(name string, body func(*splineCode)) {
	s := &splineCode{vec: v}
	name += v.suffix()
	s.p = v.textOf(name, "rqsCall", name+" works on n > 0 elements, with at most 32 bins.")
	v.Attributes(attr.Attribute(0)) // the frame is too large for NOSPLIT
	local := v.AllocLocal(s.slotAt(splineSlots) + 64)
	s.frame = v.GP64()
	v.LEAQ(Mem{Base: local.Base, Disp: local.Disp + 63}, s.frame)
	v.ANDQ(I8(-64), s.frame)
	s.rows = s.slotAt(0) - 64
	s.raw, s.left, s.bins = s.pointer(rqsRaw), s.pointer(rqsN), s.pointer(rqsBins)
	s.i = v.GP64()
	v.XORQ(s.i, s.i)
	s.mask, s.x, s.k = s.slot(), s.slot(), s.slot()
	s.share = [2]Mem{s.slot(), s.slot()}
	loop := v.label("vector")
	v.Label(loop)
	s.lanesAndRows()
	body(s)
	// The next vector.
	step := s.pointer(rqsStride)
	v.SHLQ(U8(map[int]uint64{8: 6, 4: 5}[v.lanes]), step)
	v.ADDQ(step, s.raw)
	v.ADDQ(Imm(uint64(v.lanes)), s.i)
	v.SUBQ(Imm(uint64(v.lanes)), s.left)
	v.JG(LabelRef(loop))
	v.VZEROUPPER()
	v.RET()
}

// lanesAndRows sets the mask of this vector's elements and the pointers to
// their raw numbers; lanes beyond the last element point to it.
func (s *splineCode) lanesAndRows() {
	n, full := s.GP64(), s.GP64()
	s.MOVQ(s.left, n)
	s.MOVQ(I32(s.lanes), full)
	s.CMPQ(n, full)
	s.CMOVQGT(full, n)
	if m := s.firstLanes(n); s.wide() {
		s.KMOVB(m, s.mask)
	} else {
		s.VMOVUPD(m, s.mask)
	}
	row, step := s.GP64(), s.pointer(rqsStride)
	s.SHLQ(U8(3), step)
	s.MOVQ(s.raw, row)
	s.MOVQ(row, Mem{Base: s.frame, Disp: s.rows})
	zero := s.GP64()
	s.XORQ(zero, zero)
	for l := 1; l < s.lanes; l++ {
		s.CMPQ(n, Imm(uint64(l)))
		s.CMOVQLE(zero, step)
		s.ADDQ(step, row)
		s.MOVQ(row, Mem{Base: s.frame, Disp: s.rows + 8*l})
	}
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

// eachBlock writes a loop over the 2·bins softmax numbers, a vector's worth at a
// time: column is the byte offset of the block in an element's numbers, at the
// place of its first vector in the frame, mask that of its columns.
func (s *splineCode) eachBlock(body func(column, at, mask reg.Register)) {
	cols, column, at := s.GP64(), s.GP64(), s.GP64()
	s.LEAQ(Mem{Base: s.bins, Index: s.bins, Scale: 1}, cols)
	s.XORQ(column, column)
	s.LEAQ(Mem{Base: s.frame, Disp: s.expAt()}, at)
	loop := s.label("block")
	s.Label(loop)
	n, full := s.GP64(), s.GP64()
	s.MOVQ(cols, n)
	s.MOVQ(I32(s.lanes), full)
	s.CMPQ(n, full)
	s.CMOVQGT(full, n)
	body(column, at, s.firstLanes(n))
	s.ADDQ(Imm(uint64(8*s.lanes)), column)
	s.ADDQ(I32(s.lanes*s.bytes()), at)
	s.SUBQ(Imm(uint64(s.lanes)), cols)
	s.JG(LabelRef(loop))
}

// spread puts number j of every element into vector j of the frame.
func (s *splineCode) spread() {
	s.eachBlock(func(column, at, mask reg.Register) {
		var rows []reg.Register
		for l := range s.lanes {
			row, r := s.GP64(), s.new()
			s.MOVQ(Mem{Base: s.frame, Disp: s.rows + 8*l}, row)
			s.loadMasked(Mem{Base: row, Index: column, Scale: 1}, mask, r)
			rows = append(rows, r)
		}
		for j, r := range s.transpose(rows) {
			s.VMOVUPD(r, Mem{Base: at, Disp: j * s.bytes()})
		}
	})
}

// repeat writes a loop that runs body n times; n is used up.
func (s *splineCode) repeat(n reg.Register, body func()) {
	loop := s.label("loop")
	s.Label(loop)
	body()
	s.DECQ(n)
	s.JNE(LabelRef(loop))
}

// fill computes an axis: exponentials, running sums, the share, the knots. Where
// count is not nil, it becomes the bin of x: the number of inner knots ≤ x.
func (s *splineCode) fill(axis int, x, count reg.Register) {
	w := Imm(uint64(s.bytes()))
	e, sum, n := s.GP64(), s.GP64(), s.GP64()
	start := func() {
		s.MOVQ(s.bins, e)
		s.IMUL3Q(I32(axis*s.bytes()), e, e)
		s.LEAQ(Mem{Base: s.frame, Index: e, Scale: 1, Disp: s.expAt()}, e)
		s.MOVQ(s.bins, n)
	}
	start()
	m := s.new()
	s.VMOVUPD(Mem{Base: e}, m)
	s.repeat(n, func() {
		s.VMAXPD(Mem{Base: e}, m, m)
		s.ADDQ(w, e)
	})
	start()
	s.LEAQ(Mem{Base: s.frame, Disp: s.sumAt(axis)}, sum)
	total := s.zero()
	s.repeat(n, func() {
		s.VMOVUPD(total, Mem{Base: sum})
		v := s.expCore(s.max(s.num(expMin), s.sub(s.get(Mem{Base: e}), m)))
		s.VMOVUPD(v, Mem{Base: e})
		s.VADDPD(v, total, total)
		s.ADDQ(w, e)
		s.ADDQ(w, sum)
	})
	s.VMOVUPD(total, Mem{Base: sum})
	share := s.div(s.field(rqsFree), total)
	s.VMOVUPD(share, s.share[axis])
	s.knots(axis, share, x, count)
}

// knots is the last part of fill. The outermost knots are exact.
func (s *splineCode) knots(axis int, share, x, count reg.Register) {
	base, at, n := s.pointer(rqsBase), s.GP64(), s.GP64()
	s.MOVQ(s.bins, n)
	s.LEAQ(Mem{Base: s.frame, Disp: s.knotAt(axis)}, at)
	edge := s.new()
	s.VBROADCASTSD(Mem{Base: base}, edge)
	s.VMOVUPD(edge, Mem{Base: at})
	done := s.label("knots")
	loop := s.label("knot")
	if count != nil {
		s.VXORPD(count, count, count)
	}
	s.Label(loop)
	s.ADDQ(Imm(8), base)
	s.ADDQ(Imm(uint64(s.bytes())), at)
	b := s.new()
	s.VBROADCASTSD(Mem{Base: base}, b)
	s.DECQ(n)
	s.JEQ(LabelRef(done))
	knot := s.get(Mem{Base: at, Disp: s.sumAt(axis) - s.knotAt(axis)})
	s.fmaTo(share, b, knot)
	s.VMOVUPD(knot, Mem{Base: at})
	if count != nil {
		ge := s.cmp(greaterEqual, x, knot)
		if s.wide() {
			s.VPADDQ_BCST(s.word(1), count, ge, count)
		} else {
			s.VPSUBQ(ge, count, count)
		}
	}
	s.JMP(LabelRef(loop))
	s.Label(done)
	s.VMOVUPD(b, Mem{Base: at})
}

// gather reads lane by lane at base + 8·index where mask is set, else 0.
func (s *splineCode) gather(base, index reg.Register, disp int, mask reg.Register) reg.Register {
	r := s.zero()
	from := Mem{Base: base, Index: index, Scale: 8, Disp: disp}
	if s.wide() {
		k := s.K()
		s.KMOVB(mask, k)
		s.VGATHERQPD(from, k, r)
	} else {
		s.VGATHERQPD(s.copy(mask), from, r)
	}
	return r
}

// allLanes is a mask of all lanes.
func (s *splineCode) allLanes() reg.Register {
	if s.wide() {
		k := s.K()
		s.KXNORB(k, k, k)
		return k
	}
	r := s.new()
	s.VPCMPEQQ(r, r, r)
	return r
}

// laneNumbers is 0, 1, 2, … in the lanes.
func (s *splineCode) laneNumbers() Mem {
	if s.numbers == nil {
		m := s.StaticGlobal("lanes8")
		s.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 8 {
			s.AddDatum(8*i, U64(uint64(i)))
		}
		s.numbers = &m
	}
	return *s.numbers
}

// greaterInt is the mask of the lanes where a > b.
func (s *splineCode) greaterInt(a, b reg.Register) reg.Register {
	if s.wide() {
		k := s.K()
		s.VPCMPQ(U8(6), b, a, k)
		return k
	}
	r := s.new()
	s.VPCMPGTQ(b, a, r)
	return r
}

// bothMasks is the mask of the lanes in a and in b.
func (s *splineCode) bothMasks(a, b reg.Register) reg.Register {
	if s.wide() {
		k := s.K()
		s.KANDB(a, b, k)
		return k
	}
	return s.and(a, b)
}
