package main

import (
	"strings"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A loop is an elementwise kernel: it loads the same element of some slices,
// computes with them and the scalars, and stores results. Slices that are
// stored to come first.
type loop struct {
	name    string   // of the Go function
	slices  []string // parameters
	skip    int      // how many of the slices, the first, are not loaded
	scalars []string // parameters after the slices
	length  string   // the slice whose length counts

	// body computes what is stored from what is loaded.
	body func(v vec, in []reg.Register, s values) []reg.Register
}

// write writes the kernel for v's instruction set.
func (l *loop) write(v vec) {
	sig := "func(" + strings.Join(l.slices, ", ") + " *float64, n int"
	if len(l.scalars) > 0 {
		sig += ", " + strings.Join(l.scalars, ", ") + " float64"
	}
	name := lower(l.name) + v.suffix()
	v.text(name, sig+")", name+" is "+l.name+" on n elements.")
	var base []reg.Register
	for _, s := range l.slices {
		base = append(base, v.Load(v.Param(s), v.GP64()))
	}
	scalars := v.scalars(l.scalars)
	n := v.Load(v.Param("n"), v.GP64())
	i := v.GP64()
	v.XORQ(i, i)
	at := func(j int) Mem { return Mem{Base: base[j], Index: i, Scale: 8} }
	v.eachVector(i, n, part{
		load: func(load func(from Mem, to reg.Register), to []reg.Register) {
			for j, r := range to {
				load(at(len(base)-len(to)+j), r)
			}
		},
		loads: len(l.slices) - l.skip,
		body:  func(in []reg.Register) []reg.Register { return l.body(v, in, scalars) },
		store: func(store func(r reg.Register, to Mem), out []reg.Register) {
			for j, r := range out {
				store(r, at(j))
			}
		},
	})
	v.VZEROUPPER()
	v.RET()
}

// values gives the i-th scalar in all lanes.
type values func(i int) reg.Register

// scalars returns the parameters called names: in registers for good when they
// are few, else loaded where they are used.
func (v vec) scalars(names []string) values {
	load := func(i int) reg.Register {
		m, err := v.Param(names[i]).Resolve()
		if err != nil {
			panic(err)
		}
		r := v.new()
		v.broadcastTo(m.Addr, r)
		return r
	}
	if len(names) > 4 {
		return load
	}
	var held []reg.Register
	for i := range names {
		held = append(held, load(i))
	}
	return func(i int) reg.Register { return held[i] }
}

// broadcastTo sets r to the number at m in all lanes.
func (v vec) broadcastTo(m Mem, r reg.Register) {
	if v.lanes == 2 {
		v.VMOVDDUP(m, r)
	} else {
		v.VBROADCASTSD(m, r)
	}
}

// A part is what a loop does with one vector's worth of elements.
type part struct {
	loads int
	load  func(load func(from Mem, to reg.Register), to []reg.Register)
	body  func(in []reg.Register) []reg.Register
	store func(store func(r reg.Register, to Mem), out []reg.Register)
}

// eachVector writes a loop that advances i by a vector until it has gone over n
// elements, n > 0, and then the rest. n is used up.
func (v vec) eachVector(i, n reg.Register, p part) {
	head, tail, done := v.label("head"), v.label("tail"), v.label("done")
	v.SUBQ(Imm(uint64(v.lanes)), n)
	v.JLT(LabelRef(tail))
	v.Label(head)
	in := v.news(p.loads)
	p.load(func(from Mem, to reg.Register) { v.VMOVUPD(from, to) }, in)
	p.store(func(r reg.Register, to Mem) { v.VMOVUPD(r, to) }, p.body(in))
	v.ADDQ(Imm(uint64(v.lanes)), i)
	v.SUBQ(Imm(uint64(v.lanes)), n)
	v.JGE(LabelRef(head))
	v.Label(tail)
	v.ADDQ(Imm(uint64(v.lanes)), n)
	v.JEQ(LabelRef(done))
	v.rest(n, p)
	v.Label(done)
}

// rest does the part for the first n lanes, 0 < n < lanes. One or two elements
// are moved by instructions of that width: a masked load waits for any store
// not yet done that its whole width touches.
func (v vec) rest(n reg.Register, p part) {
	if v.lanes == 2 {
		in := v.news(p.loads)
		p.load(func(from Mem, to reg.Register) { v.VMOVSD(from, to) }, in)
		p.store(func(r reg.Register, to Mem) { v.VMOVSD(r, to) }, p.body(in))
		return
	}
	one, two, join := v.label("one"), v.label("two"), v.label("go")
	in := v.news(p.loads)
	v.fork(n, one, two)
	mask := v.firstLanes(n)
	p.load(func(from Mem, to reg.Register) { v.loadMasked(from, mask, to) }, in)
	v.JMP(LabelRef(join))
	v.Label(one)
	p.load(func(from Mem, to reg.Register) { v.VMOVSD(from, xmm(to)) }, in)
	v.JMP(LabelRef(join))
	v.Label(two)
	p.load(func(from Mem, to reg.Register) { v.VMOVUPD(from, xmm(to)) }, in)
	v.Label(join)
	out := p.body(in)
	one, two, end := v.label("one"), v.label("two"), v.label("end")
	v.fork(n, one, two)
	p.store(func(r reg.Register, to Mem) { v.storeMasked(r, v.firstLanes(n), to) }, out)
	v.JMP(LabelRef(end))
	v.Label(one)
	p.store(func(r reg.Register, to Mem) { v.VMOVSD(xmm(r), to) }, out)
	v.JMP(LabelRef(end))
	v.Label(two)
	p.store(func(r reg.Register, to Mem) { v.VMOVUPD(xmm(r), to) }, out)
	v.Label(end)
}

// fork jumps to one or two if that is n.
func (v vec) fork(n reg.Register, one, two string) {
	v.CMPQ(n, Imm(2))
	v.JLT(LabelRef(one))
	v.JEQ(LabelRef(two))
}

func (v vec) news(n int) []reg.Register {
	r := make([]reg.Register, n)
	for i := range r {
		r[i] = v.new()
	}
	return r
}

// xmm is the low two lanes of r.
func xmm(r reg.Register) reg.Register { return r.(reg.Vec).AsX() }

// firstLanes returns the mask of the first n lanes, n below the vector's.
func (v vec) firstLanes(n reg.Register) reg.Register {
	if v.lanes == 2 {
		return v.XMM() // which is not used
	}
	if v.wide() {
		one := v.GP64()
		v.MOVQ(I32(1), one)
		v.SHLXQ(n, one, one)
		v.DECQ(one)
		k := v.K()
		v.KMOVB(one.As32(), k)
		return k
	}
	at := v.GP64()
	v.LEAQ(v.ones(), at)
	off := v.GP64()
	v.MOVQ(n, off)
	v.NEGQ(off)
	mask := v.YMM()
	v.VMOVDQU(Mem{Base: at, Index: off, Scale: 8, Disp: 32}, mask)
	return mask
}

// ones is four words of ones and then four of zeros.
func (c *asm) ones() Mem {
	if c.tailMask == nil {
		m := c.StaticGlobal("ones4")
		c.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 8 {
			w := ^uint64(0)
			if i >= 4 {
				w = 0
			}
			c.AddDatum(8*i, U64(w))
		}
		c.tailMask = &m
	}
	return *c.tailMask
}

// loadMasked reads the lanes of mask, and zeros. Of two lanes it is the first.
func (v vec) loadMasked(from Mem, mask, to reg.Register) {
	switch v.lanes {
	case 8:
		v.VMOVUPD_Z(from, mask, to)
	case 4:
		v.VMASKMOVPD(from, mask, to)
	default:
		v.VMOVSD(from, to)
	}
}

func (v vec) storeMasked(r, mask reg.Register, to Mem) {
	switch v.lanes {
	case 8:
		v.VMOVUPD(r, mask, to)
	case 4:
		v.VMASKMOVPD(r, mask, to)
	default:
		v.VMOVSD(r, to)
	}
}

func lower(name string) string { return strings.ToLower(name[:1]) + name[1:] }
