package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Cumsum maps a row to its running sums:
//
//	yⱼ = Σ_{k≤j} xₖ,  log|det| = 0
//
// or several runs of Len elements each, Inner apart: those of a matrix with Len rows and
// Inner columns run down its columns. Domain and range are Rᵈ. Both directions
// cost O(d) a row.
type Cumsum struct {
	Len   int // 0 for the whole row
	Inner int // 0 for 1
}

// NewCumsumRows returns the running sums down the columns of rows×cols
// matrices, row by row. It panics if rows or cols is not positive.
func NewCumsumRows(rows, cols int) *Cumsum {
	c := &Cumsum{Len: rows, Inner: cols}
	if rows <= 0 || cols <= 0 {
		panic(fmt.Sprintf("bijector: Cumsum: got %d×%d, want at least 1×1", rows, cols))
	}
	return c
}

// Restore checks the fields.
func (c *Cumsum) Restore() error {
	if c.Len < 0 || c.Inner < 0 || c.Len == 0 && c.Inner > 1 {
		return fmt.Errorf("bijector: Cumsum: got runs of %d numbers %d apart, want no negative numbers, and a length", c.Len, c.Inner)
	}
	return nil
}

func (c *Cumsum) runs(x autodiff.Var) cumulative {
	r := cumulative{len: c.Len, inner: max(c.Inner, 1)}
	if r.len == 0 {
		r.len = x.Cols()
	}
	if x.Cols()%(r.len*r.inner) != 0 {
		panic(fmt.Sprintf("bijector: Cumsum: got %d columns, want a multiple of %d", x.Cols(), r.len*r.inner))
	}
	return r
}

// Forward returns the running sums.
func (c *Cumsum) Forward(x autodiff.Var) autodiff.Var { return cumulate(x, c.runs(x)) }

// Inverse returns the differences yⱼ − yⱼ₋₁.
func (c *Cumsum) Inverse(y autodiff.Var) autodiff.Var {
	r := c.runs(y)
	r.difference = true
	return cumulate(y, r)
}

// ILDJ returns 0.
func (c *Cumsum) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }

// A cumulative is a running sum, or its inverse, over runs of len elements that
// stand inner apart, from the last to the first if reverse.
type cumulative struct {
	len, inner          int
	reverse, difference bool
}

// cumulativeOp is one of four linear maps; Backward is the same the other way
// round.
var cumulativeOp = &autodiff.Op{
	Name: "bijector.Cumulative",
	Forward: func(c *autodiff.Call) {
		clear(c.Out(0))
		cumulativeOf(c.Args()).add(c.Out(0), c.In(0))
	},
	Backward: func(c *autodiff.Call) {
		r := cumulativeOf(c.Args())
		r.reverse = !r.reverse
		r.add(c.InGrad(0), c.OutGrad(0))
	},
}

func (r cumulative) add(y, x []float64) {
	for block := 0; block < len(x); block += r.len * r.inner {
		for k := range r.inner {
			first, step := block+k, r.inner
			if r.reverse {
				first, step = first+(r.len-1)*r.inner, -r.inner
			}
			var carry float64
			for i, at := 0, first; i < r.len; i, at = i+1, at+step {
				if r.difference {
					y[at] += x[at] - carry
					carry = x[at]
				} else {
					carry += x[at]
					y[at] += carry
				}
			}
		}
	}
}

func cumulativeOf(a autodiff.Args) cumulative {
	return cumulative{len: a.I, inner: a.J, reverse: a.A != 0, difference: a.B != 0}
}

func cumulate(x autodiff.Var, r cumulative) autodiff.Var {
	a := autodiff.Args{I: r.len, J: r.inner}
	if r.reverse {
		a.A = 1
	}
	if r.difference {
		a.B = 1
	}
	return cumulativeOp.Apply(nil, a, x.Shape(), x)
}
