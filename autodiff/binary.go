package autodiff

import "github.com/normflow/normflow/internal/kernel"

// An arithmetic holds the kernels of an elementwise operation: of matrices of
// one shape and, if there are any, of a matrix with a row and with a column.
type arithmetic struct {
	all      func(z, x, y []float64)
	row, col func(z, x, v []float64, rows, cols int)
}

// op makes the operation of two operands that broadcast: dfx and dfy add to the
// gradients of x and y, in the shape of the output, the contribution of dz.
func (f arithmetic) op(name string, dfx, dfy func(c *Call, d, dz []float64)) *Op {
	return &Op{
		Name: name,
		Forward: func(c *Call) {
			out := c.OutShape(0)
			kind := c.repeats(1)
			switch {
			case f.row != nil && c.InShape(0) == out && kind == alongRows:
				f.row(c.Out(0), c.In(0), c.In(1), out.Rows, out.Cols)
			case f.col != nil && c.InShape(0) == out && kind == alongCols:
				f.col(c.Out(0), c.In(0), c.In(1), out.Rows, out.Cols)
			default:
				f.all(c.Out(0), c.spread(0), c.spread(1))
			}
		},
		Backward: func(c *Call) {
			dz := c.OutGrad(0)
			c.gather(0, func(d []float64) { dfx(c, d, dz) })
			c.gather(1, func(d []float64) { dfy(c, d, dz) })
		},
	}
}

// A repetition is how an input fills the shape of the output.
type repetition uint8

const (
	once       repetition = iota // it has that shape
	alongRows                    // it is a row for every row
	alongCols                    // it is a column for every column
	everywhere                   // it is a scalar
)

func (c *Call) repeats(i int) repetition {
	in, out := c.InShape(i), c.OutShape(0)
	switch in {
	case out:
		return once
	case Shape{1, out.Cols}:
		return alongRows
	case Shape{out.Rows, 1}:
		return alongCols
	}
	return everywhere
}

// addTimes adds dz times input i to d.
func (c *Call) addTimes(d, dz []float64, i int) {
	out := c.OutShape(0)
	switch c.repeats(i) {
	case alongRows:
		kernel.MulAddRow(d, dz, c.In(i), out.Rows, out.Cols)
	case alongCols:
		kernel.MulAddCol(d, dz, c.In(i), out.Rows, out.Cols)
	default:
		kernel.MulAdd(d, dz, c.spread(i))
	}
}

// spread returns input i repeated to the shape of the output.
func (c *Call) spread(i int) []float64 {
	x, in, out := c.In(i), c.InShape(i), c.OutShape(0)
	if in == out {
		return x
	}
	y := c.Temp(out.Rows * out.Cols)
	if len(x) == 1 {
		fill(y, x[0])
		return y
	}
	for r := range out.Rows {
		row := y[r*out.Cols : (r+1)*out.Cols]
		switch {
		case in.Rows == 1:
			copy(row, x)
		default:
			fill(row, x[r])
		}
	}
	return y
}

func fill(dst []float64, x float64) {
	for i := range dst {
		dst[i] = x
	}
}

// gather lets add add to a gradient in the shape of the output and sums it
// over the rows or columns along which input i was repeated.
func (c *Call) gather(i int, add func(d []float64)) {
	g := c.InGrad(i)
	if g == nil {
		return
	}
	if c.InShape(i) == c.OutShape(0) {
		add(g)
		return
	}
	d := c.full(i)
	add(d)
	c.fold(i, d)
}

// full returns where to add the gradient of input i in the shape of the output,
// each input in memory of its own: the gradient itself if it has that shape, else
// a buffer for fold. If the gradient is not needed, the values are ignored.
func (c *Call) full(i int) []float64 {
	g, out := c.InGrad(i), c.OutShape(0)
	own := g != nil && c.InShape(i) == out
	for k := range i {
		own = own && c.input(k) != c.input(i)
	}
	if own {
		return g
	}
	full := c.Temp(out.Rows * out.Cols)
	clear(full)
	return full
}

// fold adds d, from full, to the gradient of input i.
func (c *Call) fold(i int, d []float64) {
	g, in, out := c.InGrad(i), c.InShape(i), c.OutShape(0)
	switch {
	case g == nil || len(d) == 0 || &g[0] == &d[0]:
	case in == out:
		kernel.Accumulate(g, d)
	case in.Rows == 1 && in.Cols == 1:
		g[0] += kernel.Sum(d)
	case in.Rows == 1:
		kernel.ColSum(g, d, out.Rows, out.Cols)
	default:
		sums := c.Temp(out.Rows)
		kernel.RowSum(sums, d, out.Rows, out.Cols)
		kernel.Accumulate(g, sums)
	}
}

