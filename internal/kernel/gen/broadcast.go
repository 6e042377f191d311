package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An arithmetic is one of the operations of a matrix with a row or a column.
type arithmetic struct {
	name string
	f    func(v vec, x, y, dst reg.Register) reg.Register
	adds bool // f takes dst
}

// broadcast writes the arithmetic of a matrix with a row or a column.
func broadcast(c *asm) {
	for _, o := range []arithmetic{
		{"add", func(v vec, x, y, _ reg.Register) reg.Register { return v.add(x, y) }, false},
		{"sub", func(v vec, x, y, _ reg.Register) reg.Register { return v.sub(x, y) }, false},
		{"mul", func(v vec, x, y, _ reg.Register) reg.Register { return v.mul(x, y) }, false},
		{"div", func(v vec, x, y, _ reg.Register) reg.Register { return v.div(x, y) }, false},
		{"mulAdd", func(v vec, x, y, dst reg.Register) reg.Register { return v.fma(x, y, dst) }, true},
	} {
		c.bothSets(func(v vec) {
			v.rowOp(o)
			v.colOp(o)
			if v.lanes > 2 {
				v.thinColOp(o)
			}
		})
	}
}

// A matrixLoop is what the kernels here share: dst[i,j] from x[i,j].
type matrixLoop struct{ dst, x, rows, cols, i reg.Register }

func (v vec) matrixLoop() matrixLoop {
	return matrixLoop{
		v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("x"), v.GP64()),
		v.Load(v.Param("rows"), v.GP64()), v.Load(v.Param("cols"), v.GP64()), v.GP64(),
	}
}

// eachRow writes the loop: start runs before a row, loads more follow that of x.
func (v vec) eachRow(m matrixLoop, start func(), more []reg.Register, body func(in []reg.Register) reg.Register) {
	at := func(b reg.Register) Mem { return Mem{Base: b, Index: m.i, Scale: 8} }
	row, n := v.label("row"), v.GP64()
	v.Label(row)
	start()
	v.XORQ(m.i, m.i)
	v.MOVQ(m.cols, n)
	v.eachVector(m.i, n, part{
		loads: 1 + len(more),
		load: func(load func(from Mem, to reg.Register), to []reg.Register) {
			load(at(m.x), to[0])
			for j, b := range more {
				load(at(b), to[1+j])
			}
		},
		body:  func(in []reg.Register) []reg.Register { return []reg.Register{body(in)} },
		store: func(store func(r reg.Register, to Mem), out []reg.Register) { store(out[0], at(m.dst)) },
	})
	v.LEAQ(Mem{Base: m.x, Index: m.cols, Scale: 8}, m.x)
	v.LEAQ(Mem{Base: m.dst, Index: m.cols, Scale: 8}, m.dst)
	v.DECQ(m.rows)
	v.JNE(LabelRef(row))
	v.VZEROUPPER()
	v.RET()
}

// rowOp writes dst[i,j] = f(x[i,j], row[j]).
func (v vec) rowOp(o arithmetic) {
	name := o.name + "Row" + v.suffix()
	v.text(name, "func(dst, x, row *float64, rows, cols int)", name+" works on rows·cols > 0 elements.")
	row := v.Load(v.Param("row"), v.GP64())
	m, more := v.matrixLoop(), []reg.Register{row}
	if o.adds {
		more = append(more, m.dst)
	}
	v.eachRow(m, func() {}, more, func(in []reg.Register) reg.Register { return o.f(v, in[0], in[1], in[len(in)-1]) })
}

// colOp writes dst[i,j] = f(x[i,j], col[i]).
func (v vec) colOp(o arithmetic) {
	name := o.name + "Col" + v.suffix()
	v.text(name, "func(dst, x, col *float64, rows, cols int)", name+" works on rows·cols > 0 elements.")
	col, c := v.Load(v.Param("col"), v.GP64()), v.new()
	start := func() {
		v.broadcastTo(Mem{Base: col}, c)
		v.ADDQ(Imm(8), col)
	}
	m, more := v.matrixLoop(), []reg.Register(nil)
	if o.adds {
		more = append(more, m.dst)
	}
	v.eachRow(m, start, more, func(in []reg.Register) reg.Register { return o.f(v, in[0], c, in[len(in)-1]) })
}

// thinColOp is colOp for groups of eight rows of fewer than eight columns:
// element e of a group takes col[index[e]].
func (v vec) thinColOp(o arithmetic) {
	name := o.name + "ThinCol" + v.suffix()
	v.text(name, "func(dst, x, col *float64, index *int64, groups, cols int)", name+" works on groups > 0 of eight rows.")
	dst, x := v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("x"), v.GP64())
	col, index := v.Load(v.Param("col"), v.GP64()), v.Load(v.Param("index"), v.GP64())
	groups, size := v.Load(v.Param("groups"), v.GP64()), v.Load(v.Param("cols"), v.GP64())
	v.SHLQ(U8(6), size) // bytes of a group
	i := v.GP64()
	group, loop := v.label("group"), v.label("loop")
	v.Label(group)
	v.XORQ(i, i)
	v.Label(loop)
	at, a, old := v.new(), v.new(), v.new()
	v.VMOVUPD(Mem{Base: index, Index: i, Scale: 1}, at)
	v.VMOVUPD(Mem{Base: x, Index: i, Scale: 1}, a)
	if o.adds {
		v.VMOVUPD(Mem{Base: dst, Index: i, Scale: 1}, old)
	}
	v.VMOVUPD(o.f(v, a, v.gather(col, at, 0, v.allLanes()), old), Mem{Base: dst, Index: i, Scale: 1})
	v.ADDQ(Imm(uint64(8*v.lanes)), i)
	v.CMPQ(i, size)
	v.JLT(LabelRef(loop))
	v.ADDQ(size, x)
	v.ADDQ(size, dst)
	v.ADDQ(Imm(64), col)
	v.DECQ(groups)
	v.JNE(LabelRef(group))
	v.VZEROUPPER()
	v.RET()
}
