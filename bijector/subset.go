package bijector

import (
	"fmt"
	"slices"

	"github.com/normflow/normflow/autodiff"
)

// Subset applies a bijector to some columns and keeps the others:
//
//	y[Index] = B(x[Index]),  log|det| = that of B
//
// B must keep the number of columns. It costs as much as B, and O(d) a row.
type Subset struct {
	Index []int // different columns; B sees them in this order
	B     Bijector
}

// NewSubset returns the map that applies b to the given columns. It panics if
// there are none or one occurs twice.
func NewSubset(b Bijector, index ...int) *Subset {
	c := &Subset{Index: append([]int(nil), index...), B: b}
	must(c.Restore())
	return c
}

// Restore checks the fields.
func (c *Subset) Restore() error {
	if len(c.Index) == 0 || c.B == nil {
		return fmt.Errorf("bijector: Subset: got %d columns and bijector %T, want at least one, and a bijector", len(c.Index), c.B)
	}
	seen := make(map[int]bool, len(c.Index))
	for _, j := range c.Index {
		if j < 0 || seen[j] {
			return fmt.Errorf("bijector: Subset: got column %d, want different ones, none negative", j)
		}
		seen[j] = true
	}
	return nil
}

// columns returns those that B sees.
func (c *Subset) columns(x autodiff.Var) autodiff.Var {
	for _, j := range c.Index {
		if j >= x.Cols() {
			panic(fmt.Sprintf("bijector: Subset: got %d columns, want at least %d", x.Cols(), slices.Max(c.Index)+1))
		}
	}
	return x.Gather(c.Index)
}

// Forward returns x with the columns mapped.
func (c *Subset) Forward(x autodiff.Var) autodiff.Var {
	return x.Replace(c.Index, c.B.Forward(c.columns(x)))
}

// Inverse returns y with the columns mapped back.
func (c *Subset) Inverse(y autodiff.Var) autodiff.Var {
	return y.Replace(c.Index, c.B.Inverse(c.columns(y)))
}

// ILDJ returns that of B.
func (c *Subset) ILDJ(y autodiff.Var) autodiff.Var { return c.B.ILDJ(c.columns(y)) }

// InverseILDJ returns both.
func (c *Subset) InverseILDJ(y autodiff.Var) (x, ildj autodiff.Var) {
	part, ildj := InverseILDJ(c.B, c.columns(y))
	return y.Replace(c.Index, part), ildj
}

// ForwardFLDJ returns x with the columns mapped and the log-determinant of B.
func (c *Subset) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	part, fldj := ForwardFLDJ(c.B, c.columns(x))
	return x.Replace(c.Index, part), fldj
}

// CondDim returns the width of B's context.
func (c *Subset) CondDim() int { return CondDim(c.B) }

// Given returns the map with B bound to the contexts.
func (c *Subset) Given(ctx autodiff.Var) Bijector {
	return &Subset{Index: c.Index, B: Given(c.B, ctx)}
}
