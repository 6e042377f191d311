package main

import (
	"github.com/mmcloughlin/avo/reg"

	. "github.com/mmcloughlin/avo/operand"
)

func (s *splineCode) forwardGrad() {
	b := s.find(0)
	s.at(b, s.xiOfX(b))
	gy := s.loadElement(rqsGradOut)
	lx := s.put(s.logSlopeXi(b))
	g := s.grad(b, gy, s.loadElement(rqsGradLog), lx)
	dx := s.mul(s.get(g.xi), s.get(b.rw))
	s.addToElement(dx)
	s.scatter(b, g)
}

func (s *splineCode) inverseGrad() {
	b := s.find(0)
	s.at(b, s.xiOfX(b))
	lx := s.put(s.logSlopeXi(b))
	gl := s.loadElement(rqsGradLog)
	t := s.mul(gl, s.get(lx))
	up := s.div(s.fnma(t, s.get(b.rw), s.loadElement(rqsGradOut)), s.get(b.slope))
	held := s.put(s.neg(up))
	s.addToElement(up)
	g := s.grad(b, s.get(held), s.neg(s.loadElement(rqsGradLog)), lx)
	s.scatter(b, g)
}

// addToElement adds d, or outside what rqsConsts.tail says of the gradient of the
// result, to the gradient of the argument.
func (s *splineCode) addToElement(d reg.Register) {
	s.pickTo(s.outside(), s.mul(s.loadElement(rqsGradOut), s.field(rqsTail)), d)
	s.storeElement(s.add(s.loadElement(rqsOut), d), rqsOut)
}

// logSlopeXi is the method of that name in rqs_grad.go.
func (s *splineCode) logSlopeXi(b *splineBin) reg.Register {
	xi, ms, d0, d1 := s.get(b.xi), s.get(b.s), s.get(b.d0), s.get(b.d1)
	turn := s.fma(xi, s.num(-2), s.num(1))
	dd := s.fma(ms, turn, s.fms(d1, xi, s.mul(d0, s.get(b.eta))))
	dd = s.add(dd, dd)
	bb := s.mul(s.fma(ms, s.num(-2), s.add(d0, d1)), turn)
	return s.fma(s.mul(bb, s.get(b.rb)), s.num(-2), s.div(dd, s.get(b.d)))
}

// A splineGrad is the pieceGrad of rqs_grad.go.
type splineGrad struct{ xi, s, d0, d1, y, h Mem }

// grad is piece.grad, lx being logSlopeXi.
func (s *splineCode) grad(b *splineBin, gy, gl reg.Register, lx Mem) *splineGrad {
	g := &splineGrad{y: s.put(gy)}
	l := s.put(gl)
	xx := s.put(s.mul(s.get(b.xi), s.get(b.xi)))
	ee := s.put(s.mul(s.get(b.eta), s.get(b.eta)))
	rb, q := s.get(b.rb), s.get(b.q)
	rd := s.div(s.num(1), s.get(b.d))
	gp := s.mul(s.mul(gy, s.get(b.h)), s.mul(rb, rb))
	lq := s.mul(q, rb)
	lq = s.add(lq, lq)
	qd := s.mul(q, rd)
	ls := s.fma(lq, s.div(s.add(s.get(b.d0), s.get(b.d1)), s.get(b.s)), s.add(qd, qd))
	g.xi = s.put(s.fma(s.get(lx), s.get(l), s.mul(gp, s.mul(s.get(b.s), s.get(b.d)))))
	u := s.fms(s.get(xx), s.get(b.d1), s.mul(s.get(ee), s.get(b.d0)))
	gs := s.fma(ls, s.get(l), s.mul(gp, s.mul(q, u)))
	g.s = s.put(gs)
	u = s.fma(s.get(b.d1), q, s.mul(s.get(b.s), s.get(ee)))
	u = s.mul(gp, s.mul(q, u))
	g.d0 = s.put(s.fma(s.fms(s.get(ee), rd, lq), s.get(l), u))
	u = s.fma(s.get(b.d0), q, s.mul(s.get(b.s), s.get(xx)))
	u = s.mul(gp, s.mul(q, u))
	g.d1 = s.put(s.fms(s.fms(s.get(xx), rd, lq), s.get(l), u))
	g.h = s.put(s.fma(s.get(g.s), s.get(b.rw), s.mul(s.get(g.y), s.get(b.share))))
	return g
}

// scatter takes the bin's gradient to the raw numbers of the elements inside.
func (s *splineCode) scatter(b *splineBin, g *splineGrad) {
	s.slopeGrads(g)
	rw := s.get(b.rw)
	gx := s.get(g.xi)
	gl := s.neg(s.mul(gx, rw))
	gw := s.mul(s.fma(gx, s.get(b.xi), s.mul(s.get(g.s), s.get(b.s))), s.neg(rw))
	s.softmaxGrad(0, b, gl, gw)
	s.softmaxGrad(1, b, s.get(g.y), s.get(g.h))
	s.addRows(g)
}

// slopeGrads turns g.d0 and g.d1 into the gradients of the raw slopes.
func (s *splineCode) slopeGrads(g *splineGrad) {
	base, index, left, right := s.slopeIndex()
	u0 := s.gather(base, index, -8, left)
	u1 := s.put(s.gather(base, index, 0, right))
	one := func(u reg.Register, d Mem) {
		v := s.add(u, s.field(rqsShift))
		t := s.sigmoid(v)
		t = s.keep(s.cmp(less, v, s.num(maxSlope)), t)
		s.VMOVUPD(s.mul(s.get(d), t), d)
	}
	one(u0, g.d0)
	one(s.get(u1), g.d1)
}

