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
	rqsSlopes
	rqsStride
	rqsBound
	rqsFree
	rqsMinSlope
	rqsShift
	rqsEnds
	rqsTail
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
	p, frame reg.Register // the call; the frame, aligned
	raw      reg.Register // of the vector's first element
	left     reg.Register // elements to go
	i        reg.Register // elements done
	bins     reg.Register
	nextSlot int
	mask     Mem // slot: which lanes are elements
	x        Mem // slot: the argument
	rows     int // offset of the pointers to the elements' raw numbers
	k        Mem // slot: the bin
	share    [2]Mem
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
