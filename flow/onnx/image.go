package onnx

import (
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

// Images stand in rows channel by channel; convolutions have them pixel by pixel, by products of matrices, since runtimes convolve
// in float32 only.

// byPixel returns the columns of images of p pixels, pixel by pixel instead of channel by channel.
func byPixel(channels, p int) []int {
	columns := make([]int, 0, channels*p)
	for i := range p {
		for c := range channels {
			columns = append(columns, c*p+i)
		}
	}
	return columns
}

// convolved returns a convolution of images whose columns stand pixel by pixel, before its activation.
func (g *graph) convolved(c *nn.Conv2D, x value) value {
	rows, out := c.W.Dims()
	in := rows / (c.Size * c.Size)
	columns, edge := make([]int, 0, c.Height*c.Width*rows), (c.Size-1)/2
	for i := range c.Height {
		for j := range c.Width {
			for a := i - edge; a <= i+edge; a++ {
				for b := j - edge; b <= j+edge; b++ {
					for k := range in {
						column := x.cols // a zero
						if a >= 0 && a < c.Height && b >= 0 && b < c.Width {
							column = (a*c.Width+b)*in + k
						}
						columns = append(columns, column)
					}
				}
			}
		}
	}
	if edge > 0 {
		x = concat(x, x.c(0)).gather(columns)
	}
	w, b := effective(c)
	return g.dense(x.reshape(rows), g.constant(out, w...), g.constant(out, b...)).reshape(c.Height * c.Width * out)
}

// effective returns weights and biases, with the normalisations in them.
func effective(c *nn.Conv2D) (w, b []float64) {
	w, b = slices.Clone(c.W.Data()), slices.Clone(c.B.Data())
	if c.Gain == nil {
		return w, b
	}
	scale, norms := slices.Clone(c.Gain.Data()), make([]float64, len(b))
	for i, v := range w {
		norms[i%len(b)] += v * v
	}
	for o := range scale {
		if n := c.Norm; n != nil {
			scale[o] /= math.Sqrt(n.Var.Data()[o] + n.Eps)
			b[o] -= scale[o] * n.Mean.Data()[o]
		}
	}
	for i := range w {
		w[i] *= scale[i%len(b)] / math.Sqrt(norms[i%len(b)])
	}
	return w, b
}

// firstConvolved returns the first layer of a network at the rows x, images channel by channel and a context behind them, which is
// added to all pixels.
func (g *graph) firstConvolved(c *nn.Conv2D, context *nn.Layer, x value) value {
	p, image := c.Height*c.Width, c.In()
	h := g.convolved(c, x.gather(byPixel(image/p, p)))
	if context != nil {
		h = h.add(g.layer(*context, x.slice(image, x.cols)).tiled(p))
	}
	return g.activation(c.Act, h)
}

// tiled repeats the columns.
func (v value) tiled(times int) value {
	var columns []int
	for range times {
		for j := range v.cols {
			columns = append(columns, j)
		}
	}
	return v.gather(columns)
}

// channels puts the results of a network channel by channel, groups of which stay side by side.
func channels(x value, p, group int) value {
	out := x.cols / p
	columns := make([]int, 0, x.cols)
	for k := 0; k < out; k += group {
		for i := range p {
			for j := range group {
				columns = append(columns, i*out+k+j)
			}
		}
	}
	return x.gather(columns)
}

func (g *graph) convNet(net *nn.ConvNet, x value) value {
	first := &net.Layers[0]
	h := g.firstConvolved(first, net.Context, x)
	for i := range net.Layers[1:] {
		l := &net.Layers[i+1]
		h = g.activation(l.Act, g.convolved(l, h))
	}
	return channels(h, first.Height*first.Width, net.Group)
}

func (g *graph) resConv(net *nn.ResConv, x value) value {
	h := g.firstConvolved(&net.First, net.Context, x)
	for i := range net.Blocks {
		b := &net.Blocks[i]
		a := g.activation(b.A.Act, g.convolved(&b.A, h.unary("Relu")))
		h = h.add(g.activation(b.B.Act, g.convolved(&b.B, a)))
	}
	h = g.activation(net.Last.Act, g.convolved(&net.Last, h.unary("Relu")))
	return channels(h, net.First.Height*net.First.Width, net.Group)
}

// rewired gives other inputs and outputs to a network.
func (g *graph) rewired(net *nn.Rewired, x value) value {
	all := slices.Repeat([]int{x.cols}, net.Net.In()) // a zero
	for i, j := range net.Place {
		all[j] = i
	}
	return g.network(net.Net, concat(x, x.c(0)).gather(all)).gather(net.Take)
}

// each leads groups of columns in an order, such as the pixels or the channels of images, through a map.
func (g *graph) each(b bijector.Bijector, v, c value, groups int, order []int, dir direction) (w, logDet value) {
	if order != nil {
		v = v.gather(order)
	}
	if c != none {
		c = c.tiled(groups).reshape(c.cols)
	}
	w, l := g.through(b, v.reshape(v.cols/groups), c, dir)
	switch {
	case l == none:
	case l.row:
		l = l.times(float64(groups))
	default:
		l = l.reshape(groups).rowSum()
	}
	w = w.reshape(v.cols)
	if order != nil {
		w = w.gather(inverse(order))
	}
	return w, l
}

// multiscale leads columns through the levels: towards the base those that a level leaves behind stay as they are.
func (g *graph) multiscale(m *bijector.Multiscale, v, c value, dir direction) (w, logDet value) {
	if dir == forward {
		h := v.slice(0, m.Dims[0])
		for i, b := range m.Levels {
			if i > 0 {
				h = concat(h, v.slice(m.Dims[i-1], m.Dims[i]))
			}
			var l value
			h, l = g.through(b, h, c, dir)
			logDet = sum(logDet, l)
		}
		return h, logDet
	}
	parts := make([]value, len(m.Levels))
	for i, b := range slices.Backward(m.Levels) {
		var l value
		v, l = g.through(b, v, c, dir)
		logDet = sum(logDet, l)
		if i > 0 {
			parts[i] = v.slice(m.Dims[i-1], m.Dims[i])
			v = v.slice(0, m.Dims[i-1])
		}
	}
	parts[0] = v
	return concat(parts...), logDet
}
