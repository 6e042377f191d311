package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A bin holds the piece of rqs.go and its spot, in slots where they live long.
type splineBin struct {
	xl, xr, yl, yr, w, h, rw, s, d0, d1 Mem
	kl                                  Mem // index of the left knot in an axis's vectors
	xi, eta, q, rb, d, share, slope     Mem
}

// find loads the elements and the raw numbers, and returns the bins on axis.
func (s *splineCode) find(axis int) *splineBin {
	s.spread()
	x := s.loadElement(rqsIn)
	s.VMOVUPD(x, s.x)
	count := s.new()
	for a := range 2 {
		if a == axis {
			s.fill(a, x, count)
		} else {
			s.fill(a, nil, nil)
		}
	}
	s.VMOVUPD(count, s.k)
	b := &splineBin{}
	shift := 2
	if s.wide() {
		shift = 3
	}
	kl := s.addInt(s.shl(count, shift), s.laneNumbersReg())
	b.kl = s.put(kl)
	all := s.allLanes()
	b.xl = s.put(s.gather(s.frame, kl, s.knotAt(0), all))
	b.xr = s.put(s.gather(s.frame, kl, s.knotAt(0)+s.bytes(), all))
	b.yl = s.put(s.gather(s.frame, kl, s.knotAt(1), all))
	b.yr = s.put(s.gather(s.frame, kl, s.knotAt(1)+s.bytes(), all))
	s.slopes(b)
	b.w = s.put(s.sub(s.get(b.xr), s.get(b.xl)))
	h := s.sub(s.get(b.yr), s.get(b.yl))
	b.h = s.put(h)
	rw := s.div(s.num(1), s.get(b.w))
	b.rw = s.put(rw)
	b.s = s.put(s.mul(h, rw))
	return b
}

func (s *splineCode) laneNumbersReg() reg.Register { return s.get(s.laneNumbers()) }

// slopeIndex returns what gather adds to the address of the vector's raw numbers
// to read the slope at the right end of bin k, that at the left being before it, and
// the masks of the elements where these are raw numbers.
func (s *splineCode) slopeIndex() (base, index, left, right reg.Register) {
	k := s.addInt(s.get(s.k), s.intField(rqsEnds))
	index = s.new()
	s.VPMULUDQ(s.laneNumbersReg(), s.intField(rqsStride), index)
	index = s.addInt(index, k)
	lanes := s.laneMask()
	left = s.bothMasks(s.greaterInt(k, s.zero()), lanes)
	right = s.bothMasks(s.greaterInt(s.intField(rqsSlopes), k), lanes)
	base = s.GP64()
	s.MOVQ(s.bins, base)
	s.SHLQ(U8(4), base)
	s.ADDQ(s.raw, base)
	return base, index, left, right
}

// slopes computes the slopes at the bin's ends: 1 where they are not raw numbers.
func (s *splineCode) slopes(b *splineBin) {
	base, index, left, right := s.slopeIndex()
	u0 := s.gather(base, index, -8, left)
	u1 := s.gather(base, index, 0, right)
	end := func(u, inner reg.Register) Mem {
		d := s.reg(s.num(1))
		v := s.min(s.num(maxSlope), s.add(u, s.field(rqsShift)))
		s.pickTo(inner, s.add(s.softplus(v), s.field(rqsMinSlope)), d)
		return s.put(d)
	}
	b.d0 = end(u0, left)
	b.d1 = end(u1, right)
}

// xiOfX returns ξ of the argument.
func (s *splineCode) xiOfX(b *splineBin) reg.Register {
	t := s.mul(s.sub(s.get(s.x), s.get(b.xl)), s.get(b.rw))
	return s.min(s.num(1), t)
}

// at evaluates the bin at ξ.
func (s *splineCode) at(b *splineBin, xi reg.Register) {
	eta := s.sub(s.num(1), xi)
	q := s.mul(xi, eta)
	xx := s.mul(xi, xi)
	ms, d0, d1 := s.get(b.s), s.get(b.d0), s.get(b.d1)
	b.xi, b.eta, b.q = s.put(xi), s.put(eta), s.put(q)
	t := s.mul(ms, s.fma(q, s.num(-2), s.num(1)))
	beta := s.fma(s.add(d0, d1), q, t)
	rb := s.div(s.num(1), beta)
	b.rb = s.put(rb)
	b.share = s.put(s.mul(s.fma(d0, q, s.mul(ms, xx)), rb))
	t = s.mul(d0, s.mul(eta, eta))
	s.VFMADD231PD(q, s.add(ms, ms), t)
	d := s.fma(d1, xx, t)
	b.d = s.put(d)
	u := s.mul(ms, rb)
	b.slope = s.put(s.mul(s.mul(u, u), d))
}

// outside is the mask of the elements beyond the bounds, where all is identity.
func (s *splineCode) outside() reg.Register {
	return s.cmp(greater, s.abs(s.get(s.x)), s.field(rqsBound))
}

func (s *splineCode) forward() {
	b := s.find(0)
	s.at(b, s.xiOfX(b))
	y := s.min(s.get(b.yr), s.fma(s.get(b.h), s.get(b.share), s.get(b.yl)))
	s.finish(y, s.log(s.get(b.slope)))
}

func (s *splineCode) inverse() {
	b := s.find(1)
	s.at(b, s.solve(b))
	x := s.min(s.get(b.xr), s.fma(s.get(b.w), s.get(b.xi), s.get(b.xl)))
	s.finish(x, s.neg(s.log(s.get(b.slope))))
}

// finish stores the results of the elements inside, identity for the others.
func (s *splineCode) finish(y, ls reg.Register) {
	out := s.outside()
	s.pickTo(out, s.get(s.x), y)
	s.pickTo(out, s.zero(), ls)
	s.storeElement(y, rqsOut)
	s.storeElement(ls, rqsLog)
}

// solve returns ξ where the bin reaches the argument.
func (s *splineCode) solve(b *splineBin) reg.Register {
	ms := s.get(b.s)
	z := s.min(s.num(1), s.div(s.sub(s.get(s.x), s.get(b.yl)), s.get(b.h)))
	rest := s.sub(s.num(1), z)
	t := s.fnma(s.get(b.d1), z, s.mul(s.get(b.d0), rest))
	s2 := s.add(ms, ms)
	sz := s.mul(s2, z)
	v := s.add(t, sz)
	r := s.sqrt(s.fma(t, t, s.mul(s.mul(sz, s2), rest)))
	den := s.add(v, r)
	negative := s.cmp(less, v, s.num(0))
	s.pickTo(negative, s.sub(r, v), sz)
	u := s.sub(ms, v)
	s.pickTo(negative, s.add(u, u), den)
	return s.min(s.num(1), s.div(sz, den))
}
