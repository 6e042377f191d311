package nn

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A convBackward computes the gradients of convNetOp, some images at a time.
type convBackward struct {
	m      *ConvNet
	c      *autodiff.Call
	dx     []float64 // of all images; nil if it is not needed
	add    bool      // to dx
	a, b   []float32 // gradients of a layer's output and input, for some images
	p, sum []float32 // patches, and the gradient of a parameter by these images
	ones   []float32 // one for each pixel
}

// newConvBackward is for so many images at a time.
func (m *ConvNet) newConvBackward(c *autodiff.Call, images int) convBackward {
	pixels := images * m.Layers[0].pixels()
	wide, sum := 0, 0
	for i := range m.Layers {
		g := m.Layers[i].convolution()
		wide, sum = max(wide, g.in, g.out), max(sum, m.Layers[i].W.Len(), g.out)
	}
	temp := temp32(c, pixels*wide, pixels*wide, images*m.patchLen(), sum, pixels)
	b := convBackward{m: m, c: c, a: temp.Take(pixels * wide), b: temp.Take(pixels * wide),
		p: temp.Take(images * m.patchLen()), sum: temp.Take(sum), ones: temp.Take(pixels)}
	for i := range b.ones {
		b.ones[i] = 1
	}
	b.dx, b.add = c.InGradAdd(0)
	return b
}

// run adds the gradients of images i to i+n−1, whose intermediate results are in kept.
func (b *convBackward) run(kept kernel.Pieces32, i, n int) {
	m := b.m
	pixels := m.Layers[0].pixels()
	rows, at, weights := n*pixels, m.kept(n), kernel.Pieces32(kernel.Singles(b.c.In(1)))
	last := len(m.Layers) - 1
	end := len(weights)
	_, out := m.Layers[last].channels()
	dy := b.a[:rows*out]
	narrowPixels(dy, b.c.OutGrad(0)[i*m.Out():(i+n)*m.Out()], pixels, out, m.Group)
	for j := last; j >= 0; j-- {
		l := &m.Layers[j]
		g := l.convolution()
		end -= l.pieceLen()
		pieces := weights[end:]
		w, _, v := l.pieces(&pieces)
		at -= kernel.Lines32(rows * g.out)
		y, x := kept[at:at+rows*g.out], kept[at-kernel.Lines32(rows*g.in):][:rows*g.in]
		if g.act != kernel.Linear {
			kernel.ActGrad32(dy, dy, y, g.act)
		}
		b.bias(3+2*j, dy, rows, g.out)
		var dx []float32
		if j > 0 || b.dx != nil {
			dx = b.b[:rows*g.in]
		}
		if g.sumsBack() {
			b.sums(2+2*j, g, dx, dy, x, v)
		} else {
			b.patches(2+2*j, g, dx, dy, x, w)
		}
		b.a, b.b, dy = b.b, b.a, dx
	}
	if dy != nil {
		widenPixels(b.dx[i*m.In():(i+n)*m.In()], dy, pixels, m.In()/pixels, 1, b.add)
	}
}

// sums adds the gradient of weights to that of input i, if it is needed, and sets dx unless it is nil, by the patches of dy.
func (b *convBackward) sums(i int, g convolution, dx, dy, x, v []float32) {
	rows, taps := len(dy)/g.out, g.k*g.k*g.out
	patches(g, b.p, dy, g.out)
	if dw, add := b.c.InGradAdd(i); dw != nil {
		kernel.Gemm32(true, false, g.in, taps, rows, x, g.in, b.p, taps, false, b.sum, taps)
		g.widenReverse(dw, b.sum, add)
	}
	if dx != nil {
		kernel.Gemm32(false, true, rows, g.in, taps, b.p, taps, v, taps, false, dx, g.in)
	}
}

// patches adds the gradient of weights to that of input i, if it is needed, and sets dx unless it is nil, by the patches of x.
func (b *convBackward) patches(i int, g convolution, dx, dy, x, w []float32) {
	rows, taps := len(dy)/g.out, g.k*g.k*g.in
	if dw, add := b.c.InGradAdd(i); dw != nil {
		kernel.Gemm32(true, false, taps, g.out, rows, g.patches32(b.p, x, g.in), taps, dy, g.out, false, b.sum, g.out)
		kernel.WidenTo(dw, b.sum[:taps*g.out], add)
	}
	switch {
	case dx == nil:
	case g.k == 1:
		kernel.Gemm32(false, true, rows, taps, g.out, dy, g.out, w, g.out, false, dx, taps)
	default:
		kernel.Gemm32(false, true, rows, taps, g.out, dy, g.out, w, g.out, false, b.p, taps)
		clear(dx)
		addPatches(g, dx, b.p, g.in, kernel.Add32)
	}
}

// bias adds the sum of the rows of dy to the gradient of input i.
func (b *convBackward) bias(i int, dy []float32, rows, out int) {
	if db, add := b.c.InGradAdd(i); db != nil {
		kernel.Gemm32(false, false, 1, out, rows, b.ones, rows, dy, out, false, b.sum, out)
		kernel.WidenTo(db, b.sum[:out], add)
	}
}

// widenReverse sets dw to dv with the taps in reverse, see reverse, or adds it.
func (g convolution) widenReverse(dw []float64, dv []float32, add bool) {
	kk := g.k * g.k
	for t := range kk {
		for c := range g.in {
			from, to := (c*kk+t)*g.out, ((kk-1-t)*g.in+c)*g.out
			kernel.WidenTo(dw[to:to+g.out], dv[from:from+g.out], add)
		}
	}
}
