package onnx

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
)

// param returns a parameter as a constant.
func (g *graph) param(p *autodiff.Param) value {
	_, cols := p.Dims()
	return g.constant(cols, p.Data()...)
}

// numbers returns the elements of a parameter's present value as a row, or of none as the row of one number.
func (g *graph) numbersOf(v autodiff.Value, otherwise float64) value {
	if v.IsZero() {
		return g.constant(1, otherwise)
	}
	x := v.Numbers()
	return g.constant(len(x), x...)
}

// network returns a network at the rows of x.
func (g *graph) network(net nn.Network, x value) value {
	switch net := net.(type) {
	case *nn.Constant:
		return g.param(net.Row)
	case *nn.MLP:
		for _, l := range net.Layers {
			x = g.layer(l, x)
		}
		return x
	case *nn.ResMLP:
		h := g.layer(net.First, x)
		for _, b := range net.Blocks {
			h = h.add(g.block(b, h))
		}
		return g.layer(net.Last, h)
	case *nn.GatedResMLP:
		return g.gated(net, x)
	case *nn.Sequential:
		for _, n := range net.Nets {
			x = g.network(n, x)
		}
		return x
	case *nn.Shared:
		return g.network(net.Net, x.reshape(net.Net.In())).reshape(net.Out())
	case *nn.ConvNet:
		return g.convNet(net, x)
	case *nn.ResConv:
		return g.resConv(net, x)
	case *nn.Rewired:
		return g.rewired(net, x)
	case *masked.MADE:
		return g.masked(net).at(x, none)
	}
	return g.fixed(net, x)
}

// fixed returns a network without weights at the rows of x.
func (g *graph) fixed(net nn.Network, x value) value {
	switch net := net.(type) {
	case *nn.Standardizer:
		if !net.Initialized {
			return x
		}
		return x.sub(g.param(net.Shift)).div(g.param(net.Scale)).clamp(-net.Clip, net.Clip)
	case *nn.Features:
		var parts []value
		if len(net.Plain) > 0 {
			parts = append(parts, x.gather(net.Plain))
		}
		if len(net.Logs) > 0 {
			parts = append(parts, x.gather(net.Logs).max(x.c(0)).add(g.param(net.Least)).log())
		}
		return concat(parts...).sub(g.param(net.Shift)).div(g.param(net.Scale)).clamp(-net.Clip, net.Clip)
	case *nn.Periodic:
		return g.periodic(net, x)
	case *nn.LayerNorm:
		centred := x.sub(x.reduce("ReduceMean"))
		return centred.div(centred.square().reduce("ReduceMean").plus(net.Eps).sqrt())
	case *nn.MeanPool:
		order := make([]int, 0, net.In()) // the parts of each result side by side
		for j := range net.Width {
			for k := range net.Count {
				order = append(order, k*net.Width+j)
			}
		}
		return x.gather(order).reshape(net.Count).reduce("ReduceMean").reshape(net.Width)
	}
	g.refuse("got a network %T, which has no translation", net)
	return none
}

// layer returns act(x·W + b).
func (g *graph) layer(l nn.Layer, x value) value {
	return g.activation(l.Act, g.dense(x, g.param(l.W), g.param(l.B)))
}

// dense returns x·w + b.
func (g *graph) dense(x, w, b value) value { return g.op("Gemm", w.cols, []value{x, w, b}).of(x) }

// of returns v as what has as many rows as x.
func (v value) of(x value) value {
	v.row = x.row
	return v
}

// block returns what a residual block adds to h.
func (g *graph) block(b nn.Block, h value) value {
	return g.layer(b.B, g.layer(b.A, g.activation(b.Act, h)))
}

func (g *graph) gated(net *nn.GatedResMLP, x value) value {
	h := g.layer(net.First, x)
	for _, b := range net.Blocks {
		in := h
		if b.Norm != nil {
			in = h.mul(g.param(b.Norm.Scale)).add(g.param(b.Norm.Shift))
		}
		y := g.block(b.Block, in)
		if b.Gate != nil {
			y = y.mul(g.layer(*b.Gate, x.slice(net.In()-net.Cond, net.In())))
		}
		h = h.add(y)
	}
	return g.layer(net.Last, h)
}

// periodic returns the other columns, cosines and sines.
func (g *graph) periodic(net *nn.Periodic, x value) value {
	angle := x.gather(net.Angles).mul(g.param(net.Rates))
	parts := []value{angle.unary("Cos"), angle.unary("Sin")}
	isAngle := make([]bool, net.Width)
	for _, j := range net.Angles {
		isAngle[j] = true
	}
	var others []int
	for j, angle := range isAngle {
		if !angle {
			others = append(others, j)
		}
	}
	if len(others) > 0 {
		parts = append([]value{x.gather(others)}, parts...)
	}
	return concat(parts...)
}

// activation returns an activation of each number.
func (g *graph) activation(a nn.Activation, x value) value {
	switch a {
	case nn.Linear:
		return x
	case nn.ReLU:
		return x.unary("Relu")
	case nn.Tanh:
		return x.tanh()
	case nn.LeakyReLU:
		return x.max(x.times(0.01))
	case nn.ELU:
		return x.max(x.c(0)).add(x.min(x.c(0)).expm1())
	case nn.SiLU:
		return x.div(x.neg().exp().plus(1)) // runtimes take x·σ(x) for an operator that they have in float32 only
	case nn.Softplus:
		return x.softplus()
	case nn.GELU:
		l, _ := x.logNdtr()
		return x.mul(l.exp())
	case nn.Sigmoid:
		return x.sigmoid()
	}
	g.refuse("got the activation %q, which has no translation", string(a))
	return none
}
