package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// general is the name of a general register.
func general(op operand.Op) string {
	return fmt.Sprintf("R%d", reg.ToPhysical(op.(reg.Register)).PhysicalIndex())
}

// scaled is the index of a memory operand times its scale.
func scaled(m operand.Mem) string {
	shift := map[uint8]string{1: "", 2: "<<1", 4: "<<2", 8: "<<3"}[m.Scale]
	return general(m.Index) + shift
}

// Instructions of three operands that stand for one: d = a op b, b first in amd64.
var neonThree = map[string]uint32{
	"VADDPD": fadd2d, "VSUBPD": fsub2d, "VMULPD": fmul2d, "VDIVPD": fdiv2d, "VANDPD": and, "VORPD": orr, "VXORPD": eor,
	"VPADDQ": add2d, "VPSUBQ": sub2d, "VPXOR": eor,
	"VUNPCKHPD": zip2, "VADDSD": fadd2d, // whose upper lane nobody reads
}

var neonBranch = map[string]string{"JMP": "B", "JLT": "BLT", "JGE": "BGE", "JEQ": "BEQ", "JNE": "BNE", "JGT": "BGT"}

// instruction writes one instruction.
func (n *neon) instruction(i *ir.Instruction) error {
	o := i.Operands
	n.liveOut = i.LiveOut
	if op, ok := neonThree[i.Opcode]; ok {
		a, b := n.read(o[1]), n.read(o[0])
		d := n.fresh()
		n.op3(op, d, a, b)
		n.set(o[2], d)
		return nil
	}
	if b, ok := neonBranch[i.Opcode]; ok {
		n.release(i)
		n.settle()
		n.line("%s %s", b, o[0].Asm())
		return nil
	}
	switch i.Opcode {
	case "VMOVAPD", "VMOVUPD", "VMOVUPS", "VMOVSD", "VMOVSS", "VMOVDDUP", "VPBROADCASTQ", "VBROADCASTSS":
		n.copy(i.Opcode, o)
	case "VMAXPD", "VMINPD":
		n.extreme(fcmgt2d, i.Opcode == "VMAXPD", n.read(o[1]), n.read(o[0]), o[2])
	case "VMAXPS":
		n.extreme(fcmgt4s, true, n.read(o[1]), n.read(o[0]), o[2])
	case "VSQRTPD":
		d := n.fresh()
		n.op2(fsqrt2d, d, n.read(o[0]))
		n.set(o[1], d)
	case "VPSLLQ", "VPSRLQ":
		op := uint32(shl2d)
		if i.Opcode == "VPSRLQ" {
			op = ushr2d
		}
		d := n.fresh()
		n.shift(op, d, n.read(o[1]), uint32(o[0].(operand.U8)))
		n.set(o[2], d)
	case "VCMPPD":
		n.compare(predicate(o[0].(operand.U8)), n.read(o[2]), n.read(o[1]), o[3])
	case "VBLENDVPD":
		n.blend(o)
	case "VPBLENDD": // the lower halves of the second under the upper of the first
		d := n.fresh()
		n.load(operand.Mem{Symbol: operand.NewStaticSymbol("c00000000ffffffff")}, d)
		n.op3(bsl, d, n.read(o[2]), n.read(o[1]))
		n.set(o[3], d)
	case "VPMULUDQ":
		d := n.fresh()
		n.op2(xtn, d, n.read(o[1]))
		n.op3(umull, d, d, n.read(o[0]))
		n.set(o[2], d)
	default:
		if strings.HasPrefix(i.Opcode, "VF") {
			return n.fused(i.Opcode, o)
		}
		return n.integer(i.Opcode, o)
	}
	return nil
}

// copy is a move between registers, from memory or to memory.
func (n *neon) copy(opcode string, o []operand.Op) {
	wide := map[string]string{"VMOVAPD": "FMOVQ", "VMOVUPD": "FMOVQ", "VMOVUPS": "FMOVQ", "VMOVSS": "FMOVS"}[opcode]
	if wide == "" {
		wide = "FMOVD"
	}
	both, repeat := opcode == "VMOVDDUP" || opcode == "VPBROADCASTQ", uint32(ld1r2d)
	if opcode == "VBROADCASTSS" { // from memory without displacement
		both, repeat = true, ld1r4s
	}
	from, load := o[0].(operand.Mem)
	to, store := o[1].(operand.Mem)
	switch {
	case store:
		v := n.read(o[0])
		n.line("%s F%d, %s", wide, v, n.address(to))
	case load && from.Symbol.Static:
		n.set(o[1], n.read(from))
	case load && both && from.Base != reg.FramePointer && from.Disp == 0:
		d := n.fresh()
		p := n.pointer(from)
		n.word(repeat|p<<5|uint32(d), "LD1R V%d, [R%d]", d, p)
		n.set(o[1], d)
	case load:
		d := n.fresh()
		n.line("%s %s, F%d", wide, n.address(from), d)
		if both {
			n.op2(dup2d, d, d)
		}
		n.set(o[1], d)
	default:
		n.set(o[1], n.read(o[0]))
	}
}

