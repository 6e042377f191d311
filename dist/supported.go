package dist

import (
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
)

// supported returns log p(x | c) of each row of x, differentiable also where rows lie outside of d's
// support: there it is −Inf and has the gradient 0, while the formulas of d, such as the logarithm
// of a negative number, might have none, and 0 times that is NaN. So d is
// evaluated again with rows of its support in their place.
func supported(d Distribution, x, c autodiff.Var) autodiff.Var {
	lp := LogDensityGiven(d, x, c)
	if lp.Constant() || !slices.Contains(lp.Data(), math.Inf(-1)) {
		return lp
	}
	t, stand := x.Tape(), standIns(lp.Data())
	if stand == nil {
		return t.Matrix(lp.Dense())
	}
	index := t.View(len(stand), 1, stand)
	if c != (autodiff.Var{}) && c.Rows() > 1 {
		c = standInOp.Apply(t, autodiff.Args{}, c.Shape(), c, index)
	}
	inside := LogDensityGiven(d, standInOp.Apply(t, autodiff.Args{}, x.Shape(), x, index), c)
	return outsideOp.Apply(t, autodiff.Args{}, lp.Shape(), inside, index)
}

// standIns returns for each row its own index, or that of another row of finite log-density if its own
// is −Inf; nil if there is none.
func standIns(lp []float64) []float64 {
	first := slices.IndexFunc(lp, func(v float64) bool { return !math.IsNaN(v - v) })
	if first < 0 {
		return nil
	}
	index := make([]float64, len(lp))
	for i, v := range lp {
		index[i] = float64(i)
		if math.IsInf(v, -1) {
			index[i] = float64(first)
		}
	}
	return index
}

// standInOp has inputs x and the indices of its rows in the result. Only rows that stand for
// themselves have a gradient.
var standInOp = &autodiff.Op{
	Name: "dist.StandIn",
	Forward: func(c *autodiff.Call) {
		x, y, d := c.In(0), c.Out(0), c.InShape(0).Cols
		for i, v := range c.In(1) {
			copy(y[i*d:(i+1)*d], x[int(v)*d:])
		}
	},
	Backward: func(c *autodiff.Call) {
		dx, dy, d := c.InGrad(0), c.OutGrad(0), c.InShape(0).Cols
		if dx == nil {
			return
		}
		for i, v := range c.In(1) {
			if int(v) == i {
				for k := i * d; k < (i+1)*d; k++ {
					dx[k] += dy[k]
				}
			}
		}
	},
}

// outsideOp has inputs log p and the indices of standIns: the result is −Inf for rows that have one.
var outsideOp = &autodiff.Op{
	Name: "dist.Outside",
	Forward: func(c *autodiff.Call) {
		y := c.Out(0)
		copy(y, c.In(0))
		for i, v := range c.In(1) {
			if int(v) != i {
				y[i] = math.Inf(-1)
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		dx, dy := c.InGrad(0), c.OutGrad(0)
		if dx == nil {
			return
		}
		for i, v := range c.In(1) {
			if int(v) == i {
				dx[i] += dy[i]
			}
		}
	},
}
