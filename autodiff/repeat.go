package autodiff

import (
	"fmt"

	"github.com/normflow/normflow/internal/kernel"
)

// repeatOp repeats each row Args.I times.
var repeatOp = &Op{
	Name: "RepeatRows",
	Forward: func(c *Call) {
		x, y, k, d := c.In(0), c.Out(0), c.Args().I, c.InShape(0).Cols
		for i := range c.OutShape(0).Rows {
			copy(y[i*d:(i+1)*d], x[i/k*d:])
		}
	},
	Backward: func(c *Call) {
		dx, dy, k, d := c.InGrad(0), c.OutGrad(0), c.Args().I, c.InShape(0).Cols
		for i := range c.OutShape(0).Rows {
			at := i / k * d
			kernel.Accumulate(dx[at:at+d], dy[i*d:(i+1)*d])
		}
	},
}

// RepeatRows returns each row of v k times in a row: n×d → (n·k)×d. It panics unless k is positive.
func (v Var) RepeatRows(k int) Var {
	if k < 1 {
		panic(fmt.Sprintf("autodiff: RepeatRows: got %d, want at least 1", k))
	}
	if k == 1 {
		return v
	}
	s := v.Shape()
	return repeatOp.Apply(v.t, Args{I: k}, Shape{s.Rows * k, s.Cols}, v)
}

// Repeated returns w and k if v is w.RepeatRows(k), and v and 1 otherwise: a function of each row
// need be computed for the rows of w only.
func (v Var) Repeated() (w Var, k int) {
	n := v.node("Repeated")
	if n.op != repeatOp {
		return v, 1
	}
	return v.t.at(v.t.edges[n.first]), n.args.I
}
