package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
)

// asm is avo's context with the few helpers that all topics share.
type asm struct {
	*build.Context
	labels int
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

// label returns a label that is new in this file.
func (c *asm) label(hint string) string {
	c.labels++
	return fmt.Sprintf("%s%d", hint, c.labels)
}
