package masked

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// singleOnceOp is singleMADEOp for up to singleRows rows without gradients and others that share rounded weights: these are
// rounded as they are needed. Its inputs are x, and W and start of each layer.
var singleOnceOp = &autodiff.Op{
	Name: "masked.SingleOnce",
	Forward: func(c *autodiff.Call) {
		p, n := c.Args().Ref.(*program), c.InShape(0).Rows
		wide := p.linear[0].mask.in
		for _, g := range p.linear {
			wide = max(wide, g.mask.out)
		}
		size := max(kernel.RoundedBlock, wide)
		buffers, direct := 2, []float32(nil)
		if p.direct >= 0 {
			buffers = 3
		}
		temp := kernel.Pieces32(kernel.Singles(c.Temp((buffers*kernel.Lines32(n*wide) + kernel.Lines32(size)) / 2)))
		x, y, block := temp.Take(n*wide), temp.Take(n*wide), temp.Take(size)
		kernel.Narrow(x, c.In(0))
		dense := func(l int, y []float32) {
			s, lds := p.linear[l].mask, 0
			act, _ := p.linear[l].act.Fused()
			if c.InShape(2+2*l).Rows > 1 {
				lds = s.out
			}
			kernel.DenseRounded(y, x, c.In(1+2*l), c.In(2+2*l), lds, n, s.in, s.out, s.first, act, block)
		}
		out := n * p.linear[len(p.linear)-1].mask.out
		if p.direct >= 0 {
			direct = temp.Take(n * wide)[:out]
			dense(p.direct, direct)
		}
		for l := range p.linear {
			if l != p.direct {
				dense(l, y)
				x, y = y, x
			}
		}
		kernel.Add32(x, direct)
		kernel.Widen(c.Out(0), x[:out])
	},
}

// once reports whether singleOnceOp is the best way for rows.
func (p *program) once(rows int) bool {
	weights := 0
	for _, g := range p.linear {
		weights += g.mask.in * g.mask.out
	}
	return rows <= singleRows && kernel.RoundsOnce(rows, weights)
}

// constant reports whether no gradient of any of the values is needed.
func constant(all []autodiff.Var) bool {
	for _, v := range all {
		if !v.Constant() {
			return false
		}
	}
	return true
}
