package autodiff

import "github.com/normflow/normflow/internal/kernel"

// affineOp has inputs x, s, t (all n×d, or s and t 1×d) and output
// y = x·eˢ + t; Args.I = 1 is the inverse, y = (x − t)·e⁻ˢ.
var affineOp = &Op{
	Name: "AffineMap",
	Forward: func(c *Call) {
		y, x, s, t := c.Out(0), c.In(0), c.spread(1), c.spread(2)
		e := c.Temp(len(x))
		if c.Needs() {
			e = c.Save(len(x))
		}
		if c.Args().I == 1 {
			kernel.AffineInverse(y, e, x, s, t)
			return
		}
		kernel.Affine(y, e, x, s, t)
	},
	Backward: func(c *Call) {
		x, dy, e := c.In(0), c.OutGrad(0), c.Saved()
		grad := kernel.AffineGrad
		if c.Args().I == 1 { // y = (x−t)·e: ∂y/∂s = −y, ∂y/∂t = −e
			x, grad = c.Out(0), kernel.AffineInverseGrad
		}
		dx, ds, dt := c.full(0), c.full(1), c.full(2)
		grad(dx, ds, dt, dy, x, e)
		c.fold(0, dx)
		c.fold(1, ds)
		c.fold(2, dt)
	},
}

// Affine returns x·eˢ + t in one operation, for x n×d and s, t of the same
// shape or 1×d. Its log-determinant is s.RowSum().
func (v Var) Affine(s, t Var) Var { return v.affine(s, t, 0) }

// AffineInverse returns (v − t)·e⁻ˢ, the inverse of [Var.Affine].
func (v Var) AffineInverse(s, t Var) Var { return v.affine(s, t, 1) }

func (v Var) affine(s, t Var, inverse int) Var {
	out := v.Shape()
	for _, w := range []Var{s, t} {
		if broadcast("Affine", out, w.Shape()) != out {
			panic(shapeError("Affine", out, w.Shape()))
		}
	}
	return affineOp.Apply(v.t, Args{I: inverse}, out, v, s, t)
}

// normalOp is the log-density of the standard normal, row by row.
var normalOp = &Op{
	Name: "StdNormalLogDensity",
	Forward: func(c *Call) {
		s := c.InShape(0)
		kernel.SquareRowSum(c.Out(0), c.In(0), s.Rows, s.Cols)
		kernel.Scale(c.Out(0), c.Out(0), -0.5) // exact
		kernel.AddConst(c.Out(0), c.Out(0), -0.5*float64(s.Cols)*log2π)
	},
	Backward: func(c *Call) {
		s := c.InShape(0)
		minus := c.Temp(s.Rows)
		kernel.Scale(minus, c.OutGrad(0), -1)
		kernel.MulAddCol(c.InGrad(0), c.In(0), minus, s.Rows, s.Cols)
	},
}

const log2π = 1.8378770664093454835606594728112352797227949472756

// StdNormalLogDensity returns log N(x | 0, I) = −½·(‖x‖² + d·log 2π) for each
// row x: n×1.
func (v Var) StdNormalLogDensity() Var {
	return normalOp.Apply(v.t, Args{}, Shape{v.Rows(), 1}, v)
}
