package masked

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// singleRows is how many rows go through a network in float32 at a time: they stay in
// the cache, and sums of gradients over more rows are in float64.
const singleRows = 256

// narrowMADEOp is the weights of a network in float32, as [kernel.Pieces32] hands them
// out; masked ones are 0 where panels have them and unspecified elsewhere. It is a constant: singleMADEOp knows the parameters as well. Args.Ref is the
// *program.
var narrowMADEOp = &autodiff.Op{
	Name: "masked.NarrowMADE",
	Forward: func(c *autodiff.Call) {
		p, s := c.Args().Ref.(*program), kernel.Pieces32(kernel.Singles(c.Out(0)))
		for i := range c.Len() {
			p.linear[i].mask.narrow(s.Take(len(c.In(i))), c.In(i))
		}
	},
}

// singleMADEOp is a masked network in float32 at the rows of x. Its inputs are x, the
// result of narrowMADEOp, and W and start of each layer, which gradients go to. Args.Ref is
// the *program. It keeps x and the result of each layer, for singleRows rows after the other.
var singleMADEOp = &autodiff.Op{
	Name: "masked.SingleMADE",
	Forward: func(c *autodiff.Call) {
		p, n := c.Args().Ref.(*program), c.InShape(0).Rows
		block, start := p.kept(singleRows), kernel.Pieces32(kernel.Singles(c.Temp(p.startLen(c)/2)))
		var kept kernel.Pieces32
		if c.Needs() {
			kept = kernel.Singles(c.Save((n/singleRows*block + p.kept(n%singleRows)) / 2))
		} else {
			kept = kernel.Singles(c.Temp(p.kept(min(n, singleRows)) / 2))
		}
		for i := 0; i < n; i += singleRows {
			p.singleForward(c, kept, start, i, min(singleRows, n-i))
			if c.Needs() {
				kept = kept[min(block, len(kept)):]
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		p, n := c.Args().Ref.(*program), c.InShape(0).Rows
		kept, block := kernel.Singles(c.Saved()), p.kept(singleRows)
		b := p.newSingleBackward(c, min(n, singleRows))
		for i := 0; i < n; i += singleRows {
			b.run(kept, i, min(singleRows, n-i))
			kept = kept[min(block, len(kept)):]
		}
	},
}

// kept returns how many float32 singleMADEOp keeps for n rows.
func (p *program) kept(n int) int { return p.keptBefore(len(p.linear), n) }

// keptBefore returns how many of them stand before the result of layer l.
func (p *program) keptBefore(l, n int) int {
	k := kernel.Lines32(n * p.linear[0].mask.in)
	for _, g := range p.linear[:l] {
		k += kernel.Lines32(n * g.mask.out)
	}
	return k
}

// before returns the layer that layer l, which is not the first, goes on from.
func (p *program) before(l int) int {
	if l-1 == p.direct {
		return l - 2
	}
	return l - 1
}

// startLen returns how many float32 the largest start of a layer takes for singleRows rows.
func (p *program) startLen(c *autodiff.Call) int {
	k := 0
	for l := range p.linear {
		s := c.InShape(3 + 2*l)
		k = max(k, kernel.Lines32(min(s.Rows, singleRows)*s.Cols))
	}
	return k
}

// narrow returns the masked weights, for single and for evaluators.
func (m *MADE) narrow(t *autodiff.Tape) autodiff.Var {
	var array [maxLayers]autodiff.Var
	in, size := array[:0], 0
	for l := range m.Layers {
		w := m.weights(l, t)
		in = append(in, w)
		size += kernel.Lines32(w.Rows() * w.Cols())
	}
	return narrowMADEOp.Apply(t, autodiff.Args{Ref: m.prog}, autodiff.Shape{Rows: 1, Cols: size / 2}, in...)
}

// single returns the network at the rows of x, both in order, computed in float32.
func (m *MADE) single(x, c autodiff.Var) autodiff.Var {
	must(m.checkSingle())
	t := x.Tape()
	var array [2 + 2*maxLayers]autodiff.Var
	in := append(array[:0], x, autodiff.Var{})
	for l := range m.Layers {
		in = append(in, m.weights(l, t), m.start(l, t, c))
	}
	if m.prog.once(x.Rows()) && !t.Shares() && x.Constant() && constant(in[2:]) {
		in[1] = x
		return singleOnceOp.Apply(t, autodiff.Args{Ref: m.prog}, autodiff.Shape{Rows: x.Rows(), Cols: m.Out()}, in[1:]...)
	}
	in[1] = m.narrow(t)
	return singleMADEOp.Apply(t, autodiff.Args{Ref: m.prog}, autodiff.Shape{Rows: x.Rows(), Cols: m.Out()}, in...)
}

// checkSingle returns an error if the network cannot be computed as Single says.
func (m *MADE) checkSingle() error {
	if !m.Single {
		return nil
	}
	if _, ok := m.Spec.Act.Fused(); !ok || m.Spec.Residual {
		return fmt.Errorf("masked: MADE: got Single and activation %q, Residual %v, want linear, relu or tanh and false",
			string(m.Spec.Act), m.Spec.Residual)
	}
	return nil
}

// singleForward computes rows i to i+n−1 and saves intermediate results in kept.
func (p *program) singleForward(c *autodiff.Call, kept, start kernel.Pieces32, i, n int) {
	weights := kernel.Pieces32(kernel.Singles(c.In(1)))
	k := p.linear[0].mask.in
	in := kept.Take(n * k)
	kernel.Narrow(in, c.In(0)[i*k:(i+n)*k])
	x, direct := in, []float32(nil)
	for l, g := range p.linear {
		w, y := weights.Take(g.mask.in*g.mask.out), kept.Take(n*g.mask.out)
		s, lds := c.In(3+2*l), 0
		if k = g.mask.out; len(s) > k {
			s, lds = s[i*k:(i+n)*k], k
		}
		kernel.Narrow(start[:len(s)], s)
		if l == p.direct {
			g.mask.dense32(y, in, w, start, lds, n, kernel.Linear)
			direct = y
			continue
		}
		act, _ := g.act.Fused()
		g.mask.dense32(y, x, w, start, lds, n, act)
		x = y
	}
	kernel.Add32(x, direct)
	k = p.linear[len(p.linear)-1].mask.out
	kernel.Widen(c.Out(0)[i*k:(i+n)*k], x)
}