// extreme sets to = a where that is the greater, or else the less, of a and b, and b elsewhere,
// also where one is NaN.
func (n *neon) extreme(more uint32, greatest bool, a, b vreg, to operand.Op) {
	d := n.fresh()
	if greatest {
		n.op3(more, d, a, b)
	} else {
		n.op3(more, d, b, a)
	}
	n.op3(bsl, d, a, b)
	n.set(to, d)
}

// compare sets the lanes of to where a p b.
func (n *neon) compare(p predicate, a, b vreg, to operand.Op) {
	d := n.fresh()
	switch p {
	case equal, notEqual:
		n.op3(fcmeq2d, d, a, b)
	case greater:
		n.op3(fcmgt2d, d, a, b)
	case less:
		n.op3(fcmgt2d, d, b, a)
	case greaterEqual, notGreaterEqual:
		n.op3(fcmge2d, d, a, b)
	case lessEqual, notLessEqual:
		n.op3(fcmge2d, d, b, a)
	default:
		panic(fmt.Sprintf("predicate %#x", uint8(p)))
	}
	if p == notEqual || p == notGreaterEqual || p == notLessEqual {
		n.op2(not, d, d)
	}
	n.set(to, d)
	n.masks[index(to)] = true
}

// blend sets r = x where the sign of mask is set.
func (n *neon) blend(o []operand.Op) {
	mask, x := n.read(o[0]), n.read(o[1])
	if !n.masks[index(o[0])] {
		m := n.fresh()
		n.shift(sshr2d, m, mask, 63)
		mask = m
	}
	d := n.own(o[2], o[2] == o[3])
	n.op3(bit, d, x, mask)
	n.set(o[3], d)
}

// fused is a product with a sum, rounded once.
func (n *neon) fused(opcode string, o []operand.Op) error {
	op := uint32(fmla2d)
	if strings.HasPrefix(opcode, "VFNM") {
		op = fmls2d
	}
	var a, b vreg
	var sum operand.Op
	switch {
	case strings.HasSuffix(opcode, "213PD"):
		a, b, sum = n.read(o[1]), n.read(o[2]), o[0]
	case strings.HasSuffix(opcode, "132PD"):
		a, b, sum = n.read(o[0]), n.read(o[2]), o[1]
	case strings.HasSuffix(opcode, "231PS"):
		op = fmla4s
		a, b, sum = n.read(o[0]), n.read(o[1]), o[2]
	case strings.HasSuffix(opcode, "231PD"):
		a, b, sum = n.read(o[0]), n.read(o[1]), o[2]
	}
	var t vreg
	switch {
	case strings.HasPrefix(opcode, "VFMSUB"):
		t = n.fresh()
		n.op2(fneg2d, t, n.read(sum))
	case strings.HasPrefix(opcode, "VFMADD"), strings.HasPrefix(opcode, "VFNMADD"):
		t = n.own(sum, !n.alive(sum) || sum == o[2])
	default:
		return fmt.Errorf("%s is not known", opcode)
	}
	n.op3(op, t, a, b)
	n.set(o[2], t)
	return nil
}

// integer is an instruction of general registers.
func (n *neon) integer(opcode string, o []operand.Op) error {
	value := func(op operand.Op) string {
		if r, ok := op.(reg.Register); ok {
			return general(r)
		}
		return op.Asm()
	}
	switch opcode {
	case "MOVQ":
		if m, ok := o[0].(operand.Mem); ok {
			n.line("MOVD %s, %s", n.address(m), general(o[1]))
		} else {
			n.line("MOVD %s, %s", value(o[0]), general(o[1]))
		}
	case "XORQ":
		n.line("EOR %s, %s", general(o[0]), general(o[1]))
	case "ADDQ":
		n.line("ADDS %s, %s, %s", value(o[0]), general(o[1]), general(o[1]))
	case "SUBQ":
		n.line("SUBS %s, %s, %s", value(o[0]), general(o[1]), general(o[1]))
	case "DECQ":
		n.line("SUBS $1, %s, %s", general(o[0]), general(o[0]))
	case "CMPQ":
		a := addressReg
		if m, ok := o[0].(operand.Mem); ok {
			n.line("MOVD %s, %s", n.address(m), a)
		} else {
			a = general(o[0])
		}
		n.line("CMP %s, %s", value(o[1]), a)
	case "IMUL3Q":
		n.line("MOVD %s, %s", o[0].Asm(), addressReg)
		n.line("MUL %s, %s, %s", addressReg, general(o[1]), general(o[2]))
	case "LEAQ":
		n.line("ADD %s, %s, %s", scaled(o[0].(operand.Mem)), general(o[0].(operand.Mem).Base), general(o[1]))
	case "VZEROUPPER":
	case "RET":
		n.line("RET")
	default:
		return fmt.Errorf("%s is not known", opcode)
	}
	return nil
}
