package nn

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// singleRows is how many rows go through a network in float32 at a time: they stay in
// the cache, and sums of gradients over more rows are in float64.
const singleRows = 256

// singleStrip is how many elements of a gradient are computed at a time.
const singleStrip = 1 << 15

// narrowOp is the weights and biases of a network in float32, as [kernel.Pieces32] hands
// them out. It is a constant: singleOp knows the parameters as well.
var narrowOp = &autodiff.Op{
	Name: "nn.Narrow",
	Forward: func(c *autodiff.Call) {
		s := kernel.Pieces32(kernel.Singles(c.Out(0)))
		for i := range c.Len() {
			kernel.Narrow(s.Take(len(c.In(i))), c.In(i))
		}
	},
}

// singleOp is an MLP in float32 at the rows of x. Its inputs are x, the result of
// narrowOp, and W and B of each layer, which gradients go to. Args.Ref is the *MLP.
// It keeps x and the result of each layer, for singleRows rows after the other.
var singleOp = &autodiff.Op{
	Name: "nn.Single",
	Forward: func(c *autodiff.Call) {
		m, n := c.Args().Ref.(*MLP), c.InShape(0).Rows
		block := m.kept(singleRows)
		var kept kernel.Pieces32
		if c.Needs() {
			kept = kernel.Singles(c.Save((n/singleRows*block + m.kept(n%singleRows)) / 2))
		} else {
			kept = kernel.Singles(c.Temp(m.kept(min(n, singleRows)) / 2))
		}
		for i := 0; i < n; i += singleRows {
			m.singleForward(c, kept, i, min(singleRows, n-i))
			if c.Needs() {
				kept = kept[min(block, len(kept)):]
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		m, n := c.Args().Ref.(*MLP), c.InShape(0).Rows
		kept, block := kernel.Singles(c.Saved()), m.kept(singleRows)
		b := m.newSingleBackward(c, min(n, singleRows))
		for i := 0; i < n; i += singleRows {
			b.run(kept, i, min(singleRows, n-i))
			kept = kept[min(block, len(kept)):]
		}
	},
}

// kept returns how many float32 singleOp keeps for n rows.
func (m *MLP) kept(n int) int {
	k := kernel.Lines32(n * m.In())
	for _, l := range m.Layers {
		k += kernel.Lines32(n * l.Out())
	}
	return k
}

// single returns the network at the rows of x, computed in float32.
func (m *MLP) single(x autodiff.Var) autodiff.Var {
	if x.Cols() != m.In() {
		panic(fmt.Sprintf("nn: MLP: got %d columns, want %d", x.Cols(), m.In()))
	}
	t := x.Tape()
	var array [2 + 2*8]autodiff.Var
	in := append(array[:0], x, autodiff.Var{})
	size := 0
	for _, l := range m.Layers {
		must(m.checkSingle(l.Act))
		in = append(in, t.Use(l.W), t.Use(l.B))
		size += kernel.Lines32(l.W.Len()) + kernel.Lines32(l.B.Len())
	}
	if x.Rows() <= singleRows && kernel.RoundsOnce(x.Rows(), size) && !t.Shares() && x.Constant() && constant(in[2:]) {
		in[1] = x
		return singleOnceOp.Apply(t, autodiff.Args{Ref: m}, autodiff.Shape{Rows: x.Rows(), Cols: m.Out()}, in[1:]...)
	}
	in[1] = narrowOp.Apply(t, autodiff.Args{}, autodiff.Shape{Rows: 1, Cols: size / 2}, in[2:]...)
	return singleOp.Apply(t, autodiff.Args{Ref: m}, autodiff.Shape{Rows: x.Rows(), Cols: m.Out()}, in...)
}

// singleForward computes rows i to i+n−1 and saves intermediate results in kept.
func (m *MLP) singleForward(c *autodiff.Call, kept kernel.Pieces32, i, n int) {
	weights := kernel.Pieces32(kernel.Singles(c.In(1)))
	k := m.In()
	x := kept.Take(n * k)
	kernel.Narrow(x, c.In(0)[i*k:(i+n)*k])
	for _, l := range m.Layers {
		w, b := weights.Take(l.W.Len()), weights.Take(l.B.Len())
		y := kept.Take(n * l.Out())
		act, _ := l.Act.Fused()
		kernel.Dense32(y, x, w, b, n, l.In(), l.Out(), act)
		x = y
	}
	k = m.Out()
	kernel.Widen(c.Out(0)[i*k:(i+n)*k], x)
}