// The elementwise operations of two operands, each with its derivatives.
var (
	addOp = arithmetic{kernel.Add, kernel.AddRow, kernel.AddCol}.op("Add",
		func(c *Call, d, dz []float64) { kernel.Accumulate(d, dz) },
		func(c *Call, d, dz []float64) { kernel.Accumulate(d, dz) })
	subOp = arithmetic{kernel.Sub, kernel.SubRow, kernel.SubCol}.op("Sub",
		func(c *Call, d, dz []float64) { kernel.Accumulate(d, dz) },
		func(c *Call, d, dz []float64) { kernel.Axpy(d, dz, -1) })
	mulOp = arithmetic{kernel.Mul, kernel.MulRow, kernel.MulCol}.op("Mul",
		func(c *Call, d, dz []float64) { c.addTimes(d, dz, 1) },
		func(c *Call, d, dz []float64) { c.addTimes(d, dz, 0) })
	divOp = arithmetic{kernel.Div, kernel.DivRow, kernel.DivCol}.op("Div",
		func(c *Call, d, dz []float64) { kernel.DivAdd(d, dz, c.spread(1)) },
		func(c *Call, d, dz []float64) {
			part := c.Temp(len(d))
			kernel.Div(part, c.Out(0), c.spread(1))
			kernel.Mul(part, dz, part)
			kernel.Sub(d, d, part)
		})
	maxOp = arithmetic{all: func(z, x, y []float64) {
		for i, v := range x {
			z[i] = max(v, y[i])
		}
	}}.op("Max",
		func(c *Call, d, dz []float64) { addWhere(d, dz, c.spread(0), c.spread(1), true) },
		func(c *Call, d, dz []float64) { addWhere(d, dz, c.spread(0), c.spread(1), false) })
	minOp = arithmetic{all: func(z, x, y []float64) {
		for i, v := range x {
			z[i] = min(v, y[i])
		}
	}}.op("Min",
		func(c *Call, d, dz []float64) { addWhere(d, dz, c.spread(1), c.spread(0), true) },
		func(c *Call, d, dz []float64) { addWhere(d, dz, c.spread(1), c.spread(0), false) })
	greaterOp = &Op{Name: "Greater", Forward: func(c *Call) {
		z, x, y := c.Out(0), c.spread(0), c.spread(1)
		for i, v := range x {
			z[i] = 0
			if v > y[i] {
				z[i] = 1
			}
		}
	}}
)

// addWhere adds dz to d where (x ≥ y) is want: ties belong to the first operand.
func addWhere(d, dz, x, y []float64, want bool) {
	for i, v := range x {
		if (v >= y[i]) == want {
			d[i] += dz[i]
		}
	}
}

// selectOp has inputs mask, x, y.
var selectOp = &Op{
	Name:    "Where",
	Forward: func(c *Call) { kernel.Select(c.Out(0), c.spread(0), c.spread(1), c.spread(2)) },
	Backward: func(c *Call) {
		mask, dz := c.spread(0), c.OutGrad(0)
		for k := 1; k <= 2; k++ {
			c.gather(k, func(d []float64) {
				for i, m := range mask {
					if (m != 0) == (k == 1) {
						d[i] += dz[i]
					}
				}
			})
		}
	},
}

// broadcast returns the shape of an elementwise operation of a and b.
func broadcast(name string, a, b Shape) Shape {
	out := Shape{max(a.Rows, b.Rows), max(a.Cols, b.Cols)}
	if a.Rows == 0 || b.Rows == 0 {
		out.Rows = 0
	}
	fits := func(s Shape) bool {
		return (s.Rows == out.Rows || s.Rows == 1) && (s.Cols == out.Cols || s.Cols == 1)
	}
	if !fits(a) || !fits(b) {
		panic(shapeError(name, a, b))
	}
	return out
}

func (v Var) binary(op *Op, w Var) Var {
	return op.Apply(v.t, Args{}, broadcast(op.Name, v.Shape(), w.Shape()), v, w)
}

// Add returns v + w. Operands of all elementwise operations broadcast: 1×d is
// repeated over rows, n×1 over columns, 1×1 over both; other differences of
// shape panic.
func (v Var) Add(w Var) Var { return v.binary(addOp, w) }

// Sub returns v − w.
func (v Var) Sub(w Var) Var { return v.binary(subOp, w) }

// Mul returns the elementwise product v·w.
func (v Var) Mul(w Var) Var { return v.binary(mulOp, w) }

// Div returns the elementwise quotient v/w.
func (v Var) Div(w Var) Var { return v.binary(divOp, w) }

// Max returns the larger of v and w; where equal, the derivative is v's.
func (v Var) Max(w Var) Var { return v.binary(maxOp, w) }

// Min returns the smaller of v and w; where equal, the derivative is v's.
func (v Var) Min(w Var) Var { return v.binary(minOp, w) }

// Greater returns the constant 1 where v > w and 0 elsewhere.
func (v Var) Greater(w Var) Var { return v.binary(greaterOp, w) }

// Where returns x where mask is not 0 and y elsewhere; no gradient flows to
// mask, nor to the operand that was not chosen. All three broadcast.
func Where(mask, x, y Var) Var {
	out := broadcast("Where", mask.Shape(), broadcast("Where", x.Shape(), y.Shape()))
	return selectOp.Apply(mask.t, Args{}, out, mask, x, y)
}
