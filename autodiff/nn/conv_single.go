package nn

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// convSingleOp is convOp in float32: inputs x, the result of narrowOp for weights and bias,
// and these two, which gradients go to. A layer that is no convolution is one of 1×1
// pixels and one tap. Sums of gradients over blocks are in float64.
var convSingleOp = &autodiff.Op{
	Name: "nn.SingleConv2D",
	Forward: func(c *autodiff.Call) {
		g := newConvolution(c)
		if g.out < g.in && g.k > 1 {
			g.singleSum(c)
		} else {
			g.singlePatch(c)
		}
	},
	Backward: func(c *autodiff.Call) {
		g := newConvolution(c)
		if g.out <= 2*g.in && g.k > 1 {
			g.singleBackwardSum(c)
		} else {
			g.singleBackwardPatch(c)
		}
	},
}

// convolveSingle is convolve in float32.
func (c *Conv2D) convolveSingle(x, w, b autodiff.Var, act Activation) autodiff.Var {
	return act.single(x, w, b, autodiff.Args{A: float64(c.Height), B: float64(c.Width), J: c.Size})
}

// denseSingle is dense in float32.
func (a Activation) denseSingle(x, w, b autodiff.Var) autodiff.Var {
	return a.single(x, w, b, autodiff.Args{A: 1, B: 1, J: 1})
}

// single applies convSingleOp with weights rounded to float32, and the activation.
func (a Activation) single(x, w, b autodiff.Var, args autodiff.Args) autodiff.Var {
	fused, ok := a.Fused()
	args.I = int(fused)
	size := kernel.Lines32(w.Rows()*w.Cols()) + kernel.Lines32(b.Cols())
	narrow := narrowOp.Apply(x.Tape(), autodiff.Args{}, autodiff.Shape{Rows: 1, Cols: size / 2}, w, b)
	y := convSingleOp.Apply(x.Tape(), args, autodiff.Shape{Rows: x.Rows(), Cols: w.Cols()}, x, narrow, w, b)
	if !ok {
		y = a.Apply(y)
	}
	return y
}

// singles returns the weights, k·k·in × out, and the bias.
func (g convolution) singles(c *autodiff.Call) (w, b []float32) {
	p := kernel.Pieces32(kernel.Singles(c.In(1)))
	return p.Take(g.k * g.k * g.in * g.out), p.Take(g.out)
}

// temp32 returns temporary slices of the given lengths.
func temp32(c *autodiff.Call, lengths ...int) kernel.Pieces32 {
	size := 0
	for _, n := range lengths {
		size += kernel.Lines32(n)
	}
	return kernel.Singles(c.Temp(size / 2))
}

func (g convolution) singlePatch(c *autodiff.Call) {
	taps := g.k * g.k * g.in
	temp := temp32(c, g.block*g.in, g.block*taps, g.block*g.out)
	x, p, y := temp.Take(g.block*g.in), temp.Take(g.block*taps), temp.Take(g.block*g.out)
	w, b := g.singles(c)
	g.blocks(func(i, j int) {
		kernel.Narrow(x, part(c.In(0), i, j, g.in))
		y := y[:(j-i)*g.out]
		kernel.Dense32(y, g.patches32(p, x[:(j-i)*g.in], g.in), w, b, j-i, taps, g.out, g.act)
		kernel.Widen(part(c.Out(0), i, j, g.out), y)
	})
}

// patches32 returns the patches of x, in p or, if they are pixels, x itself.
func (g convolution) patches32(p, x []float32, channels int) []float32 {
	if g.k == 1 {
		return x
	}
	patches(g, p, x, channels)
	return p
}

func (g convolution) singleSum(c *autodiff.Call) {
	taps := g.k * g.k * g.out
	temp := temp32(c, g.block*g.in, g.block*taps, g.block*g.out, g.in*taps)
	x, p, y, v := temp.Take(g.block*g.in), temp.Take(g.block*taps), temp.Take(g.block*g.out), temp.Take(g.in*taps)
	w, b := g.singles(c)
	reverse(g, v, w)
	g.blocks(func(i, j int) {
		kernel.Narrow(x, part(c.In(0), i, j, g.in))
		kernel.Gemm32(false, false, j-i, taps, g.in, x, g.in, v, taps, false, p, taps)
		y, out := y[:(j-i)*g.out], part(c.Out(0), i, j, g.out)
		for o := 0; o < len(y); o += g.out {
			copy(y[o:], b)
		}
		addPatches(g, y, p, g.out, kernel.Add32)
		kernel.Widen(out, y)
		switch g.act {
		case kernel.ReLU:
			kernel.LeakyReLU(out, out, 0)
		case kernel.Tanh:
			kernel.TanhOf(out, out)
		}
	})
}

