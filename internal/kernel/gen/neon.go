package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"
)

// A neon translates functions for amd64 of two lanes, in the registers X0 to X15, to
// arm64, instruction by instruction: general register i of one is Ri of the other, and Xi is
// where place says, at labels and branches Vi. Copies cost nothing until
// one of the two changes.
type neon struct {
	out       bytes.Buffer
	place     [16]vreg // of the registers in use
	used      [16]bool
	held      map[string]vreg // constants that stay in a register
	firstHeld vreg            // from which on all do
	scarce    bool            // registers are too few
	table     map[string]int  // offsets of all constants
	constants []string
	masks     [16]bool // whether a register has all or no bits in a lane
	temps     []vreg   // of the instruction
	liveOut   reg.MaskSet
}

const (
	addressReg = "R19"
	tableReg   = "R20"
)

// function writes f, with as many constants in registers as leave enough of these.
func (n *neon) function(f *ir.Function) error {
	if err := errors.Join(pass.LabelTarget(f), pass.CFG(f), pass.Liveness(f)); err != nil {
		return err
	}
	at := n.out.Len()
	for n.firstHeld = 14; n.firstHeld <= 32; n.firstHeld++ {
		n.out.Truncate(at)
		n.scarce = false
		if err := n.body(f); err != nil || !n.scarce {
			return err
		}
	}
	return fmt.Errorf("%s: too many registers", f.Name)
}

func (n *neon) body(f *ir.Function) error {
	fmt.Fprintf(&n.out, "\n// %s\nTEXT ·%s(SB), NOSPLIT, $0-%d\n", f.Stub(), f.Name, f.ArgumentBytes())
	n.used, n.held = [16]bool{}, map[string]vreg{}
	n.hold(f)
	var last *ir.Instruction
	for _, node := range f.Nodes {
		switch node := node.(type) {
		case ir.Label:
			if last != nil && !last.IsUnconditionalBranch() && !last.IsTerminal {
				n.settle()
			}
			for i := range n.place { // what is of use after the label is there
				n.place[i], n.used[i], n.masks[i] = vreg(i), true, false
			}
			fmt.Fprintf(&n.out, "\n%s:\n", node)
		case *ir.Instruction:
			if err := n.instruction(node); err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
			n.release(node)
			last = node
		}
	}
	return nil
}

// hold loads the constants that are used most, but those that products are added to: these
// are copied anyhow.
func (n *neon) hold(f *ir.Function) {
	count := map[string]int{}
	for _, i := range f.Instructions() {
		for k, op := range i.Operands {
			if m, ok := op.(operand.Mem); ok && m.Symbol.Static && (k > 0 || i.Opcode != "VFMADD213PD") {
				count[m.Symbol.Name]++
			}
		}
	}
	names := slices.Collect(maps.Keys(count))
	sort.Slice(names, func(i, j int) bool {
		a, b := names[i], names[j]
		return count[a] > count[b] || count[a] == count[b] && a < b
	})
	n.line("MOVD $constants<>(SB), %s", tableReg)
	for k, name := range names[:min(len(names), 32-int(n.firstHeld))] {
		v := n.firstHeld + vreg(k)
		n.held[name] = v
		n.line("FMOVQ %d(%s), F%d", n.offset(name), tableReg, v)
	}
}

// offset returns where the constant stands in the table.
func (n *neon) offset(name string) int {
	at, ok := n.table[name]
	if !ok {
		at = 16 * len(n.constants)
		n.table[name] = at
		n.constants = append(n.constants, name)
	}
	return at
}

// index returns i for Xi, or −1.
func index(op operand.Op) int {
	r, ok := op.(reg.Register)
	if !ok || r.Kind() != reg.KindVector {
		return -1
	}
	return int(reg.ToPhysical(r).PhysicalIndex())
}

// read returns the register that holds an operand.
func (n *neon) read(op operand.Op) vreg {
	if m, ok := op.(operand.Mem); ok {
		if v, ok := n.held[m.Symbol.Name]; ok && m.Symbol.Static {
			return v
		}
		v := n.fresh()
		n.load(m, v)
		return v
	}
	return n.place[index(op)]
}

// load reads two lanes.
func (n *neon) load(m operand.Mem, v vreg) {
	if m.Symbol.Static {
		n.line("FMOVQ %d(%s), F%d", n.offset(m.Symbol.Name), tableReg, v)
		return
	}
	n.line("FMOVQ %s, F%d", n.address(m), v)
}