// softmaxGrad replaces the exponentials of an axis by what the gradients of its
// raw numbers grow by: axis.spread.
func (s *splineCode) softmaxGrad(axis int, b *splineBin, gl, gs reg.Register) {
	kl, all := s.get(b.kl), s.allLanes()
	s0 := s.gather(s.frame, kl, s.sumAt(axis), all)
	s1 := s.gather(s.frame, kl, s.sumAt(axis)+s.bytes(), all)
	total, e, n := s.GP64(), s.GP64(), s.GP64()
	s.MOVQ(s.bins, total)
	s.IMUL3Q(I32(s.bytes()), total, total)
	if axis == 0 {
		s.MOVQ(s.frame, e)
	} else {
		s.LEAQ(Mem{Base: s.frame, Index: total, Scale: 1}, e)
	}
	sum := s.fma(s.sub(s1, s0), gs, s.mul(gl, s0))
	mean := s.div(sum, s.get(Mem{Base: s.frame, Index: total, Scale: 1, Disp: s.sumAt(axis)}))
	before, at, after := s.sub(gl, mean), s.sub(gs, mean), s.neg(mean)
	share, k, j := s.get(s.share[axis]), s.get(s.k), s.zero()
	one := s.reg(s.word(1))
	s.MOVQ(s.bins, n)
	s.repeat(n, func() {
		t := s.copy(at)
		s.pickTo(s.greaterInt(k, j), before, t)
		s.pickTo(s.greaterInt(j, k), after, t)
		s.VMOVUPD(s.mul(s.mul(s.get(Mem{Base: e}), share), t), Mem{Base: e})
		s.VPADDQ(one, j, j)
		s.ADDQ(Imm(uint64(s.bytes())), e)
	})
}

// addRows adds the frame's vectors, transposed, to the gradients of the
// elements inside, and the two slopes' to the right places.
func (s *splineCode) addRows(g *splineGrad) {
	active := s.GP64()
	s.activeLanes(active)
	draw := s.pointer(rqsDraw)
	step := s.pointer(rqsStride)
	s.SHLQ(U8(3), step)
	off := s.GP64()
	s.MOVQ(s.i, off)
	s.IMULQ(step, off)
	s.ADDQ(off, draw)
	s.eachBlock(func(column, at, mask reg.Register) {
		var rows []reg.Register
		for j := range s.lanes {
			rows = append(rows, s.get(Mem{Base: at, Disp: j * s.bytes()}))
		}
		row := s.GP64()
		s.LEAQ(Mem{Base: draw, Index: column, Scale: 1}, row)
		for l, r := range s.transpose(rows) {
			s.ifActive(active, l, func() {
				old := s.new()
				s.loadMasked(Mem{Base: row}, mask, old)
				s.storeMasked(s.add(old, r), mask, Mem{Base: row})
			})
			s.ADDQ(step, row)
		}
	})
	s.addSlopes(g, active, draw, step)
}

// activeLanes sets the bits of the lanes that are elements inside the bounds.
func (s *splineCode) activeLanes(bits reg.GPVirtual) {
	out := s.outside()
	if s.wide() {
		k := s.K()
		s.KANDNB(s.laneMask(), out, k)
		s.KMOVB(k, bits.As32())
		return
	}
	m := s.new()
	s.VANDNPD(s.laneMask(), out, m)
	s.VMOVMSKPD(m, bits.As32())
}

// ifActive writes body under the condition that lane l is active.
func (s *splineCode) ifActive(bits reg.GPVirtual, l int, body func()) {
	skip := s.label("skip")
	s.BTL(U8(l), bits.As32())
	s.JCC(LabelRef(skip))
	body()
	s.Label(skip)
}

// addSlopes adds g.d0 and g.d1 where they belong.
func (s *splineCode) addSlopes(g *splineGrad, active reg.GPVirtual, draw, step reg.Register) {
	row := s.GP64()
	s.MOVQ(s.bins, row)
	s.SHLQ(U8(4), row)
	s.ADDQ(draw, row)
	slopes := s.pointer(rqsSlopes)
	for l := range s.lanes {
		s.ifActive(active, l, func() {
			k := s.GP64()
			at := func(m Mem) Mem { m.Disp += 8 * l; return m }
			s.MOVQ(at(s.k), k)
			s.ADDQ(Mem{Base: s.p, Disp: rqsEnds}, k)
			add := func(from Mem, disp int) {
				t := s.XMM()
				s.VMOVSD(at(from), t)
				to := Mem{Base: row, Index: k, Scale: 8, Disp: disp}
				s.VADDSD(to, t, t)
				s.VMOVSD(t, to)
			}
			first, end := s.label("first"), s.label("end")
			s.TESTQ(k, k)
			s.JEQ(LabelRef(first))
			add(g.d0, -8)
			s.Label(first)
			s.CMPQ(k, slopes)
			s.JEQ(LabelRef(end))
			add(g.d1, 0)
			s.Label(end)
		})
		s.ADDQ(step, row)
	}
}
