package main

import "fmt"

// The vector instructions of arm64 by their encodings: Go's assembler has no names for
// most of them. Those of two float64 end in 2d, of four float32 in 4s.
const (
	fadd2d  = 0x4e60d400
	fsub2d  = 0x4ee0d400
	fmul2d  = 0x6e60dc00
	fdiv2d  = 0x6e60fc00
	fmla2d  = 0x4e60cc00 // d += n·m
	fmls2d  = 0x4ee0cc00 // d −= n·m
	fmla4s  = 0x4e20cc00
	fcmgt4s = 0x6ea0e400
	fcmeq2d = 0x4e60e400
	fcmge2d = 0x6e60e400
	fcmgt2d = 0x6ee0e400
	fsqrt2d = 0x6ee1f800
	fneg2d  = 0x6ee0f800
	add2d   = 0x4ee08400
	sub2d   = 0x6ee08400
	and     = 0x4e201c00
	orr     = 0x4ea01c00
	eor     = 0x6e201c00
	bsl     = 0x6e601c00 // d = d&n | ^d&m
	bit     = 0x6ea01c00 // d = m&n | ^m&d
	not     = 0x6e205800
	shl2d   = 0x4f005400
	ushr2d  = 0x6f000400
	sshr2d  = 0x4f000400
	dup2d   = 0x4e080400 // the first lane in both
	zip2    = 0x4ec07800 // the upper lanes of both
	ld1r2d  = 0x4d40cc00 // a number of memory in both
	ld1r4s  = 0x4d40c800
	xtn     = 0x0ea12800 // the lower halves of the lanes side by side
	umull   = 0x2f80a000 // d = n·m, n two numbers of 32 bits and m the first of its four
)

var neonNames = map[uint32]string{
	fadd2d: "FADD", fsub2d: "FSUB", fmul2d: "FMUL", fdiv2d: "FDIV", fmla2d: "FMLA", fmls2d: "FMLS", fmla4s: "FMLA", fcmgt4s: "FCMGT", fcmeq2d: "FCMEQ", fcmge2d: "FCMGE",
	fcmgt2d: "FCMGT", fsqrt2d: "FSQRT", fneg2d: "FNEG", add2d: "ADD", sub2d: "SUB", and: "AND", orr: "ORR", eor: "EOR", bsl: "BSL",
	bit: "BIT", not: "NOT", shl2d: "SHL", ushr2d: "USHR", sshr2d: "SSHR", dup2d: "DUP", xtn: "XTN", zip2: "ZIP2", umull: "UMULL",
}

// A vreg is one of arm64's registers V0 to V31.
type vreg uint32

// op3 writes d = n op m.
func (n *neon) op3(op uint32, d, a, b vreg) {
	n.word(op|uint32(b)<<16|uint32(a)<<5|uint32(d), "%s V%d, V%d, V%d", neonNames[op], d, a, b)
}

// op2 writes d = op a.
func (n *neon) op2(op uint32, d, a vreg) {
	n.word(op|uint32(a)<<5|uint32(d), "%s V%d, V%d", neonNames[op], d, a)
}

// shift writes d = a shifted by so many bits, to the left or to the right.
func (n *neon) shift(op uint32, d, a vreg, by uint32) {
	field := 64 + by
	if op != shl2d {
		field = 128 - by
	}
	n.word(op|field<<16|uint32(a)<<5|uint32(d), "%s V%d, V%d, #%d", neonNames[op], d, a, by)
}

// move copies a vector.
func (n *neon) move(d, a vreg) { n.op3(orr, d, a, a) }

func (n *neon) word(code uint32, comment string, args ...any) {
	n.line("WORD $0x%08x // %s", code, fmt.Sprintf(comment, args...))
}

func (n *neon) line(text string, args ...any) { fmt.Fprintf(&n.out, "\t"+text+"\n", args...) }
