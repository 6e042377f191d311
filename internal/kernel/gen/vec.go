package main

import (
	"fmt"
	"math"
	"strconv"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A vec writes float64 vector code for one instruction set, so that a kernel's
// body is written once: eight lanes in AVX-512, four in AVX2, two in the code that
// becomes arm64's (see neon). An operand is a
// register or a constant (see num and word); results are new registers, except
// those of methods named …To, which overwrite their last argument.
type vec struct {
	*asm
	lanes int
}

// bothSets calls write for each instruction set.
func (c *asm) bothSets(write func(v vec)) {
	for _, lanes := range c.sets {
		write(vec{c, lanes})
	}
}

func (v vec) wide() bool { return v.lanes == 8 }

// suffix names the instruction set in a kernel's name.
func (v vec) suffix() string {
	return strconv.Itoa(64 * v.lanes)
}

func (v vec) new() reg.Register {
	switch v.lanes {
	case 8:
		return v.ZMM()
	case 4:
		return v.YMM()
	}
	return v.XMM()
}

// num is the constant x in all lanes.
func (v vec) num(x float64) Mem { return v.word(math.Float64bits(x)) }

// word is the constant with the bits b in all lanes: four copies in memory for
// AVX2, of which AVX-512 broadcasts the first.
func (v vec) word(b uint64) Mem {
	if v.constants == nil {
		v.constants = map[uint64]Mem{}
	}
	m, ok := v.constants[b]
	if !ok {
		m = v.StaticGlobal(fmt.Sprintf("c%016x", b))
		v.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 4 {
			v.AddDatum(8*i, U64(b))
		}
		v.constants[b] = m
	}
	return m
}

// do writes plain, or bcst where the first of ops is a constant and the
// instruction set broadcasts it.
func (v vec) do(plain, bcst func(...Op), ops ...Op) {
	if _, constant := ops[0].(Mem); constant && v.wide() {
		bcst(ops...)
		return
	}
	plain(ops...)
}

// reg returns x in a register.
func (v vec) reg(x Op) reg.Register {
	m, ok := x.(Mem)
	if !ok {
		return x.(reg.Register)
	}
	r := v.new()
	if v.wide() {
		v.VBROADCASTSD(m, r)
	} else {
		v.VMOVUPD(m, r)
	}
	return r
}

func (v vec) copy(x Op) reg.Register {
	if _, ok := x.(Mem); ok {
		return v.reg(x)
	}
	r := v.new()
	v.VMOVAPD(x, r)
	return r
}

func (v vec) zero() reg.Register {
	r := v.new()
	v.VXORPD(r, r, r)
	return r
}

// Arithmetic; in sub, div, max and min the order is that of the formula. max
// and min return b where a or b is NaN, as the instructions do.

func (v vec) add(a, b Op) reg.Register {
	r := v.new()
	v.do(v.VADDPD, v.VADDPD_BCST, b, v.reg(a), r)
	return r
}

func (v vec) sub(a, b Op) reg.Register {
	r := v.new()
	v.do(v.VSUBPD, v.VSUBPD_BCST, b, v.reg(a), r)
	return r
}

func (v vec) mul(a, b Op) reg.Register {
	r := v.new()
	v.do(v.VMULPD, v.VMULPD_BCST, b, v.reg(a), r)
	return r
}

func (v vec) div(a, b Op) reg.Register {
	r := v.new()
	v.do(v.VDIVPD, v.VDIVPD_BCST, b, v.reg(a), r)
	return r
}

func (v vec) max(a, b Op) reg.Register {
	r := v.new()
	v.do(v.VMAXPD, v.VMAXPD_BCST, b, v.reg(a), r)
	return r
}

func (v vec) min(a, b Op) reg.Register {
	r := v.new()
	v.do(v.VMINPD, v.VMINPD_BCST, b, v.reg(a), r)
	return r
}

func (v vec) sqrt(a Op) reg.Register {
	r := v.new()
	v.VSQRTPD(a, r)
	return r
}

// fmaTo sets r = r·b + c.
func (v vec) fmaTo(b, c Op, r reg.Register) {
	if _, ok := c.(Mem); !ok {
		// b may be the constant.
		v.do(v.VFMADD132PD, v.VFMADD132PD_BCST, b, c, r)
		return
	}
	v.do(v.VFMADD213PD, v.VFMADD213PD_BCST, c, v.reg(b), r)
}

// fma returns a·b + c.
func (v vec) fma(a, b, c Op) reg.Register {
	r := v.copy(a)
	v.fmaTo(b, c, r)
	return r
}

// fnmaTo sets r = −r·b + c.
func (v vec) fnmaTo(b, c Op, r reg.Register) {
	if _, ok := c.(Mem); !ok {
		v.do(v.VFNMADD132PD, v.VFNMADD132PD_BCST, b, c, r)
		return
	}
	v.do(v.VFNMADD213PD, v.VFNMADD213PD_BCST, c, v.reg(b), r)
}

// fnma returns −a·b + c.
func (v vec) fnma(a, b, c Op) reg.Register {
	r := v.copy(a)
	v.fnmaTo(b, c, r)
	return r
}

// fms returns a·b − c.
func (v vec) fms(a, b, c Op) reg.Register {
	r := v.copy(a)
	v.VFMSUB213PD(v.reg(c), v.reg(b), r)
	return r
}

// Bits.

func (v vec) and(a, b Op) reg.Register {
	r := v.new()
	v.do(v.VANDPD, v.VANDPD_BCST, b, v.reg(a), r)
	return r
}

func (v vec) or(a, b Op) reg.Register {
	r := v.new()
	v.do(v.VORPD, v.VORPD_BCST, b, v.reg(a), r)
	return r
}

func (v vec) xor(a, b Op) reg.Register {
	r := v.new()
	v.do(v.VXORPD, v.VXORPD_BCST, b, v.reg(a), r)
	return r
}

func (v vec) abs(a Op) reg.Register  { return v.and(a, v.word(1<<63-1)) }
func (v vec) sign(a Op) reg.Register { return v.and(a, v.word(1<<63)) }
func (v vec) neg(a Op) reg.Register  { return v.xor(a, v.word(1<<63)) }

// addInt and subInt are on 64-bit integers.
func (v vec) addInt(a, b Op) reg.Register {
	r := v.new()
	v.do(v.VPADDQ, v.VPADDQ_BCST, b, v.reg(a), r)
	return r
}

func (v vec) subInt(a, b Op) reg.Register {
	r := v.new()
	v.do(v.VPSUBQ, v.VPSUBQ_BCST, b, v.reg(a), r)
	return r
}

func (v vec) shl(a Op, n int) reg.Register {
	r := v.new()
	v.VPSLLQ(U8(n), a, r)
	return r
}

func (v vec) shr(a Op, n int) reg.Register {
	r := v.new()
	v.VPSRLQ(U8(n), a, r)
	return r
}

// A predicate of cmp: the immediate of VCMPPD.
type predicate uint8

const (
	equal           predicate = 0x00
	notEqual        predicate = 0x04 // true for NaN
	less            predicate = 0x11
	notLessEqual    predicate = 0x16 // true for NaN
	notGreaterEqual predicate = 0x19 // true for NaN
	lessEqual       predicate = 0x12
	greaterEqual    predicate = 0x1d
	greater         predicate = 0x1e
)

// cmp returns the mask of the lanes where a p b.
func (v vec) cmp(p predicate, a, b Op) reg.Register {
	if v.wide() {
		k := v.K()
		if _, constant := b.(Mem); constant {
			v.VCMPPD_BCST(U8(p), b, v.reg(a), k)
		} else {
			v.VCMPPD(U8(p), b, v.reg(a), k)
		}
		return k
	}
	r := v.new()
	v.VCMPPD(U8(p), b, v.reg(a), r)
	return r
}

// pickTo sets r = x in the lanes of mask.
func (v vec) pickTo(mask reg.Register, x Op, r reg.Register) {
	if !v.wide() {
		v.VBLENDVPD(mask, x, r, r)
		return
	}
	if m, ok := x.(Mem); ok {
		v.VBROADCASTSD(m, mask, r)
		return
	}
	v.VMOVAPD(x, mask, r)
}

// keep returns x in the lanes of mask, else 0.
func (v vec) keep(mask reg.Register, x Op) reg.Register {
	r := v.new()
	switch {
	case !v.wide():
		v.VANDPD(x, mask, r)
	default:
		if m, ok := x.(Mem); ok {
			v.VBROADCASTSD_Z(m, mask, r)
		} else {
			v.VMOVAPD_Z(x, mask, r)
		}
	}
	return r
}
