package autodiff

import (
	"fmt"

	"github.com/normflow/normflow/internal/kernel"
)

// An Activation is applied by [Dense] to its result.
type Activation = kernel.Act

// The activations that Dense fuses.
const (
	Linear = kernel.Linear // x
	ReLU   = kernel.ReLU   // max(x, 0)
	Tanh   = kernel.Tanh   // tanh x
)

// denseOp has inputs X (n×k), W (k×m) and perhaps b (1×m).
var denseOp = &Op{
	Name: "Dense",
	Forward: func(c *Call) {
		x, y := c.InShape(0), c.OutShape(0)
		var bias []float64
		if c.Len() == 3 {
			bias = c.In(2)
		}
		kernel.Dense(c.Out(0), c.In(0), c.In(1), bias, x.Rows, x.Cols, y.Cols, Activation(c.Args().I))
	},
	Backward: func(c *Call) {
		x, y := c.InShape(0), c.OutShape(0)
		n, k, m := x.Rows, x.Cols, y.Cols
		dz := c.OutGrad(0)
		if act := Activation(c.Args().I); act != Linear {
			kernel.ActGrad(dz, dz, c.Out(0), act)
		}
		if dx, add := c.InGradAdd(0); dx != nil {
			kernel.Gemm(false, true, n, k, m, dz, m, c.In(1), m, add, dx, k)
		}
		if dw, add := c.InGradAdd(1); dw != nil {
			kernel.Gemm(true, false, k, m, n, c.In(0), k, dz, m, add, dw, m)
		}
		if c.Len() == 3 {
			if db := c.InGrad(2); db != nil {
				kernel.ColSum(db, dz, n, m)
			}
		}
	},
}

// Dense returns act(x·w + b), a fully connected layer in one operation: x is
// n×k, w is k×m and b is 1×m, or the zero Var for no bias.
func Dense(x, w, b Var, act Activation) Var {
	xs, ws := x.Shape(), w.Shape()
	if xs.Cols != ws.Rows {
		panic(shapeError("Dense", xs, ws))
	}
	out := Shape{xs.Rows, ws.Cols}
	if b == (Var{}) {
		return denseOp.Apply(x.t, Args{I: int(act)}, out, x, w)
	}
	if b.Shape() != (Shape{1, ws.Cols}) {
		panic(fmt.Sprintf("autodiff: Dense: got a bias of %d×%d, want 1×%d", b.Rows(), b.Cols(), ws.Cols))
	}
	return denseOp.Apply(x.t, Args{I: int(act)}, out, x, w, b)
}