// address returns the memory that m is.
func (n *neon) address(m operand.Mem) string {
	switch {
	case m.Base == reg.FramePointer:
		return fmt.Sprintf("%s+%d(FP)", m.Symbol.Name, m.Disp)
	case m.Index != nil:
		n.line("ADD %s, %s, %s", scaled(m), general(m.Base), addressReg)
		return fmt.Sprintf("%d(%s)", m.Disp, addressReg)
	}
	return fmt.Sprintf("%d(%s)", m.Disp, general(m.Base))
}

// pointer returns the number of a general register that points to m, which has no
// displacement.
func (n *neon) pointer(m operand.Mem) uint32 {
	if m.Index == nil {
		return uint32(reg.ToPhysical(m.Base).PhysicalIndex())
	}
	n.line("ADD %s, %s, %s", scaled(m), general(m.Base), addressReg)
	return 19
}

// fresh returns a register that holds nothing, for the instruction.
func (n *neon) fresh() vreg {
	for v := vreg(0); v < n.firstHeld; v++ {
		if !n.shared(v, -1) && !slices.Contains(n.temps, v) {
			n.temps = append(n.temps, v)
			return v
		}
	}
	n.scarce = true
	return 0
}

// shared reports whether a register other than Xbut is in v.
func (n *neon) shared(v vreg, but int) bool {
	for i, p := range n.place {
		if i != but && n.used[i] && p == v {
			return true
		}
	}
	return false
}

// set says that v holds Xi from now on.
func (n *neon) set(op operand.Op, v vreg) {
	i := index(op)
	n.place[i], n.used[i], n.masks[i] = v, true, false
}

// own returns a register with the operand that may be overwritten: its own if it is free
// to go and nobody else is in it, or a copy.
func (n *neon) own(op operand.Op, free bool) vreg {
	v, i := n.read(op), index(op)
	if v < n.firstHeld && (i < 0 || free && !n.shared(v, i)) {
		return v
	}
	t := n.fresh()
	n.move(t, v)
	return t
}

// alive reports whether the operand is read after the instruction.
func (n *neon) alive(op operand.Op) bool {
	i := index(op)
	return i >= 0 && n.liveOut[reg.LookupPhysical(reg.KindVector, reg.Index(i), reg.S128).ID()] != 0
}

// release frees the registers that nobody reads after i.
func (n *neon) release(i *ir.Instruction) {
	n.temps, n.liveOut = n.temps[:0], i.LiveOut
	for k := range n.used {
		n.used[k] = n.used[k] && n.alive(reg.LookupPhysical(reg.KindVector, reg.Index(k), reg.S128))
	}
}

// settle brings every register in use to its own place: Xi to Vi.
func (n *neon) settle() {
	for {
		moved, stuck := false, -1
		for i, at := range n.place {
			if !n.used[i] || at == vreg(i) {
				continue
			}
			if n.shared(vreg(i), i) {
				stuck = i
				continue
			}
			n.move(vreg(i), at)
			n.place[i], moved = vreg(i), true
		}
		switch {
		case stuck < 0:
			return
		case !moved: // a cycle: one of it goes aside
			t := n.fresh()
			if n.scarce {
				return
			}
			n.move(t, n.place[stuck])
			n.place[stuck] = t
		}
	}
}

// file writes the functions of f and their constants, which are named for their bits.
func (n *neon) file(f *ir.File) ([]byte, error) {
	n.out.WriteString("// Code generated by internal/kernel/gen. DO NOT EDIT.\n\n//go:build !purego\n\n#include \"textflag.h\"\n")
	n.table = map[string]int{}
	for _, fn := range f.Functions() {
		if err := n.function(fn); err != nil {
			return nil, err
		}
	}
	n.out.WriteString("\n")
	for k, name := range n.constants {
		for lane := range 2 {
			bits := name[1:]
			if name == laneNumbers {
				bits = fmt.Sprint(lane)
			}
			fmt.Fprintf(&n.out, "DATA constants<>+%d(SB)/8, $0x%s\n", 16*k+8*lane, bits)
		}
	}
	fmt.Fprintf(&n.out, "GLOBL constants<>(SB), RODATA|NOPTR, $%d\n", 16*len(n.constants))
	return n.out.Bytes(), nil
}
