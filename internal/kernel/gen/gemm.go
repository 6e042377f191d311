package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemm writes the panel kernels of the matrix product and the transposing
// packers.
func gemm(c *asm) {
	if c.sets[0] == 2 {
		c.panelsOf(neonf64)
		return
	}
	c.panels(avx512f64, avx2f64)
	c.pack512()
	c.pack256()
}

// gemm32 writes the same for float32.
func gemm32(c *asm) {
	if c.sets[0] == 2 {
		c.fullPanels(neonf32)
		c.panel(panelKernel{isa: neonf32x2, vecs: 1, blocks: []int{8, 4, 2, 1}, narrow: true})
		c.panel(panelKernel{isa: neonf32x1, vecs: 1, blocks: []int{8, 4, 2, 1}, narrow: true})
		return
	}
	c.panels(avx512f32, avx2f32)
	c.pack32()
}

// panels writes all panel kernels for one width of number. Blocks of rows are
// as high as the registers allow: a wide panel is a low one.
func (c *asm) panels(wide, narrow *isa) {
	for _, p := range []panelKernel{
		{isa: wide, vecs: 1, blocks: []int{12, 8, 4, 2, 1}},
		{isa: wide, vecs: 2, blocks: []int{12, 8, 4, 2, 1}},
		{isa: wide, vecs: 3, blocks: []int{8, 4, 2, 1}},
		{isa: wide, vecs: 4, blocks: []int{6, 4, 2, 1}},
		{isa: wide, vecs: 8, blocks: []int{2, 1}},
		{isa: wide, vecs: 1, blocks: []int{12, 8, 4, 2, 1}, masked: true},
		{isa: wide, vecs: 2, blocks: []int{12, 8, 4, 2, 1}, masked: true},
		{isa: wide, vecs: 3, blocks: []int{8, 4, 2, 1}, masked: true},
		{isa: wide, vecs: 4, blocks: []int{6, 4, 2, 1}, masked: true},
	} {
		c.panel(p)
	}
	c.panelsOf(narrow)
}

// panelsOf writes the panel kernels of an instruction set with 16 registers.
func (c *asm) panelsOf(narrow *isa) {
	c.fullPanels(narrow)
	c.panel(panelKernel{isa: narrow, vecs: 1, blocks: []int{8, 4, 2, 1}, masked: true})
	c.panel(panelKernel{isa: narrow, vecs: 2, blocks: []int{6, 4, 2, 1}, masked: true})
}

func (c *asm) fullPanels(narrow *isa) {
	for _, p := range []panelKernel{
		{isa: narrow, vecs: 1, blocks: []int{8, 4, 2, 1}},
		{isa: narrow, vecs: 2, blocks: []int{6, 4, 2, 1}},
		{isa: narrow, vecs: 4, blocks: []int{2, 1}},
		{isa: narrow, vecs: 8, blocks: []int{1}},
	} {
		c.panel(p)
	}
}

// Offsets of the fields of the struct panel in ../panel.go.
const (
	panelRows = 8 * iota
	panelDepth
	panelA
	panelARow
	panelACol
	panelB
	panelBRow
	panelInit
	panelInitRow
	panelC
	panelCRow
	panelMask
	panelReLU
)

// A panelKernel computes a panel of C as wide as vecs vectors: a loop over
// blocks of rows, as many at a time as blocks says, largest first. With masked
// set the panel has only the columns of panelMask; that costs ports on some
// processors, so full panels have a kernel of their own.
type panelKernel struct {
	isa    *isa
	vecs   int
	blocks []int
	masked bool
	narrow bool // loads are of less than a vector, and no operands of products
}

func (p panelKernel) name() string {
	name := fmt.Sprintf("panel%sx%d", p.isa.name, p.vecs)
	if p.masked {
		name += "m"
	}
	return name
}

// panelRegs are the registers that live through a whole panel.
type panelRegs struct {
	p          reg.Register   // *panel
	m          reg.Register   // rows left
	a, init, c reg.Register   // of the current row
	s, s3, ak  reg.Register   // bytes between A's rows, three times that, between A's columns
	bk         reg.Register   // bytes between B's rows
	masks      []reg.Register // of the vectors, nil for all of the vector
}

// panel writes one panel kernel.
func (c *asm) panel(k panelKernel) {
	r := &panelRegs{p: c.textOf(k.name(), "panel", fmt.Sprintf("%s computes a panel of %d vectors.", k.name(), k.vecs))}
	get := func(off int) reg.Register {
		g := c.GP64()
		c.MOVQ(Mem{Base: r.p, Disp: off}, g)
		return g
	}
	if k.masked {
		r.masks = k.isa.loadMasks(c, Mem{Base: r.p, Disp: panelMask}, k.vecs)
	}
	r.m, r.a, r.init, r.c = get(panelRows), get(panelA), get(panelInit), get(panelC)
	r.s, r.ak, r.bk = get(panelARow), get(panelACol), get(panelBRow)
	r.s3 = c.GP64()
	c.LEAQ(Mem{Base: r.s, Index: r.s, Scale: 2}, r.s3)
	for _, rows := range k.blocks {
		top, done := c.label("rows"), c.label("fewer")
		c.Label(top)
		c.CMPQ(r.m, Imm(uint64(rows)))
		c.JLT(LabelRef(done))
		c.block(k, r, rows)
		c.SUBQ(Imm(uint64(rows)), r.m)
		if rows > 1 {
			c.JMP(LabelRef(top))
		} else {
			c.JNE(LabelRef(top))
		}
		c.Label(done)
	}
	c.VZEROUPPER()
	c.RET()
}

