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
			for i, g := range c.OutGrad(0) {
				row := dx[i*s.Cols : (i+1)*s.Cols]
				kernel.AddConst(row, row, g)
			}
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
			for i := range s.Rows {
				kernel.Accumulate(dx[i*s.Cols:(i+1)*s.Cols], c.OutGrad(0))
			}
		},
	}
	squareRowSumOp = &Op{
		Name: "SquareRowSum",
		Forward: func(c *Call) {
			s := c.InShape(0)
			kernel.SquareRowSum(c.Out(0), c.In(0), s.Rows, s.Cols)
		},
		Backward: func(c *Call) {
			s, x, dx := c.InShape(0), c.In(0), c.InGrad(0)
			for i, g := range c.OutGrad(0) {
				kernel.Axpy(dx[i*s.Cols:(i+1)*s.Cols], x[i*s.Cols:(i+1)*s.Cols], 2*g)
			}
		},
	}
	logSumExpOp = &Op{
		Name: "RowLogSumExp",
		Forward: func(c *Call) {
			s, x := c.InShape(0), c.In(0)
			p := c.Temp(s.Cols)
			for i := range c.Out(0) {
				row := x[i*s.Cols : (i+1)*s.Cols]
				top := largest(row)
				if math.IsInf(top, 0) { // all −∞, or some +∞
					c.Out(0)[i] = top
					continue
				}
				kernel.AddConst(p, row, -top)
				kernel.Exp(p, p)
				total := [1]float64{kernel.Sum(p)}
				kernel.Log(total[:], total[:])
				c.Out(0)[i] = top + total[0]
			}
		},
		Backward: func(c *Call) {
			s, x, dx := c.InShape(0), c.In(0), c.InGrad(0)
			p := c.Temp(s.Cols)
			for i, g := range c.OutGrad(0) {
				lse := c.Out(0)[i]
				if math.IsInf(lse, -1) {
					continue // no term has weight
				}
				kernel.AddConst(p, x[i*s.Cols:(i+1)*s.Cols], -lse)
				kernel.Exp(p, p)
				kernel.Axpy(dx[i*s.Cols:(i+1)*s.Cols], p, g)
			}
		},
	}
	softmaxOp = &Op{
		Name: "RowSoftmax",
		Forward: func(c *Call) {
			s, x, y := c.InShape(0), c.In(0), c.Out(0)
			for i := range s.Rows {
				in, out := x[i*s.Cols:(i+1)*s.Cols], y[i*s.Cols:(i+1)*s.Cols]
				kernel.AddConst(out, in, -largest(in))
				kernel.Exp(out, out)
				kernel.Scale(out, out, 1/kernel.Sum(out))
			}
		},
		Backward: func(c *Call) {
			s, y, dy, dx := c.InShape(0), c.Out(0), c.OutGrad(0), c.InGrad(0)
			for i := range s.Rows {
				at, to := i*s.Cols, (i+1)*s.Cols
				mean := kernel.Dot(y[at:to], dy[at:to])
				for j := at; j < to; j++ {
					dx[j] = math.FMA(y[j], dy[j]-mean, dx[j])
				}
			}
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

// Sum returns the 1×1 sum of all numbers.
func (v Var) Sum() Var { return sumOp.Apply(v.t, Args{}, Shape{1, 1}, v) }

// Mean returns the 1×1 mean of all numbers.
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
