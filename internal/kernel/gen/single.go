package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// singleBlock is how many numbers a round of the kernels here takes.
const singleBlock = 16

// single writes the kernels between float64 and float32, and of float32. All
// take whole blocks only.
func single(c *asm) {
	c.bothSets(func(v vec) {
		v.conversion("narrow", 4, 8, func(dst, x Mem) {
			r := v.new()
			v.VMOVUPD(x, r)
			half := v.half()
			if v.wide() {
				v.VCVTPD2PS(r, half)
			} else {
				v.VCVTPD2PSY(r, half)
			}
			v.VMOVUPS(half, dst)
		})
		v.conversion("widen", 8, 4, func(dst, x Mem) {
			v.VMOVUPD(v.widened(x), dst)
		})
		v.conversion("widenAdd", 8, 4, func(dst, x Mem) {
			r := v.widened(x)
			v.VADDPD(dst, r, r)
			v.VMOVUPD(r, dst)
		})
		v.singleUpdate("singleReLU", v.singleReLU)
		v.singleUpdate("singleAdd", v.singleAdd)
		v.singleGradient("singleReLUMask", v.singleReLUMask)
		v.singleGradient("singleTanhMask", v.singleTanhMask)
		v.rounded(1)
		v.rounded(8)
	})
}

// half is a register for as many float32 as v has lanes.
func (v vec) half() reg.Register {
	if v.wide() {
		return v.YMM()
	}
	return v.XMM()
}

// widened loads float32 into lanes.
func (v vec) widened(x Mem) reg.Register {
	r := v.new()
	v.VCVTPS2PD(x, r)
	return r
}

// conversion writes the kernel that makes dst, of numbers of so many bytes, from
// x: body does a vector of v's lanes.
func (v vec) conversion(name string, dst, x int, body func(dst, x Mem)) {
	name += v.suffix()
	v.text(name, fmt.Sprintf("func(dst *float%d, x *float%d, n int)", 8*dst, 8*x), name+" works on n > 0 elements, a multiple of 16.")
	v.blocks([]string{"dst", "x"}, func(at func(s, i, size int) Mem) {
		for i := 0; i < singleBlock; i += v.lanes {
			body(at(0, i, dst), at(1, i, x))
		}
	})
}

// singleGradient writes the kernel of dz[i] = f(dy[i], y[i]) in float32.
func (v vec) singleGradient(name string, f func(dy, y Mem) reg.Register) {
	name += v.suffix()
	v.text(name, "func(dz, dy, y *float32, n int)", name+" works on n > 0 elements, a multiple of 16.")
	v.blocks([]string{"dz", "dy", "y"}, func(at func(s, i, size int) Mem) {
		for i := 0; i < singleBlock; i += 2 * v.lanes {
			v.VMOVUPS(f(at(1, i, 4), at(2, i, 4)), at(0, i, 4))
		}
	})
}

// singleUpdate writes the kernel of y[i] = f(y[i], x[i]) in float32.
func (v vec) singleUpdate(name string, f func(y, x Mem) reg.Register) {
	name += v.suffix()
	v.text(name, "func(y, x *float32, n int)", name+" works on n > 0 elements, a multiple of 16.")
	v.blocks([]string{"y", "x"}, func(at func(s, i, size int) Mem) {
		for i := 0; i < singleBlock; i += 2 * v.lanes {
			v.VMOVUPS(f(at(0, i, 4), at(1, i, 4)), at(0, i, 4))
		}
	})
}

// blocks writes a loop over blocks of the named slices; at is number i of the
// block of slice s, whose numbers have size bytes.
func (v vec) blocks(slices []string, body func(at func(s, i, size int) Mem)) {
	var base []reg.Register
	for _, s := range slices {
		base = append(base, v.Load(v.Param(s), v.GP64()))
	}
	n, i := v.Load(v.Param("n"), v.GP64()), v.GP64()
	v.XORQ(i, i)
	loop := v.label("loop")
	v.Label(loop)
	body(func(s, k, size int) Mem { return Mem{Base: base[s], Index: i, Scale: uint8(size), Disp: size * k} })
	v.ADDQ(Imm(singleBlock), i)
	v.CMPQ(i, n)
	v.JLT(LabelRef(loop))
	v.VZEROUPPER()
	v.RET()
}

// singleReLU is 0 where x < 0, else x, NaN and −0 included: the
// maximum is its second operand where neither is greater.
func (v vec) singleReLU(_, x Mem) reg.Register {
	r := v.new()
	v.VMAXPS(x, v.zero(), r)
	return r
}

// singleAdd is y + x.
func (v vec) singleAdd(y, x Mem) reg.Register {
	r := v.new()
	v.VMOVUPS(y, r)
	v.VADDPS(x, r, r)
	return r
}

// singleReLUMask is dy where y > 0, else 0.
func (v vec) singleReLUMask(dy, y Mem) reg.Register {
	const greater = 0x1e
	r, zero := v.new(), v.zero()
	v.VMOVUPS(y, r)
	if v.wide() {
		k := v.K()
		v.VCMPPS(U8(greater), zero, r, k)
		v.VMOVUPS_Z(dy, k, r)
		return r
	}
	v.VCMPPS(U8(greater), zero, r, r)
	v.VANDPS(dy, r, r)
	return r
}

// singleTanhMask is dy·(1 − y²), the bracket rounded once.
func (v vec) singleTanhMask(dy, y Mem) reg.Register {
	r, t := v.new(), v.reg(v.word(0x3f8000003f800000)) // ones
	v.VMOVUPS(y, r)
	v.VFNMADD231PS(r, r, t)
	v.VMULPS(dy, t, t)
	return t
}
