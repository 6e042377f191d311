package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// A fused operation computes an elementwise function of a few inputs, where
// the first has the shape of the result and the others broadcast to it.
type fused struct{ op *autodiff.Op }

type args [4]float64

// newFused makes an operation of k inputs from a function and its partial
// derivatives.
func newFused(name string, f func(x args) float64, partial func(x args) args) fused {
	return fused{&autodiff.Op{
		Name: name,
		Forward: func(c *autodiff.Call) {
			in := inputs(c)
			for i := range c.Out(0) {
				c.Out(0)[i] = f(in.at(i))
			}
		},
		Backward: func(c *autodiff.Call) {
			in := inputs(c)
			var grads [4][]float64
			for k := range c.Len() {
				grads[k] = c.InGrad(k)
			}
			for i, dy := range c.OutGrad(0) {
				if dy == 0 || math.IsInf(c.Out(0)[i], 0) {
					continue // masked, or no value to move: keeps 0·∞ out
				}
				d := partial(in.at(i))
				for k, g := range grads[:c.Len()] {
					if g != nil {
						j := in.index(k, i)
						g[j] = kernel.FMA(d[k], dy, g[j])
					}
				}
			}
		},
	}}
}

// of applies the operation.
func (f fused) of(in ...autodiff.Var) autodiff.Var {
	return f.op.Apply(nil, autodiff.Args{}, in[0].Shape(), in...)
}

// broadcast reads the inputs of a fused operation.
type broadcast struct {
	n    int
	cols int
	x    [4][]float64
	s    [4]autodiff.Shape
}

func inputs(c *autodiff.Call) broadcast {
	b := broadcast{n: c.Len(), cols: c.OutShape(0).Cols}
	for k := range b.n {
		b.x[k], b.s[k] = c.In(k), c.InShape(k)
	}
	return b
}

func (b *broadcast) index(k, i int) int {
	switch s := b.s[k]; {
	case s.Rows == 1 && s.Cols == 1:
		return 0
	case s.Rows == 1:
		return i % b.cols
	case s.Cols == 1:
		return i / b.cols
	}
	return i
}

func (b *broadcast) at(i int) (x args) {
	for k := range b.n {
		x[k] = b.x[k][b.index(k, i)]
	}
	return x
}

// Operations that several families share.
var (
	// log Γ(x).
	lgammaOp = newFused("Lgamma",
		func(x args) float64 { return special.Lgamma(x[0]) },
		func(x args) args { return args{special.Digamma(x[0])} })
	// log B(a, b).
	logBetaOp = newFused("LogBeta",
		func(x args) float64 { return special.LogBeta(x[0], x[1]) },
		func(x args) args {
			ψ := special.Digamma(x[0] + x[1])
			return args{special.Digamma(x[0]) - ψ, special.Digamma(x[1]) - ψ}
		})
	// |x|ᵖ.
	absPowOp = newFused("AbsPow",
		func(x args) float64 { return special.Pow(math.Abs(x[0]), x[1]) },
		func(x args) args {
			a := math.Abs(x[0])
			if a == 0 && x[1] < 1 { // a cusp
				return args{}
			}
			y := special.Pow(a, x[1])
			return args{math.Copysign(x[1]*special.Pow(a, x[1]-1), x[0]), special.XLogY(y, a)}
		})
)

// log1pSquareOp is log(1 + x²), 2·log|x| where x² might overflow.
var log1pSquareOp = fused{&autodiff.Op{
	Name: "Log1pSquare",
	Forward: func(c *autodiff.Call) {
		x, y := c.In(0), c.Out(0)
		kernel.Mul(y, x, x)
		kernel.Log1p(y, y)
		for i, v := range x {
			if l := [1]float64{math.Abs(v)}; l[0] > 1e8 {
				kernel.Log(l[:], l[:])
				y[i] = 2 * l[0]
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		dx, dy := c.InGrad(0), c.OutGrad(0)
		for i, v := range c.In(0) {
			slope := 2 / v
			if math.Abs(v) < 1e8 {
				slope = 2 * v / kernel.FMA(v, v, 1)
			}
			dx[i] = kernel.FMA(slope, dy[i], dx[i])
		}
	},
}}
