package masked

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A maskedBackward computes the gradients of singleMADEOp, some rows at a time.
type maskedBackward struct {
	p    *program
	c    *autodiff.Call
	dx   []float64 // of all rows; nil if it is not needed
	add  bool      // to dx
	a, b []float32 // gradients of a layer's output and input, for some rows
	sum  []float32 // gradient of a parameter
	ones []float32 // one for each row
}

// newSingleBackward is for so many rows at a time.
func (p *program) newSingleBackward(c *autodiff.Call, rows int) maskedBackward {
	wide, sum := p.linear[0].mask.in, 0
	for _, g := range p.linear {
		wide, sum = max(wide, g.mask.out), max(sum, g.mask.in*g.mask.out, g.mask.out)
	}
	temp := kernel.Pieces32(kernel.Singles(c.Temp((2*kernel.Lines32(rows*wide) + kernel.Lines32(sum) + kernel.Lines32(rows)) / 2)))
	b := maskedBackward{p: p, c: c, a: temp.Take(rows * wide), b: temp.Take(rows * wide), sum: temp.Take(sum), ones: temp.Take(rows)}
	for i := range b.ones {
		b.ones[i] = 1
	}
	b.dx, b.add = c.InGradAdd(0)
	return b
}

// run adds the gradients of rows i to i+n−1, whose intermediate results are in kept.
func (b *maskedBackward) run(kept kernel.Pieces32, i, n int) {
	layers := b.p.linear
	k, in := layers[len(layers)-1].mask.out, layers[0].mask.in
	dy := b.a[:n*k]
	kernel.Narrow(dy, b.c.OutGrad(0)[i*k:(i+n)*k])
	add := b.add
	if d := b.p.direct; d >= 0 {
		b.parameters(d, kept[:n*in], dy, i, n)
		if b.dx != nil {
			dx := b.b[:n*in]
			layers[d].mask.inputGrad32(dx, dy, b.weights(d), n)
			kernel.WidenTo(b.dx[i*in:(i+n)*in], dx, add)
			add = true
		}
	}
	for l := len(layers) - 1; l >= 0; l-- {
		if l == b.p.direct {
			continue
		}
		s, x := layers[l].mask, kept[:n*in]
		if l > 0 {
			x = kept[b.p.keptBefore(b.p.before(l), n):][:n*s.in]
		}
		act, _ := layers[l].act.Fused()
		kernel.ActGrad32(dy, dy, kept[b.p.keptBefore(l, n):][:n*s.out], act)
		b.parameters(l, x, dy, i, n)
		if l == 0 && b.dx == nil {
			return
		}
		dx := b.b[:n*s.in]
		s.inputGrad32(dx, dy, b.weights(l), n)
		b.a, b.b, dy = b.b, b.a, dx
	}
	kernel.WidenTo(b.dx[i*in:(i+n)*in], dy, add)
}

// weights returns the rounded weights of a layer.
func (b *maskedBackward) weights(l int) []float32 {
	at := 0
	for _, g := range b.p.linear[:l] {
		at += kernel.Lines32(g.mask.in * g.mask.out)
	}
	s := b.p.linear[l].mask
	return kernel.Singles(b.c.In(1))[at:][:s.in*s.out]
}

// parameters adds the gradients of a layer's parameters, given its input and the gradient of its output at n rows from row i on.
func (b *maskedBackward) parameters(l int, x, dy []float32, i, n int) {
	s := b.p.linear[l].mask
	if dw, add := b.c.InGradAdd(2 + 2*l); dw != nil {
		sum := b.sum[:s.in*s.out]
		s.weightGrad32(sum, x, dy, n)
		kernel.WidenTo(dw, sum, add)
	}
	b.start(3+2*l, dy, i, n, s.out)
}

// start adds the n rows of dy, from row i on, to the gradient of input j, or their sum.
func (b *maskedBackward) start(j int, dy []float32, i, n, out int) {
	if b.c.InShape(j).Rows > 1 {
		if ds := b.c.InGrad(j); ds != nil {
			kernel.WidenAdd(ds[i*out:(i+n)*out], dy)
		}
	} else if ds, add := b.c.InGradAdd(j); ds != nil {
		kernel.Gemm32(false, false, 1, out, n, b.ones, n, dy, out, false, b.sum, out)
		kernel.WidenTo(ds, b.sum[:out], add)
	}
}
