package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of the struct philoxRun in ../philox.go.
const (
	philoxDst = 8 * iota
	philoxGroups
	philoxNext
	philoxStream
	philoxKeys
)

const (
	philoxMul0 = 0xd2511f53
	philoxMul1 = 0xcd9e8d57

	oneBits      = 0x3ff0000000000000
	fractionBits = 1<<52 - 1
	almostOne    = 1 - 0x1p-53
)

var sinTurnPoly = []float64{
	0x1.921fb54442d18p+0, -0x1.4abbce625be41p-1, 0x1.466bc677587f8p-4, -0x1.32d2cce2e5b19p-8,
	0x1.50782fda12d96p-13, -0x1.e30071afc3e59p-19, 0x1.e3f38399551bfp-25,
}

var cosTurnPoly = []float64{
	-0x1.3bd3cc9be45dep+0, 0x1.03c1f081b5ac0p-2, -0x1.55d3c7e3cb241p-6, 0x1.e1f5068688d5bp-11,
	-0x1.a6d1eef479be1p-16, 0x1.f9ce245cada0bp-22, -0x1.b2f3eb054afcdp-28,
}

// random writes the kernels of random numbers. They hold a counter in each lane;
// a 32-bit word of it is in the lower half of a lane, and the upper half is of no
// account.
func random(c *asm) {
	c.bothSets(func(v vec) {
		v.philox("uniforms", v.uniformPair)
		v.philox("normals", v.normalPair)
	})
}

// A philoxPair makes the two numbers of a block from its words.
type philoxPair func(w [4]reg.Register) (a, b reg.Register)

// philox writes a kernel that fills groups of 16 numbers from 8 blocks.
func (v vec) philox(name string, pair philoxPair) {
	name += v.suffix()
	p := v.textOf(name, "philoxRun", name+" fills groups > 0.")
	get := func(off int) reg.Register {
		g := v.GP64()
		v.MOVQ(Mem{Base: p, Disp: off}, g)
		return g
	}
	dst, groups := get(philoxDst), get(philoxGroups)
	next := v.new()
	v.VMOVUPD(v.laneNumbers(), next)
	v.VPADDQ(v.spread(Mem{Base: p, Disp: philoxNext}), next, next)
	loop := v.label("loop")
	v.Label(loop)
	for l := 0; l < 8; l += v.lanes {
		a, b := pair(v.philoxBlock(p, next))
		v.VMOVUPD(a, Mem{Base: dst, Disp: 8 * l})
		v.VMOVUPD(b, Mem{Base: dst, Disp: 8 * (8 + l)})
		v.do(v.VPADDQ, v.VPADDQ_BCST, v.word(uint64(v.lanes)), next, next)
	}
	v.ADDQ(Imm(16*8), dst)
	v.DECQ(groups)
	v.JNE(LabelRef(loop))
	v.VZEROUPPER()
	v.RET()
}

// spread is the 64-bit word at m in all lanes.
func (v vec) spread(m Mem) reg.Register {
	r := v.new()
	v.VPBROADCASTQ(m, r)
	return r
}

// philoxBlock returns the words of the counters' blocks.
func (v vec) philoxBlock(p, next reg.Register) [4]reg.Register {
	stream := v.spread(Mem{Base: p, Disp: philoxStream})
	c := [4]reg.Register{next, v.shr(next, 32), stream, v.shr(stream, 32)}
	for round := range 10 {
		key := func(i int) Mem { return Mem{Base: p, Disp: philoxKeys + 16*round + 8*i} }
		p0, p1 := v.mulWords(c[0], philoxMul0), v.mulWords(c[2], philoxMul1)
		c = [4]reg.Register{v.xor3(v.shr(p1, 32), c[1], key(0)), p1, v.xor3(v.shr(p0, 32), c[3], key(1)), p0}
	}
	return c
}

// mulWords is the 64-bit product of the lower halves and m.
func (v vec) mulWords(a reg.Register, m uint64) reg.Register {
	r := v.new()
	v.do(v.VPMULUDQ, v.VPMULUDQ_BCST, v.word(m), a, r)
	return r
}

// xor3 overwrites a with a, b and the word at m in all lanes.
func (v vec) xor3(a, b reg.Register, m Mem) reg.Register {
	if v.wide() {
		v.VPTERNLOGQ_BCST(U8(0x96), m, b, a)
		return a
	}
	v.VPXOR(b, a, a)
	v.VPXOR(v.spread(m), a, a)
	return a
}

// masked is x & mask | or, bit by bit.
func (v vec) masked(x reg.Register, mask uint64, or Op) reg.Register {
	if !v.wide() {
		return v.or(v.and(x, v.word(mask)), or)
	}
	const andOr = 0xea // the table of A&B | C
	r := v.copy(x)
	if m, constant := or.(Mem); constant {
		v.VPTERNLOGQ_BCST(U8(andOr), m, v.reg(v.word(mask)), r)
	} else {
		v.VPTERNLOGQ(U8(andOr), or, v.reg(v.word(mask)), r)
	}
	return r
}

// halves is the lower halves of low under the upper halves of high, which has nothing
// in its own lower halves.
func (v vec) halves(high Op, low reg.Register) reg.Register {
	if v.wide() {
		return v.masked(low, 1<<32-1, high)
	}
	r := v.new()
	v.VPBLENDD(U8(0xaa), high, low, r)
	return r
}

// unit is the odd multiple of 2⁻⁵³ between 0 and 1 of the words' last 52 bits.
func (v vec) unit(x reg.Register) reg.Register {
	return v.sub(v.masked(x, fractionBits, v.word(oneBits)), v.num(almostOne))
}

// horner evaluates Σ c[i]·xⁱ.
func (v vec) horner(c []float64, x reg.Register) reg.Register {
	s := v.reg(v.num(c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		v.fmaTo(x, v.num(c[i]), s)
	}
	return s
}

func (v vec) uniformPair(w [4]reg.Register) (a, b reg.Register) {
	return v.unit(v.halves(v.shl(w[1], 32), w[0])), v.unit(v.halves(v.shl(w[3], 32), w[2]))
}

// normalPair is the package's normalPair: its sum is exact up to the last step here as there.
func (v vec) normalPair(w [4]reg.Register) (a, b reg.Register) {
	const high, low = 0x453 << 52, 0x433 << 52 // of 2⁸⁴ and 2⁵²
	u := v.sub(v.halves(v.word(high), w[1]), v.num(0x1p84+0x1p52))
	u = v.add(u, v.halves(v.word(low), v.or(w[0], v.word(1))))
	e, m, _ := v.split(u)
	l := v.logCore(v.sub(e, v.num(64)), v.sub(m, v.num(1)))
	r := v.sqrt(v.mul(l, v.num(-2)))

	y := v.halves(v.shl(w[3], 32), w[2])
	f := v.sub(v.masked(y, fractionBits-1, v.word(oneBits+1)), v.num(1.5))
	z := v.mul(f, f)
	c := v.horner(cosTurnPoly, z)
	v.fmaTo(z, v.num(1), c)
	c = v.xor(c, v.sign(v.shl(y, 1)))
	s := v.mul(f, v.horner(sinTurnPoly, z))
	swap := y
	if v.wide() {
		swap = v.K()
		v.VPMOVQ2M(y, swap)
	}
	a, b = v.copy(c), s
	v.pickTo(swap, s, a)
	v.pickTo(swap, c, b)
	return v.mul(r, a), v.mul(r, b)
}
