package nn

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// convOp is the convolution of pixels: inputs x (n·h·w × in), weights
// (k·k·in × out) and bias (1×out). Args are h, w, the activation and k.
//
// With P(x) the matrix whose rows are the k×k patches around the pixels, and P* its
// transpose, which adds up patches where they overlap,
//
//	y = P(x)·W    or, for out < in, where it moves fewer values,    y = P*(x·V)
//
// where V (in × k·k·out) holds the weights of W with the taps in reverse. P(x) is made for
// a few images at a time, so that it stays in the cache. For gradients the first form makes P(x)
// and adds up patches of x, and the second P(dz) for both: with up to twice as many channels out as in
// the second moves fewer values.
var convOp = &autodiff.Op{
	Name: "Conv2D",
	Forward: func(c *autodiff.Call) {
		g := newConvolution(c)
		if g.out < g.in {
			g.forwardSum(c)
		} else {
			g.forwardPatch(c)
		}
	},
	Backward: func(c *autodiff.Call) {
		g := newConvolution(c)
		if g.out <= 2*g.in {
			g.backwardSum(c)
		} else {
			g.backwardPatch(c)
		}
	},
}

// A convolution holds the shapes of one call.
type convolution struct {
	h, w, k, in, out int
	act              kernel.Act
	rows             int // pixels in all
	block            int // pixels at a time: whole images
}

// blockLen bounds the patches of a block, in elements, unless one image has more.
const blockLen = 1 << 15

func newConvolution(c *autodiff.Call) convolution {
	a := c.Args()
	g := convolution{h: int(a.A), w: int(a.B), k: a.J, act: kernel.Act(a.I),
		in: c.InShape(0).Cols, out: c.OutShape(0).Cols, rows: c.InShape(0).Rows}
	image := g.h * g.w
	g.block = image * max(1, blockLen/(image*g.k*g.k*min(g.in, g.out)))
	g.block = min(g.block, g.rows)
	return g
}

// blocks calls f with the ranges of pixels of every block.
func (g convolution) blocks(f func(from, to int)) {
	for i := 0; i < g.rows; i += g.block {
		f(i, min(i+g.block, g.rows))
	}
}

// part returns the rows [from, to) of a matrix with cols columns, or nil of nil.
func part(x []float64, from, to, cols int) []float64 {
	if x == nil {
		return nil
	}
	return x[from*cols : to*cols]
}

func (g convolution) forwardPatch(c *autodiff.Call) {
	taps := g.k * g.k * g.in
	p := c.Temp(g.block * taps)
	g.blocks(func(i, j int) {
		patches(g, p, part(c.In(0), i, j, g.in), g.in)
		kernel.Dense(part(c.Out(0), i, j, g.out), p, c.In(1), c.In(2), j-i, taps, g.out, g.act)
	})
}

func (g convolution) backwardPatch(c *autodiff.Call) {
	taps := g.k * g.k * g.in
	p, dz := c.Temp(g.block*taps), c.Temp(g.block*g.out)
	dx, dw, db := c.InGrad(0), c.InGrad(1), c.InGrad(2)
	g.blocks(func(i, j int) {
		dz := g.preGrad(dz, part(c.OutGrad(0), i, j, g.out), part(c.Out(0), i, j, g.out))
		if db != nil {
			kernel.ColSum(db, dz, j-i, g.out)
		}
		if dw != nil {
			patches(g, p, part(c.In(0), i, j, g.in), g.in)
			kernel.Gemm(true, false, taps, g.out, j-i, p, taps, dz, g.out, true, dw, g.out)
		}
		if dx != nil {
			kernel.Gemm(false, true, j-i, taps, g.out, dz, g.out, c.In(1), g.out, false, p, taps)
			addPatches(g, part(dx, i, j, g.in), p, g.in, addTo)
		}
	})
}

func (g convolution) forwardSum(c *autodiff.Call) {
	taps := g.k * g.k * g.out
	p, v := c.Temp(g.block*taps), c.Temp(g.in*taps)
	reverse(g, v, c.In(1))
	g.blocks(func(i, j int) {
		kernel.Gemm(false, false, j-i, taps, g.in, part(c.In(0), i, j, g.in), g.in, v, taps, false, p, taps)
		y := part(c.Out(0), i, j, g.out)
		for o := 0; o < len(y); o += g.out {
			copy(y[o:], c.In(2))
		}
		addPatches(g, y, p, g.out, addTo)
		switch g.act {
		case kernel.ReLU:
			kernel.LeakyReLU(y, y, 0)
		case kernel.Tanh:
			kernel.TanhOf(y, y)
		}
	})
}

