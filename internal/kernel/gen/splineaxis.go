package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

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
