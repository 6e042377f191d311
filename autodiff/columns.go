package autodiff

import (
	"fmt"
	"unsafe"

	"github.com/normflow/normflow/internal/kernel"
)

// The operations that move elements, each with its derivative.
var (
	colsOp = &Op{
		Name: "Cols",
		Forward: func(c *Call) {
			in, x, y, d := c.InShape(0), c.In(0), c.Out(0), c.OutShape(0).Cols
			for i := range in.Rows {
				copy(y[i*d:(i+1)*d], x[i*in.Cols+c.Args().I:])
			}
		},
		Backward: func(c *Call) {
			in, dx, dy, d := c.InShape(0), c.InGrad(0), c.OutGrad(0), c.OutShape(0).Cols
			for i := range in.Rows {
				at := i*in.Cols + c.Args().I
				kernel.Accumulate(dx[at:at+d], dy[i*d:(i+1)*d])
			}
		},
	}
	concatOp = &Op{
		Name: "Concat",
		Forward: func(c *Call) {
			y, d, at := c.Out(0), c.OutShape(0).Cols, 0
			for k := range c.Len() {
				in, x := c.InShape(k), c.In(k)
				for i := range in.Rows {
					copy(y[i*d+at:], x[i*in.Cols:(i+1)*in.Cols])
				}
				at += in.Cols
			}
		},
		Backward: func(c *Call) {
			dy, d, at := c.OutGrad(0), c.OutShape(0).Cols, 0
			for k := range c.Len() {
				in := c.InShape(k)
				if dx := c.InGrad(k); dx != nil {
					for i := range in.Rows {
						kernel.Accumulate(dx[i*in.Cols:(i+1)*in.Cols], dy[i*d+at:i*d+at+in.Cols])
					}
				}
				at += in.Cols
			}
		},
	}
	gatherOp = &Op{
		Name: "Gather",
		Forward: func(c *Call) {
			in, x, y, idx := c.InShape(0), c.In(0), c.Out(0), c.index()
			for i := range in.Rows {
				row, to := x[i*in.Cols:(i+1)*in.Cols], y[i*len(idx):(i+1)*len(idx)]
				for k, j := range idx {
					to[k] = row[j]
				}
			}
		},
		Backward: func(c *Call) {
			in, dx, dy, idx := c.InShape(0), c.InGrad(0), c.OutGrad(0), c.index()
			for i := range in.Rows {
				row, from := dx[i*in.Cols:(i+1)*in.Cols], dy[i*len(idx):(i+1)*len(idx)]
				for k, j := range idx {
					row[j] += from[k]
				}
			}
		},
	}
	replaceOp = &Op{
		Name: "Replace",
		Forward: func(c *Call) {
			s, y, w, idx := c.InShape(0), c.Out(0), c.In(1), c.index()
			copy(y, c.In(0))
			for i := range s.Rows {
				row := y[i*s.Cols : (i+1)*s.Cols]
				for k, j := range idx {
					row[j] = w[i*len(idx)+k]
				}
			}
		},
		Backward: func(c *Call) {
			s, dy, idx := c.InShape(0), c.OutGrad(0), c.index()
			if dw := c.InGrad(1); dw != nil {
				for i := range s.Rows {
					row := dy[i*s.Cols : (i+1)*s.Cols]
					for k, j := range idx {
						dw[i*len(idx)+k] += row[j]
					}
				}
			}
			if dv := c.InGrad(0); dv != nil {
				kept := c.Temp(len(dy))
				copy(kept, dy)
				for i := range s.Rows {
					for _, j := range idx {
						kept[i*s.Cols+j] = 0
					}
				}
				kernel.Accumulate(dv, kept)
			}
		},
	}
	reshapeOp = unary("Reshape",
		func(y, x []float64, _ Args) { copy(y, x) },
		func(dx, dy, x, y []float64, _ *Call) { kernel.Accumulate(dx, dy) })
	transposeOp = &Op{
		Name: "T",
		Forward: func(c *Call) {
			s, x, y := c.InShape(0), c.In(0), c.Out(0)
			for i := range s.Rows {
				for j := range s.Cols {
					y[j*s.Rows+i] = x[i*s.Cols+j]
				}
			}
		},
		Backward: func(c *Call) {
			s, dx, dy := c.InShape(0), c.InGrad(0), c.OutGrad(0)
			for i := range s.Rows {
				for j := range s.Cols {
					dx[i*s.Cols+j] += dy[j*s.Rows+i]
				}
			}
		},
	}
	expandOp = &Op{
		Name:    "Expand",
		Forward: func(c *Call) { copy(c.Out(0), c.spread(0)) },
		Backward: func(c *Call) {
			c.gather(0, func(d []float64) { kernel.Accumulate(d, c.OutGrad(0)) })
		},
	}
)