func (g convolution) singleBackwardPatch(c *autodiff.Call) {
	taps := g.k * g.k * g.in
	temp := temp32(c, g.block*g.in, g.block*taps, g.block*g.out, taps*g.out)
	x, p, dz := temp.Take(g.block*g.in), temp.Take(g.block*taps), temp.Take(g.block*g.out)
	sum, pre := temp.Take(taps*g.out), c.Temp(g.block*g.out)
	w, _ := g.singles(c)
	dx, add := c.InGradAdd(0)
	if dx != nil && !add && g.k > 1 {
		clear(dx)
	}
	g.blocks(func(i, j int) {
		wide := g.preGrad(pre, part(c.OutGrad(0), i, j, g.out), part(c.Out(0), i, j, g.out))
		kernel.Narrow(dz, wide)
		g.biasGrad(c, wide, j-i)
		if dw, add := c.InGradAdd(2); dw != nil {
			kernel.Narrow(x, part(c.In(0), i, j, g.in))
			kernel.Gemm32(true, false, taps, g.out, j-i, g.patches32(p, x[:(j-i)*g.in], g.in), taps, dz, g.out, false, sum, g.out)
			kernel.WidenTo(dw, sum, add)
		}
		if dx == nil {
			return
		}
		kernel.Gemm32(false, true, j-i, taps, g.out, dz, g.out, w, g.out, false, p, taps)
		if g.k == 1 {
			kernel.WidenTo(part(dx, i, j, g.in), p[:(j-i)*g.in], add)
			return
		}
		x := x[:(j-i)*g.in]
		clear(x)
		addPatches(g, x, p, g.in, kernel.Add32)
		kernel.WidenAdd(part(dx, i, j, g.in), x)
	})
}

// biasGrad adds the sum of the rows of dz to the gradient of the bias.
func (g convolution) biasGrad(c *autodiff.Call, dz []float64, rows int) {
	if db := c.InGrad(3); db != nil {
		kernel.ColSum(db, dz, rows, g.out)
	}
}

func (g convolution) singleBackwardSum(c *autodiff.Call) {
	taps := g.k * g.k * g.out
	temp := temp32(c, g.block*g.in, g.block*taps, g.block*g.out, g.in*taps, g.in*taps)
	x, p, dz := temp.Take(g.block*g.in), temp.Take(g.block*taps), temp.Take(g.block*g.out)
	v, sum := temp.Take(g.in*taps), temp.Take(g.in*taps)
	pre, dv := c.Temp(g.block*g.out), c.Temp(g.in*taps)
	w, _ := g.singles(c)
	reverse(g, v, w)
	clear(dv)
	dw := c.InGrad(2)
	dx, add := c.InGradAdd(0)
	g.blocks(func(i, j int) {
		wide := g.preGrad(pre, part(c.OutGrad(0), i, j, g.out), part(c.Out(0), i, j, g.out))
		kernel.Narrow(dz, wide)
		g.biasGrad(c, wide, j-i)
		patches(g, p, dz[:(j-i)*g.out], g.out)
		x := x[:(j-i)*g.in]
		if dw != nil {
			kernel.Narrow(x, part(c.In(0), i, j, g.in))
			kernel.Gemm32(true, false, g.in, taps, j-i, x, g.in, p, taps, false, sum, taps)
			kernel.WidenAdd(dv, sum)
		}
		if dx != nil {
			kernel.Gemm32(false, true, j-i, g.in, taps, p, taps, v, taps, false, x, g.in)
			kernel.WidenTo(part(dx, i, j, g.in), x, add)
		}
	})
	if dw != nil {
		g.addReverse(dw, dv)
	}
}
