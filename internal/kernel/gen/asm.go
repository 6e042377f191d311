package main

import (
	"fmt"
	"go/types"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// asm is avo's context with the few helpers that all topics share.
type asm struct {
	*build.Context
	labels    int
	sets      []int                  // lanes of the instruction sets to write for
	constants map[uint64]operand.Mem // numbers written so far, by their bits
	laneBits  map[string]operand.Mem // constants of bits, once written
	tailMask  *operand.Mem           // ones, once written
	numbers   *operand.Mem           // laneNumbers, once written
}

// text opens the function name with the Go signature sig and the doc line doc.
// No argument escapes.
func (c *asm) text(name, sig, doc string) {
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr(sig)
	c.Pragma("noescape")
	c.Doc(doc)
}

// textOf opens the function name, whose one argument p points to the struct
// type record of the package written, and returns the register that holds p.
func (c *asm) textOf(name, record, doc string) reg.Register {
	pkg := types.NewPackage("kernel", "kernel")
	named := types.NewNamed(types.NewTypeName(0, pkg, record, nil), types.NewStruct(nil, nil), nil)
	p := types.NewTuple(types.NewParam(0, pkg, "p", types.NewPointer(named)))
	c.text(name, "func()", doc)
	c.Signature(gotypes.NewSignature(pkg, types.NewSignatureType(nil, nil, nil, p, nil, false)))
	return c.Load(c.Param("p"), c.GP64())
}

// label returns a label that is new in this file.
func (c *asm) label(hint string) string {
	c.labels++
	return fmt.Sprintf("%s%d", hint, c.labels)
}