// block writes the computation of rows rows of the panel: load the start
// values, add the products in the order of k, apply the ReLU, store.
func (c *asm) block(k panelKernel, r *panelRegs, rows int) {
	acc := make([][]reg.Register, rows)
	crow := c.GP64()
	c.MOVQ(Mem{Base: r.p, Disp: panelInitRow}, crow)
	for i := range acc {
		for v := range k.vecs {
			x := k.isa.vec(c)
			acc[i] = append(acc[i], x)
			k.load(c, r, Mem{Base: r.init, Disp: v * k.isa.bytes}, v, x)
		}
		c.ADDQ(crow, r.init)
	}
	c.products(k, r, acc)
	c.relu(k, r, acc)
	c.MOVQ(Mem{Base: r.p, Disp: panelCRow}, crow)
	for i := range acc {
		for v, x := range acc[i] {
			k.store(c, r, x, v, Mem{Base: r.c, Disp: v * k.isa.bytes})
		}
		c.ADDQ(crow, r.c)
	}
}

// products writes the loop over k: acc[i][v] = fma(a[i], b[v], acc[i][v]). It
// moves r.a to the rows that follow.
func (c *asm) products(k panelKernel, r *panelRegs, acc [][]reg.Register) {
	rows := len(acc)
	b, n := c.GP64(), c.GP64()
	c.MOVQ(Mem{Base: r.p, Disp: panelB}, b)
	c.MOVQ(Mem{Base: r.p, Disp: panelDepth}, n)
	var quads []reg.Register // pointers to every fourth row
	for i := 0; i < rows; i += 4 {
		q := c.GP64()
		if i == 0 {
			c.MOVQ(r.a, q)
		} else {
			c.LEAQ(Mem{Base: quads[i/4-1], Index: r.s, Scale: 4}, q)
		}
		quads = append(quads, q)
	}
	next := c.GP64()
	c.IMUL3Q(Imm(uint64(rows)), r.s, next)
	c.ADDQ(next, r.a)
	loop := c.label("depth")
	c.Label(loop)
	bs := make([]Op, k.vecs)
	for v := range bs {
		at := Mem{Base: b, Disp: v * k.isa.bytes}
		if rows == 1 && !k.masked && !k.narrow {
			bs[v] = at
			continue
		}
		x := k.isa.vec(c)
		k.load(c, r, at, v, x)
		bs[v] = x
	}
	x := []reg.Register{k.isa.vec(c)}
	if k.isa.registers > 16 {
		x = append(x, k.isa.vec(c))
	}
	for i := range acc {
		x := x[i%len(x)]
		k.isa.broadcast(c, rowOf(quads[i/4], r, i%4), x)
		for v := range acc[i] {
			k.isa.fma(c, bs[v], x, acc[i][v])
		}
	}
	for _, q := range quads {
		c.ADDQ(r.ak, q)
	}
	c.ADDQ(r.bk, b)
	c.DECQ(n)
	c.JNE(LabelRef(loop))
}

// rowOf addresses row i in 0…3 after q.
func rowOf(q reg.Register, r *panelRegs, i int) Mem {
	switch i {
	case 0:
		return Mem{Base: q}
	case 3:
		return Mem{Base: q, Index: r.s3, Scale: 1}
	}
	return Mem{Base: q, Index: r.s, Scale: uint8(i)}
}

// relu writes acc = max(acc, 0), NaN and −0 unchanged, where the panel asks for
// it.
func (c *asm) relu(k panelKernel, r *panelRegs, acc [][]reg.Register) {
	none := c.label("linear")
	c.CMPQ(Mem{Base: r.p, Disp: panelReLU}, Imm(0))
	c.JEQ(LabelRef(none))
	zero := k.isa.vec(c)
	c.VXORPD(zero, zero, zero)
	for i := range acc {
		for _, x := range acc[i] {
			k.isa.max(c, x, zero, x)
		}
	}
	c.Label(none)
}

func (k panelKernel) load(c *asm, r *panelRegs, from Mem, v int, to reg.Register) {
	if k.masked && r.masks[v] != nil {
		k.isa.loadMasked(c, from, r.masks[v], to)
	} else {
		k.isa.load(c, from, to)
	}
}

func (k panelKernel) store(c *asm, r *panelRegs, from reg.Register, v int, to Mem) {
	if k.masked && r.masks[v] != nil {
		k.isa.storeMasked(c, from, r.masks[v], to)
	} else {
		k.isa.store(c, from, to)
	}
}
