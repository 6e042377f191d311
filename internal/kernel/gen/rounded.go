package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/reg"

	. "github.com/mmcloughlin/avo/operand"
)

// roundedBlock is how many numbers a round takes.
const roundedBlock = 8

// rounded writes the kernels that add to y the product of some numbers x and as many rows of w, which are rounded to float32: one
// fused multiplication and addition after the other, as products in float32 have them.
func (v vec) rounded(rows int) {
	name := fmt.Sprintf("rounded%dx", rows) + v.suffix()
	v.text(name, "func(y, x *float32, w *float64, stride, n int)", fmt.Sprintf("%s adds x[0]·w[0], … of %d rows of w, stride bytes apart, to n > 0 elements of y, a multiple of 8.", name, rows))
	y, x := v.Load(v.Param("y"), v.GP64()), v.Load(v.Param("x"), v.GP64())
	at := v.Load(v.Param("w"), v.GP64())
	stride, n := v.Load(v.Param("stride"), v.GP64()), v.Load(v.Param("n"), v.GP64())
	base, factor := []reg.Register{at}, make([]reg.Register, rows)
	for k := range rows {
		factor[k] = v.half()
		v.VBROADCASTSS(Mem{Base: x, Disp: 4 * k}, factor[k])
		if k > 0 {
			next := v.GP64()
			v.LEAQ(Mem{Base: base[k-1], Index: stride, Scale: 1}, next)
			base = append(base, next)
		}
	}
	i := v.GP64()
	v.XORQ(i, i)
	loop := v.label("loop")
	v.Label(loop)
	for b := 0; b < roundedBlock; b += v.lanes {
		sum, to := v.half(), Mem{Base: y, Index: i, Scale: 4, Disp: 4 * b}
		v.VMOVUPS(to, sum)
		for k := range rows {
			term := v.half()
			from := Mem{Base: base[k], Index: i, Scale: 8, Disp: 8 * b}
			if v.wide() {
				v.VCVTPD2PS(from, term)
			} else {
				v.VCVTPD2PSY(from, term)
			}
			v.VFMADD231PS(factor[k], term, sum)
		}
		v.VMOVUPS(sum, to)
	}
	v.ADDQ(Imm(roundedBlock), i)
	v.CMPQ(i, n)
	v.JLT(LabelRef(loop))
	v.VZEROUPPER()
	v.RET()
}
