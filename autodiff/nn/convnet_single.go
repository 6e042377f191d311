package nn

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

const (
	singlePixels  = 1 << 10 // that go through a network of convolutions in float32 at a time, unless an image has more,
	singlePatches = 1 << 17 // with so many elements of their patches
)

// narrowConvNetOp is the weights and biases of a ConvNet, w and b of each layer, in float32, and after those of a layer whose products or
// gradients are sums of patches the weights with the taps in reverse, as [kernel.Pieces32] hands them out. Args.Ref is the *ConvNet.
var narrowConvNetOp = &autodiff.Op{
	Name: "nn.NarrowConvNet",
	Forward: func(c *autodiff.Call) {
		m, s := c.Args().Ref.(*ConvNet), kernel.Pieces32(kernel.Singles(c.Out(0)))
		for i := range m.Layers {
			w, b, v := m.Layers[i].pieces(&s)
			kernel.Narrow(w, c.In(2*i))
			kernel.Narrow(b, c.In(2*i+1))
			if v != nil {
				reverse(m.Layers[i].convolution(), v, w)
			}
		}
	},
}

// convNetOp is a ConvNet without a context in float32 at images x. Its inputs are x, the result of narrowConvNetOp, and weights and bias of each
// layer, which gradients go to. Args.Ref is the *ConvNet. It keeps pixels and the result of each layer, for some images after the other;
// sums of gradients over these are in float64.
var convNetOp = &autodiff.Op{
	Name: "nn.SingleConvNet",
	Forward: func(c *autodiff.Call) {
		m, n := c.Args().Ref.(*ConvNet), c.InShape(0).Rows
		images := min(m.images(), n)
		var kept kernel.Pieces32
		if c.Needs() {
			kept = kernel.Singles(c.Save((n/images*m.kept(images) + m.kept(n%images)) / 2))
		} else {
			kept = kernel.Singles(c.Temp(m.kept(images) / 2))
		}
		p := kernel.Singles(c.Temp(kernel.Lines32(images*m.patchLen()) / 2))
		for i := 0; i < n; i += images {
			m.singleForward(c, kept, p, i, min(images, n-i))
			if c.Needs() {
				kept = kept[min(m.kept(images), len(kept)):]
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		m, n := c.Args().Ref.(*ConvNet), c.InShape(0).Rows
		images := min(m.images(), n)
		b, kept := m.newConvBackward(c, images), kernel.Singles(c.Saved())
		for i := 0; i < n; i += images {
			b.run(kept, i, min(images, n-i))
			kept = kept[min(m.kept(images), len(kept)):]
		}
	},
}

// single returns the network at images x, computed in float32; it must have no context and activations that products can have.
func (m *ConvNet) single(x autodiff.Var) autodiff.Var {
	t := x.Tape()
	var array [2 + 2*8]autodiff.Var
	in := append(array[:0], x, autodiff.Var{})
	size := 0
	for i := range m.Layers {
		l := &m.Layers[i]
		w, b := l.effective(t)
		in = append(in, w, b)
		size += l.pieceLen()
	}
	args := autodiff.Args{Ref: m}
	in[1] = narrowConvNetOp.Apply(t, args, autodiff.Shape{Rows: 1, Cols: size / 2}, in[2:]...)
	return convNetOp.Apply(t, args, autodiff.Shape{Rows: x.Rows(), Cols: m.Out()}, in...)
}

// fused reports whether single can compute the network.
func (m *ConvNet) fused() bool {
	for i := range m.Layers {
		if _, ok := m.Layers[i].Act.Fused(); !ok {
			return false
		}
	}
	return m.Context == nil
}

// convolution returns the shapes of a layer.
func (c *Conv2D) convolution() convolution {
	in, out := c.channels()
	act, _ := c.Act.Fused()
	return convolution{h: c.Height, w: c.Width, k: c.Size, in: in, out: out, act: act}
}

// pieceLen returns the length of a layer's pieces.
func (c *Conv2D) pieceLen() int {
	n := kernel.Lines32(c.W.Len())
	if g := c.convolution(); g.sumsBack() {
		n *= 2
	}
	return n + kernel.Lines32(c.B.Len())
}

// pieces takes weights, bias and, if they are needed, reversed weights of a layer.
func (c *Conv2D) pieces(s *kernel.Pieces32) (w, b, v []float32) {
	w, b = s.Take(c.W.Len()), s.Take(c.B.Len())
	if g := c.convolution(); g.sumsBack() {
		v = s.Take(c.W.Len())
	}
	return w, b, v
}

// sums reports whether products are sums of patches, and sumsBack whether gradients are.
func (g convolution) sums() bool     { return g.out < g.in && g.k > 1 }
func (g convolution) sumsBack() bool { return g.out <= 2*g.in && g.k > 1 }

// patchLen returns how many elements the patches of an image have at most.
func (m *ConvNet) patchLen() int {
	n := 0
	for i := range m.Layers {
		if g := m.Layers[i].convolution(); g.k > 1 {
			if g.sumsBack() {
				n = max(n, g.h*g.w*g.k*g.k*g.out)
			}
			if !g.sums() {
				n = max(n, g.h*g.w*g.k*g.k*g.in)
			}
		}
	}
	return n
}

// images returns how many images go through the network at a time.
func (m *ConvNet) images() int {
	return max(1, min(singlePixels/m.Layers[0].pixels(), singlePatches/max(1, m.patchLen())))
}

// kept returns how many float32 are kept for n images.
func (m *ConvNet) kept(n int) int {
	n *= m.Layers[0].pixels()
	in, _ := m.Layers[0].channels()
	k := kernel.Lines32(n * in)
	for i := range m.Layers {
		_, out := m.Layers[i].channels()
		k += kernel.Lines32(n * out)
	}
	return k
}

// singleForward computes images i to i+n−1 and keeps intermediate results.
func (m *ConvNet) singleForward(c *autodiff.Call, kept kernel.Pieces32, p []float32, i, n int) {
	weights, pixels := kernel.Pieces32(kernel.Singles(c.In(1))), m.Layers[0].pixels()
	in, _ := m.Layers[0].channels()
	x := kept.Take(n * pixels * in)
	narrowPixels(x, c.In(0)[i*m.In():(i+n)*m.In()], pixels, in, 1)
	for j := range m.Layers {
		g := m.Layers[j].convolution()
		w, b, v := m.Layers[j].pieces(&weights)
		y := kept.Take(n * pixels * g.out)
		g.forward32(y, x, p, w, b, v)
		x = y
	}
	_, out := m.Layers[len(m.Layers)-1].channels()
	widenPixels(c.Out(0)[i*m.Out():(i+n)*m.Out()], x, pixels, out, m.Group, false)
}

// forward32 sets y to the results at the pixels of whole images x, with patches in p, weights w, bias b and reversed weights v.
func (g convolution) forward32(y, x, p, w, b, v []float32) {
	rows := len(y) / g.out
	if !g.sums() {
		kernel.Dense32(y, g.patches32(p, x, g.in), w, b, rows, g.k*g.k*g.in, g.out, g.act)
		return
	}
	taps := g.k * g.k * g.out
	kernel.Gemm32(false, false, rows, taps, g.in, x, g.in, v, taps, false, p, taps)
	for o := 0; o < len(y); o += g.out {
		copy(y[o:], b)
	}
	addPatches(g, y, p, g.out, kernel.Add32)
	if g.act != kernel.Linear {
		kernel.DensePart32(y, g.out, nil, 0, nil, g.out, y, g.out, rows, 0, g.out, g.act)
	}
}

// narrowPixels sets dst to the pixels of images x, see [Pixels], whose channels stand in groups.
func narrowPixels(dst []float32, x []float64, pixels, channels, group int) {
	for at := 0; at < len(x); at += pixels * channels {
		to, from := dst[at:at+pixels*channels], x[at:at+pixels*channels]
		for c := range channels {
			k := c/group*group*pixels + c%group
			for o := c; o < len(to); o += channels {
				to[o] = float32(from[k])
				k += group
			}
		}
	}
}

// widenPixels sets images dst to pixels x, or adds them: the inverse of narrowPixels.
func widenPixels(dst []float64, x []float32, pixels, channels, group int, add bool) {
	for at := 0; at < len(x); at += pixels * channels {
		to, from := dst[at:at+pixels*channels], x[at:at+pixels*channels]
		for c := range channels {
			k := c/group*group*pixels + c%group
			for o := c; o < len(from); o += channels {
				v := float64(from[o])
				if add {
					v += to[k]
				}
				to[k] = v
				k += group
			}
		}
	}
}
