package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/kernel"
)

// Maps such as [Planar] have one row of parameters, to which a network adds what it makes of the context.

// contextWidth returns the width of the context of net, which may be nil.
func contextWidth(net nn.Network) int {
	if net == nil {
		return 0
	}
	return net.In()
}

// checkContextual returns an error unless net, if there is one, has k outputs and nothing to keep statistics of.
func checkContextual(what string, net nn.Network, k int) error {
	if net == nil {
		return nil
	}
	if net.Out() != k {
		return fmt.Errorf("bijector: %s: got a network to %d numbers, want %d", what, net.Out(), k)
	}
	if _, ok := net.(nn.Observer); ok {
		return fmt.Errorf("bijector: %s: got a network with running statistics, want one without", what)
	}
	return nil
}

// checkOneRow returns the length of a row of numbers.
func checkOneRow(what string, p *autodiff.Param) (d int, err error) {
	if p != nil {
		_, d = p.Dims()
	}
	return d, checkDims(what, p, 1, max(d, 1))
}

// contextual returns the parameters side by side, plus what net makes of the contexts: 1×k, or n×k.
func contextual(what string, x, ctx autodiff.Var, net nn.Network, p ...*autodiff.Param) autodiff.Var {
	var array [few]autodiff.Var
	row := array[:0]
	for _, q := range p {
		row = append(row, x.Tape().Use(q))
	}
	all := autodiff.Concat(row...)
	if net == nil {
		return all
	}
	if ctx == (autodiff.Var{}) {
		panic(fmt.Sprintf("bijector: %s: got no context, want %d columns by Given", what, net.In()))
	}
	c, k := ctx.Repeated()
	return net.Apply(c).RepeatRows(k).Add(all)
}

// normOp returns the Euclidean norms of rows, without overflow; the gradient at 0 is 0.
var normOp = &autodiff.Op{
	Name: "bijector.Norm",
	Forward: func(c *autodiff.Call) {
		x, r, d := c.In(0), c.Out(0), c.InShape(0).Cols
		for i := range r {
			r[i] = norm(x[i*d : (i+1)*d])
		}
	},
	Backward: func(c *autodiff.Call) {
		x, r, g, dx, d := c.In(0), c.Out(0), c.OutGrad(0), c.InGrad(0), c.InShape(0).Cols
		for i, n := range r {
			for j := i * d; n != 0 && j < (i+1)*d; j++ {
				dx[j] = kernel.FMA(g[i], x[j]/n, dx[j])
			}
		}
	},
}

// norms returns the Euclidean norm of each row, n×1.
func norms(x autodiff.Var) autodiff.Var {
	return normOp.Apply(nil, autodiff.Args{}, autodiff.Shape{Rows: x.Rows(), Cols: 1}, x)
}

func norm(x []float64) float64 {
	largest := 0.0
	for _, v := range x {
		largest = max(largest, math.Abs(v)) // NaN if any is
	}
	if largest == 0 || math.IsInf(largest, 1) || math.IsNaN(largest) {
		return largest
	}
	sum := 0.0
	for _, v := range x {
		v /= largest
		sum = kernel.FMA(v, v, sum)
	}
	return largest * math.Sqrt(sum)
}
