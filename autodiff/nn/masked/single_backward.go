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
	layers, at, end := b.p.linear, b.p.kept(n), 0
	for _, g := range layers {
		end += kernel.Lines32(g.mask.in * g.mask.out)
	}
	k := layers[len(layers)-1].mask.out
	weights, dy := kernel.Singles(b.c.In(1)), b.a[:n*k]
	kernel.Narrow(dy, b.c.OutGrad(0)[i*k:(i+n)*k])
	for l := len(layers) - 1; l >= 0; l-- {
		s := layers[l].mask
		at -= kernel.Lines32(n * s.out)
		y, x := kept[at:at+n*s.out], kept[at-kernel.Lines32(n*s.in):][:n*s.in]
		end -= kernel.Lines32(s.in * s.out)
		act, _ := layers[l].act.Fused()
		kernel.ActGrad32(dy, dy, y, act)
		if dw, add := b.c.InGradAdd(2 + 2*l); dw != nil {
			sum := b.sum[:s.in*s.out]
			s.weightGrad32(sum, x, dy, n)
			kernel.WidenTo(dw, sum, add)
		}
		b.start(3+2*l, dy, i, n, s.out)
		if l == 0 && b.dx == nil {
			return
		}
		dx := b.b[:n*s.in]
		s.inputGrad32(dx, dy, weights[end:][:s.in*s.out], n)
		b.a, b.b, dy = b.b, b.a, dx
	}
	k = layers[0].mask.in
	kernel.WidenTo(b.dx[i*k:(i+n)*k], dy, b.add)
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