func (g convolution) backwardSum(c *autodiff.Call) {
	taps := g.k * g.k * g.out
	p, dz := c.Temp(g.block*taps), c.Temp(g.block*g.out)
	v, dv := c.Temp(g.in*taps), c.Temp(g.in*taps)
	reverse(g, v, c.In(1))
	clear(dv)
	dw, db := c.InGrad(1), c.InGrad(2)
	dx, add := c.InGradAdd(0)
	g.blocks(func(i, j int) {
		dz := g.preGrad(dz, part(c.OutGrad(0), i, j, g.out), part(c.Out(0), i, j, g.out))
		if db != nil {
			kernel.ColSum(db, dz, j-i, g.out)
		}
		patches(g, p, dz, g.out)
		if dw != nil {
			kernel.Gemm(true, false, g.in, taps, j-i, part(c.In(0), i, j, g.in), g.in, p, taps, true, dv, taps)
		}
		if dx != nil {
			kernel.Gemm(false, true, j-i, g.in, taps, p, taps, v, taps, add, part(dx, i, j, g.in), g.in)
		}
	})
	if dw != nil {
		g.addReverse(dw, dv)
	}
}

// preGrad returns the gradient before the activation: dy itself, or in dz.
func (g convolution) preGrad(dz, dy, y []float64) []float64 {
	if g.act == kernel.Linear {
		return dy
	}
	dz = dz[:len(dy)]
	kernel.ActGrad(dz, dy, y, g.act)
	return dz
}

// reverse sets v[c, t·out+o] = w[(k·k−1−t)·in+c, o].
func reverse[T float32 | float64](g convolution, v, w []T) {
	kk := g.k * g.k
	for t := range kk {
		for c := range g.in {
			copy(v[(c*kk+t)*g.out:(c*kk+t+1)*g.out], w[((kk-1-t)*g.in+c)*g.out:])
		}
	}
}

// addReverse adds dv to dw, with the taps in reverse.
func (g convolution) addReverse(dw, dv []float64) {
	kk := g.k * g.k
	for t := range kk {
		for c := range g.in {
			from := (c*kk + t) * g.out
			to := ((kk-1-t)*g.in + c) * g.out
			kernel.Accumulate(dw[to:to+g.out], dv[from:from+g.out])
		}
	}
}

// patches sets the rows of p to the k×k patches around the pixels of the images
// in x with the given channels.
func patches[T float32 | float64](g convolution, p, x []T, channels int) {
	line := g.k * channels
	r := g.k / 2
	for at := 0; len(x) > 0; x = x[g.h*g.w*channels:] {
		for i := range g.h {
			for j := range g.w {
				lo, hi := max(j-r, 0), min(j+r+1, g.w)
				skip := (lo - j + r) * channels
				n := (hi - lo) * channels
				for a := i - r; a <= i+r; a++ {
					dst := p[at : at+line : at+line]
					at += line
					if a < 0 || a >= g.h {
						clear(dst)
						continue
					}
					if n < line {
						clear(dst)
					}
					from := (a*g.w + lo) * channels
					copy(dst[skip:skip+n], x[from:from+n])
				}
			}
		}
	}
}

// addPatches adds the patches in the rows of p to the pixels of x that they
// cover, the transpose of patches; add adds its second slice to its first.
func addPatches[T float32 | float64](g convolution, x, p []T, channels int, add func(y, x []T)) {
	line := g.k * channels
	r := g.k / 2
	for at := 0; len(x) > 0; x = x[g.h*g.w*channels:] {
		for i := range g.h {
			for j := range g.w {
				lo, hi := max(j-r, 0), min(j+r+1, g.w)
				skip := (lo - j + r) * channels
				n := (hi - lo) * channels
				for a := i - r; a <= i+r; a++ {
					if a >= 0 && a < g.h {
						add(x[(a*g.w+lo)*channels:][:n], p[at+skip:at+skip+n])
					}
					at += line
				}
			}
		}
	}
}

// addTo adds x to y.
func addTo(y, x []float64) { kernel.Add(y, y, x) }
