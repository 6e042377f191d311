package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peak writes loops of nothing but fused multiply-adds in registers: the speed
// that no matrix product can pass.
func peak(c *asm) {
	c.peakLoop("FMA512", func() reg.VecVirtual { return c.ZMM() })
	c.peakLoop("FMA256", func() reg.VecVirtual { return c.YMM() })
}

// peakLoop writes a loop of peakChains independent chains.
func (c *asm) peakLoop(name string, vec func() reg.VecVirtual) {
	const chains = 12
	c.text(name, "func(n int)", name+" runs n rounds of 12 independent vector FMAs.")
	n := c.Load(c.Param("n"), c.GP64())
	var acc [chains]reg.VecVirtual
	for i := range acc {
		acc[i] = vec()
		c.VXORPD(acc[i], acc[i], acc[i])
	}
	loop := c.label("loop")
	c.Label(loop)
	for _, a := range acc {
		c.VFMADD231PD(a, a, a)
	}
	c.DECQ(n)
	c.JNE(LabelRef(loop))
	c.VZEROUPPER()
	c.RET()
}
