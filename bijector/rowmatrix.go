package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A row of a matrix-valued map is a matrix row by row.

// maxSide bounds the rows of matrices that a model file describes by a count.
const maxSide = 4096

// square returns the number n of rows of the n×n matrices in the rows of x. It
// panics if the number of columns is not a square.
func square(what string, x autodiff.Var) int {
	n := int(math.Round(math.Sqrt(float64(x.Cols()))))
	if n*n != x.Cols() {
		panic(fmt.Sprintf("bijector: %s: got %d columns, want a square: n×n matrices row by row", what, x.Cols()))
	}
	return n
}

// diagOp returns the diagonals, n×d, of d×d matrices, n×d².
var diagOp = &autodiff.Op{
	Name: "bijector.Diag",
	Forward: func(c *autodiff.Call) {
		x, y, d := c.In(0), c.Out(0), c.OutShape(0).Cols
		for i := range y {
			y[i] = x[i/d*d*d+i%d*(d+1)]
		}
	},
	Backward: func(c *autodiff.Call) {
		dx, dy, d := c.InGrad(0), c.OutGrad(0), c.OutShape(0).Cols
		for i, g := range dy {
			dx[i/d*d*d+i%d*(d+1)] += g
		}
	},
}

// diagonals returns the diagonal of the matrix in each row: n×d.
func diagonals(what string, x autodiff.Var) autodiff.Var {
	d := square(what, x)
	return diagOp.Apply(nil, autodiff.Args{}, autodiff.Shape{Rows: x.Rows(), Cols: d}, x)
}

// setDiagOp has inputs X (n×d²) and v (n×d): X with the diagonals v.
var setDiagOp = &autodiff.Op{
	Name: "bijector.SetDiag",
	Forward: func(c *autodiff.Call) {
		y, v, d := c.Out(0), c.In(1), c.InShape(1).Cols
		copy(y, c.In(0))
		for i, w := range v {
			y[i/d*d*d+i%d*(d+1)] = w
		}
	},
	Backward: func(c *autodiff.Call) {
		dy, d := c.OutGrad(0), c.InShape(1).Cols
		if dv := c.InGrad(1); dv != nil {
			for i := range dv {
				dv[i] += dy[i/d*d*d+i%d*(d+1)]
			}
		}
		if dx := c.InGrad(0); dx != nil {
			for i, g := range dy {
				if k := i % (d * d); k%(d+1) != 0 {
					dx[i] += g
				}
			}
		}
	},
}

// withDiagonal returns the matrices of x with the diagonals v.
func withDiagonal(x, v autodiff.Var) autodiff.Var {
	return setDiagOp.Apply(nil, autodiff.Args{}, x.Shape(), x, v)
}

var rampOp = &autodiff.Op{Name: "bijector.Ramp", Forward: func(c *autodiff.Call) {
	for j := range c.Out(0) {
		c.Out(0)[j] = kernel.FMA(c.Args().B, float64(j), c.Args().A)
	}
}}

// ramp returns the constants a, a+b, …, 1×d.
func ramp(t *autodiff.Tape, d int, a, b float64) autodiff.Var {
	return rampOp.Apply(t, autodiff.Args{A: a, B: b}, autodiff.Shape{Rows: 1, Cols: d})
}

// tiny returns the least positive number, which keeps divisors and arguments of
// logarithms inside their domain.
func tiny(w autodiff.Var) autodiff.Var { return w.Tape().Scalar(math.SmallestNonzeroFloat64) }

// logPositive returns log w where w > 0, and a large negative number elsewhere.
func logPositive(w autodiff.Var) autodiff.Var { return w.Max(tiny(w)).Log() }

// withinOp has inputs l (n×1) and w (n×k): l where the whole row of w is
// positive or NaN, else −∞ without gradient.
var withinOp = &autodiff.Op{
	Name: "bijector.Within",
	Forward: func(c *autodiff.Call) {
		copy(c.Out(0), c.In(0))
		for i := range c.Out(0) {
			if !positiveRow(c, i) {
				c.Out(0)[i] = math.Inf(-1)
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		if dl := c.InGrad(0); dl != nil {
			for i, g := range c.OutGrad(0) {
				if positiveRow(c, i) {
					dl[i] += g
				}
			}
		}
	},
}

func positiveRow(c *autodiff.Call, i int) bool {
	k := c.InShape(1).Cols
	for _, w := range c.In(1)[i*k : (i+1)*k] {
		if w <= 0 {
			return false
		}
	}
	return true
}

// within returns the log-determinants l, n×1, of rows inside the range: those where all
// w are positive. Outside there is no density: −∞.
func within(l, w autodiff.Var) autodiff.Var {
	return withinOp.Apply(nil, autodiff.Args{}, l.Shape(), l, w)
}
