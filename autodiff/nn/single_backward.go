package nn

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A singleBackward computes the gradients of singleOp, some rows at a time.
type singleBackward struct {
	m     *MLP
	c     *autodiff.Call
	dx    []float64 // of all rows; nil if it is not needed
	add   bool      // to dx
	a, b  []float32 // gradients of a layer's output and input, for some rows
	strip []float32 // part of the gradient of a parameter
	ones  []float32 // one for each row
}

// newSingleBackward is for so many rows at a time.
func (m *MLP) newSingleBackward(c *autodiff.Call, rows int) singleBackward {
	wide, strip := m.In(), 0
	for _, l := range m.Layers {
		wide = max(wide, l.Out())
		strip = max(strip, min(l.W.Len(), singleStrip), l.Out())
	}
	temp := kernel.Pieces32(kernel.Singles(c.Temp((2*kernel.Lines32(rows*wide) + kernel.Lines32(strip) + kernel.Lines32(rows)) / 2)))
	b := singleBackward{m: m, c: c, a: temp.Take(rows * wide), b: temp.Take(rows * wide), strip: temp.Take(strip), ones: temp.Take(rows)}
	for i := range b.ones {
		b.ones[i] = 1
	}
	b.dx, b.add = c.InGradAdd(0)
	return b
}

// run adds the gradients of rows i to i+n−1, whose intermediate results are in kept.
func (b *singleBackward) run(kept kernel.Pieces32, i, n int) {
	last := len(b.m.Layers) - 1
	k := b.m.Out()
	dy := b.a[:n*k]
	kernel.Narrow(dy, b.c.OutGrad(0)[i*k:(i+n)*k])
	at, weights := b.m.kept(n), kernel.Singles(b.c.In(1))
	end := 0
	for _, l := range b.m.Layers {
		end += kernel.Lines32(l.W.Len()) + kernel.Lines32(l.B.Len())
	}
	for j := last; j >= 0; j-- {
		l := b.m.Layers[j]
		in, out := l.In(), l.Out()
		at -= kernel.Lines32(n * out)
		y, x := kept[at:at+n*out], kept[at-kernel.Lines32(n*in):][:n*in]
		end -= kernel.Lines32(l.W.Len()) + kernel.Lines32(l.B.Len())
		act, _ := l.Act.Fused()
		kernel.ActGrad32(dy, dy, y, act)
		b.weights(2+2*j, x, dy, n, in, out)
		b.bias(3+2*j, dy, n, out)
		if j == 0 && b.dx == nil {
			return
		}
		dx := b.b[:n*in]
		kernel.Gemm32(false, true, n, in, out, dy, out, weights[end:], out, false, dx, in)
		b.a, b.b, dy = b.b, b.a, dx
	}
	k = b.m.In()
	kernel.WidenTo(b.dx[i*k:(i+n)*k], dy, b.add)
}

// weights adds the gradient xᵀ·dy of n rows to that of input i, some of its rows
// at a time, which stay in the cache.
func (b *singleBackward) weights(i int, x, dy []float32, n, in, out int) {
	dw, add := b.c.InGradAdd(i)
	if dw == nil {
		return
	}
	step := max(singleStrip/out, 1)
	for k := 0; k < in; k += step {
		m := min(step, in-k)
		kernel.Gemm32(true, false, m, out, n, x[k:], in, dy, out, false, b.strip, out)
		kernel.WidenTo(dw[k*out:(k+m)*out], b.strip[:m*out], add)
	}
}

// bias adds the sum of the n rows of dy to the gradient of input i.
func (b *singleBackward) bias(i int, dy []float32, n, out int) {
	if db, add := b.c.InGradAdd(i); db != nil {
		kernel.Gemm32(false, false, 1, out, n, b.ones, n, dy, out, false, b.strip, out)
		kernel.WidenTo(db, b.strip[:out], add)
	}
}
