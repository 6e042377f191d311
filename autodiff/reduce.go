package autodiff

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// The reductions, each with its derivative.
var (
	sumOp = &Op{
		Name:    "Sum",
		Forward: func(c *Call) { c.Out(0)[0] = kernel.Sum(c.In(0)) },
		Backward: func(c *Call) {
			kernel.AddConst(c.InGrad(0), c.InGrad(0), c.OutGrad(0)[0])
		},
	}
	rowSumOp = &Op{
		Name: "RowSum",
		Forward: func(c *Call) {
			s := c.InShape(0)
			kernel.RowSum(c.Out(0), c.In(0), s.Rows, s.Cols)
		},
		Backward: func(c *Call) {
			s, dx := c.InShape(0), c.InGrad(0)
			kernel.AddCol(dx, dx, c.OutGrad(0), s.Rows, s.Cols)
		},
	}
	colSumOp = &Op{
		Name: "ColSum",
		Forward: func(c *Call) {
			s := c.InShape(0)
			clear(c.Out(0))
			kernel.ColSum(c.Out(0), c.In(0), s.Rows, s.Cols)
		},
		Backward: func(c *Call) {
			s, dx := c.InShape(0), c.InGrad(0)
			kernel.AddRow(dx, dx, c.OutGrad(0), s.Rows, s.Cols)
		},
	}
	squareRowSumOp = &Op{
		Name: "SquareRowSum",
		Forward: func(c *Call) {
			s := c.InShape(0)
			kernel.SquareRowSum(c.Out(0), c.In(0), s.Rows, s.Cols)
		},
		Backward: func(c *Call) {
			s := c.InShape(0)
			twice := c.Temp(s.Rows)
			kernel.Scale(twice, c.OutGrad(0), 2)
			kernel.MulAddCol(c.InGrad(0), c.In(0), twice, s.Rows, s.Cols)
		},
	}
	logSumExpOp = &Op{
		Name: "RowLogSumExp",
		Forward: func(c *Call) {
			s, x, out := c.InShape(0), c.In(0), c.Out(0)
			top, p := c.Temp(s.Rows), c.Temp(len(x))
			kernel.RowMax(top, x, s.Rows, s.Cols)
			kernel.SubCol(p, x, top, s.Rows, s.Cols)
			kernel.Exp(p, p)
			kernel.RowSum(out, p, s.Rows, s.Cols)
			kernel.Log(out, out)
			kernel.Add(out, top, out)
			for i, t := range top {
				if math.IsInf(t, 0) { // all −∞, or some +∞, or NaN
					out[i] = largest(x[i*s.Cols : (i+1)*s.Cols])
				}
			}
		},
		Backward: func(c *Call) {
			s, lse := c.InShape(0), c.Out(0)
			p := c.Temp(s.Rows * s.Cols)
			kernel.SubCol(p, c.In(0), lse, s.Rows, s.Cols)
			kernel.Exp(p, p)
			for i, l := range lse {
				if math.IsInf(l, -1) { // no term has weight
					clear(p[i*s.Cols : (i+1)*s.Cols])
				}
			}
			kernel.MulAddCol(c.InGrad(0), p, c.OutGrad(0), s.Rows, s.Cols)
		},
	}
	softmaxOp = &Op{
		Name: "RowSoftmax",
		Forward: func(c *Call) {
			s, y := c.InShape(0), c.Out(0)
			t := c.Temp(s.Rows)
			kernel.RowMax(t, c.In(0), s.Rows, s.Cols)
			kernel.SubCol(y, c.In(0), t, s.Rows, s.Cols)
			kernel.Exp(y, y)
			kernel.RowSum(t, y, s.Rows, s.Cols)
			kernel.DivCol(y, y, t, s.Rows, s.Cols)
		},
		Backward: func(c *Call) {
			s, y, dy := c.InShape(0), c.Out(0), c.OutGrad(0)
			mean, t := c.Temp(s.Rows), c.Temp(len(y))
			kernel.RowDot(mean, y, dy, s.Rows, s.Cols)
			kernel.SubCol(t, dy, mean, s.Rows, s.Cols)
			kernel.MulAdd(c.InGrad(0), y, t)
		},
	}
	cumSumOp = &Op{
		Name: "RowCumSum",
		Forward: func(c *Call) {
			s, x, y := c.InShape(0), c.In(0), c.Out(0)
			for i := range s.Rows {
				var sum float64
				for j := i * s.Cols; j < (i+1)*s.Cols; j++ {
					sum += x[j]
					y[j] = sum
				}
			}
		},
		Backward: func(c *Call) {
			s, dy, dx := c.InShape(0), c.OutGrad(0), c.InGrad(0)
			for i := range s.Rows {
				var sum float64
				for j := (i+1)*s.Cols - 1; j >= i*s.Cols; j-- {
					sum += dy[j]
					dx[j] += sum
				}
			}
		},
	}
)

func largest(x []float64) float64 {
	top := math.Inf(-1)
	for _, v := range x {
		top = max(top, v)
	}
	return top
}

// Sum returns the 1×1 sum of all elements.
func (v Var) Sum() Var { return sumOp.Apply(v.t, Args{}, Shape{1, 1}, v) }

// Mean returns the 1×1 mean of all elements.
func (v Var) Mean() Var { return v.Sum().MulConst(1 / float64(v.Rows()*v.Cols())) }

// RowSum returns the sum of each row: n×1.
func (v Var) RowSum() Var {
	if v.Cols() == 1 {
		return v
	}
	return rowSumOp.Apply(v.t, Args{}, Shape{v.Rows(), 1}, v)
}

// RowMean returns the mean of each row: n×1.
func (v Var) RowMean() Var { return v.RowSum().MulConst(1 / float64(v.Cols())) }

// ColSum returns the sum of each column: 1×d.
func (v Var) ColSum() Var {
	if v.Rows() == 1 {
		return v
	}
	return colSumOp.Apply(v.t, Args{}, Shape{1, v.Cols()}, v)
}

// ColMean returns the mean of each column: 1×d.
func (v Var) ColMean() Var { return v.ColSum().MulConst(1 / float64(v.Rows())) }

// SquareRowSum returns the sum of squares of each row: n×1.
func (v Var) SquareRowSum() Var {
	return squareRowSumOp.Apply(v.t, Args{}, Shape{v.Rows(), 1}, v)
}

// RowLogSumExp returns log Σⱼ exp(vᵢⱼ) for each row: n×1.
func (v Var) RowLogSumExp() Var { return logSumExpOp.Apply(v.t, Args{}, Shape{v.Rows(), 1}, v) }

// RowSoftmax returns exp(vᵢⱼ)/Σₖ exp(vᵢₖ).
func (v Var) RowSoftmax() Var { return v.unary(softmaxOp, Args{}) }

// RowCumSum returns the running sums Σ_{k≤j} vᵢₖ of each row.
func (v Var) RowCumSum() Var { return v.unary(cumSumOp, Args{}) }
