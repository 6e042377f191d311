package autodiff

import "github.com/normflow/normflow/internal/kernel"

// A Tri says how a triangular product or solve reads its matrix.
type Tri struct {
	// Trans uses Lᵀ, which is upper triangular, in place of L.
	Trans bool
	// Unit takes the diagonal as ones; the values stored there are ignored and have
	// no gradient.
	Unit bool
}

func (t Tri) args() (a Args) {
	if t.Trans {
		a.I = 1
	}
	if t.Unit {
		a.J = 1
	}
	return a
}

func (c *Call) tri() Tri { return Tri{Trans: c.Args().I == 1, Unit: c.Args().J == 1} }

// lower returns the lower triangle of the d×d matrix l in full storage, with
// a unit diagonal if unit.
func (c *Call) lower(l []float64, d int, unit bool) []float64 {
	f := c.Temp(d * d)
	for i := range d {
		row := f[i*d : (i+1)*d]
		clear(row)
		copy(row, l[i*d:i*d+i+1])
		if unit {
			row[i] = 1
		}
	}
	return f
}

// addLower adds the lower triangle of full to dl, without the diagonal if unit.
func addLower(dl, full []float64, d int, unit bool) {
	for i := range d {
		n := i + 1
		if unit {
			n = i
		}
		kernel.Accumulate(dl[i*d:i*d+n], full[i*d:i*d+n])
	}
}

// The triangular operations on rows: inputs L (d×d) and X (n×d).
var (
	// Y = X·Lᵀ: each row y = L·x.
	triMulOp = &Op{
		Name: "TriMul",
		Forward: func(c *Call) {
			s, tri := c.InShape(1), c.tri()
			l := c.lower(c.In(0), s.Cols, tri.Unit)
			kernel.Gemm(false, !tri.Trans, s.Rows, s.Cols, s.Cols, c.In(1), s.Cols, l, s.Cols, false, c.Out(0), s.Cols)
		},
		Backward: func(c *Call) {
			s, tri, dy := c.InShape(1), c.tri(), c.OutGrad(0)
			n, d := s.Rows, s.Cols
			if dx, add := c.InGradAdd(1); dx != nil {
				l := c.lower(c.In(0), d, tri.Unit)
				kernel.Gemm(false, tri.Trans, n, d, d, dy, d, l, d, add, dx, d)
			}
			if dl := c.InGrad(0); dl != nil {
				c.addOuter(dl, dy, c.In(1), n, d, tri, false)
			}
		},
	}
	// X with L·x = y for each row.
	triSolveOp = &Op{
		Name: "TriSolve",
		Forward: func(c *Call) {
			s, tri := c.InShape(1), c.tri()
			copy(c.Out(0), c.In(1))
			c.triSolve(c.Out(0), c.In(0), s.Rows, s.Cols, tri)
		},
		Backward: func(c *Call) {
			s, tri := c.InShape(1), c.tri()
			n, d := s.Rows, s.Cols
			g := c.Temp(n * d) // the gradient of the right-hand side
			copy(g, c.OutGrad(0))
			c.triSolve(g, c.In(0), n, d, Tri{Trans: !tri.Trans, Unit: tri.Unit})
			if dy := c.InGrad(1); dy != nil {
				kernel.Accumulate(dy, g)
			}
			if dl := c.InGrad(0); dl != nil {
				c.addOuter(dl, g, c.Out(0), n, d, tri, true)
			}
		},
	}
)

// addOuter adds ±Σ g·xᵀ over rows, or its transpose, to the lower triangle dl.
func (c *Call) addOuter(dl, g, x []float64, n, d int, tri Tri, negate bool) {
	if tri.Trans {
		g, x = x, g
	}
	full := c.Temp(d * d)
	kernel.Gemm(true, false, d, d, n, g, d, x, d, false, full, d)
	if negate {
		kernel.Scale(full, full, -1)
	}
	addLower(dl, full, d, tri.Unit)
}

// triSolve replaces each row b of x by the solution of L·x = b.
func (c *Call) triSolve(x, l []float64, n, d int, tri Tri) {
	s := triangle{a: l, negated: c.negate(l, d), d: d, trans: tri.Trans, up: tri.Trans, unit: tri.Unit}
	c.panels(x, n, d, s.solve)
}

func (v Var) triangular(op *Op, l Var, tri Tri) Var {
	s, ls := v.Shape(), l.Shape()
	if ls.Rows != s.Cols || ls.Cols != s.Cols {
		panic(shapeError(op.Name, ls, s))
	}
	return op.Apply(v.t, tri.args(), s, l, v)
}

// TriMul returns the rows L·x of each row x of v, for the lower triangle of l
// (d×d); elements of l above its diagonal are ignored.
func (v Var) TriMul(l Var, tri Tri) Var { return v.triangular(triMulOp, l, tri) }

// TriSolve returns the rows x with L·x = b for each row b of v, the inverse of
// [Var.TriMul]. A zero on the diagonal gives infinite or NaN rows.
func (v Var) TriSolve(l Var, tri Tri) Var { return v.triangular(triSolveOp, l, tri) }