// index returns the column list of a Gather, kept by reference.
func (c *Call) index() []int {
	return unsafe.Slice(c.Args().Ref.(*int), c.Args().I)
}

// Slice returns columns i to j−1. It panics if they are not columns of v.
func (v Var) Slice(i, j int) Var {
	s := v.Shape()
	if i < 0 || j <= i || j > s.Cols {
		panic(fmt.Sprintf("autodiff: Slice: got columns %d to %d, want a range within %d", i, j, s.Cols))
	}
	if i == 0 && j == s.Cols {
		return v
	}
	return colsOp.Apply(v.t, Args{I: i, J: j}, Shape{s.Rows, j - i}, v)
}

// Concat returns the columns of all arguments side by side. It panics unless
// they have equally many rows.
func Concat(v ...Var) Var {
	if len(v) == 0 {
		panic("autodiff: Concat: got no Var, want at least one")
	}
	if len(v) == 1 {
		return v[0]
	}
	out := v[0].Shape()
	for _, w := range v[1:] {
		if w.Rows() != out.Rows {
			panic(shapeError("Concat", v[0].Shape(), w.Shape()))
		}
		out.Cols += w.Cols()
	}
	return concatOp.Apply(v[0].t, Args{}, out, v...)
}

// Gather returns the columns index[0], index[1], … of v: with a permutation, its columns in
// another order. A column may occur several times. The slice is kept: it must
// not change until the tape is reset, and the same slice makes the same node.
//
// It panics if an index is not a column of v.
func (v Var) Gather(index []int) Var {
	s := v.Shape()
	if len(index) == 0 {
		panic("autodiff: Gather: got no columns, want at least one")
	}
	for _, j := range index {
		if j < 0 || j >= s.Cols {
			panic(fmt.Sprintf("autodiff: Gather: got column %d, want 0 to %d", j, s.Cols-1))
		}
	}
	return gatherOp.Apply(v.t, Args{I: len(index), Ref: unsafe.SliceData(index)}, Shape{s.Rows, len(index)}, v)
}

// Reshape returns the same elements, row by row, in another shape. It panics if
// the number of elements differs.
func (v Var) Reshape(rows, cols int) Var {
	s := v.Shape()
	if rows < 0 || cols < 0 || rows*cols != s.Rows*s.Cols {
		panic(fmt.Sprintf("autodiff: Reshape: got %d×%d, want %d numbers as in %d×%d", rows, cols, s.Rows*s.Cols, s.Rows, s.Cols))
	}
	if s == (Shape{rows, cols}) {
		return v
	}
	return reshapeOp.Apply(v.t, Args{}, Shape{rows, cols}, v)
}

// T returns the transpose.
func (v Var) T() Var {
	s := v.Shape()
	return transposeOp.Apply(v.t, Args{}, Shape{s.Cols, s.Rows}, v)
}

// Expand returns v repeated to rows×cols, as broadcasting does.
func (v Var) Expand(rows, cols int) Var {
	s := v.Shape()
	if s == (Shape{rows, cols}) {
		return v
	}
	if (s.Rows != rows && s.Rows != 1) || (s.Cols != cols && s.Cols != 1) {
		panic(shapeError("Expand", s, Shape{rows, cols}))
	}
	return expandOp.Apply(v.t, Args{}, Shape{rows, cols}, v)
}

// Replace returns v with columns index[0], index[1], … replaced by the columns
// of w. The slice is kept as by [Var.Gather].
//
// It panics unless w has as many rows as v and a column per index, and the
// indices are different columns of v.
func (v Var) Replace(index []int, w Var) Var {
	s, ws := v.Shape(), w.Shape()
	if ws.Cols != len(index) || ws.Rows != s.Rows {
		panic(shapeError("Replace", s, ws))
	}
	for _, j := range index {
		if j < 0 || j >= s.Cols {
			panic(fmt.Sprintf("autodiff: Replace: got column %d, want 0 to %d", j, s.Cols-1))
		}
	}
	return replaceOp.Apply(v.t, Args{I: len(index), Ref: unsafe.SliceData(index)}, s, v, w)
}
