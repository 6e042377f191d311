package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// residualRootOp has the inputs y, W and bias of each of Args.I layers, and the β. It returns the x with x + g(x) = y, and is a constant.
var residualRootOp = &autodiff.Op{Name: "bijector.ResidualRoot", Forward: func(c *autodiff.Call) {
	s := newResidualSolver(c)
	shape := c.InShape(0)
	t := autodiff.Borrow()
	for range maxResidualSteps {
		t.Reset()
		net := residualViews(c, t)
		x := t.View(shape.Rows, shape.Cols, s.x)
		g, slopes := net.at(x)
		if s.step(g.Data(), net.jacobian(x, slopes).Data()) {
			break
		}
	}
	t.Release()
}}

// maxResidualSteps are enough for steps without Newton's method at a contraction of 0.98.
const maxResidualSteps = 2000

// A residualSolver holds for each row the best x so far, its miss x + g(x) − y, and how long that is.
type residualSolver struct {
	n, d              int
	y, x, best, miss  []float64
	length, plain, at []float64 // plain is 1 while a step without Newton's method is tried, 2 when the row is done
	lu                smallLU
}

func newResidualSolver(c *autodiff.Call) residualSolver {
	shape := c.InShape(0)
	n, d := shape.Rows, shape.Cols
	s := residualSolver{n: n, d: d, y: c.In(0), x: c.Out(0), best: c.Temp(n * d), miss: c.Temp(n * d), length: c.Temp(n), plain: c.Temp(n), at: c.Temp(d), lu: newSmallLU(c, d)}
	copy(s.x, s.y)
	clear(s.plain)
	for i := range s.length {
		s.length[i] = math.Inf(1)
	}
	return s
}

// step takes g and ∂g/∂x at x, moves x, and reports whether all rows are done.
func (s *residualSolver) step(g, jacobian []float64) bool {
	all := true
	for i := range s.n {
		if s.plain[i] != 2 {
			s.row(i, g, jacobian[i*s.d*s.d:(i+1)*s.d*s.d])
			all = all && s.plain[i] == 2
		}
	}
	return all
}

func (s *residualSolver) row(i int, g, jacobian []float64) {
	from, to := i*s.d, (i+1)*s.d
	x, best, miss := s.x[from:to], s.best[from:to], s.miss[from:to]
	for j, v := range x {
		s.at[j] = v + g[from+j] - s.y[from+j]
	}
	length := norm(s.at)
	switch {
	case length < s.length[i]: // Newton's step from here
		copy(best, x)
		copy(miss, s.at)
		s.length[i], s.plain[i] = length, 0
		if length == 0 {
			s.plain[i] = 2
			return
		}
		s.lu.factor(jacobian)
		s.lu.solve(s.at, true)
		kernel.Sub(x, best, s.at)
	case math.IsNaN(length) && math.IsInf(s.length[i], 1): // the row is NaN
		copy(x, s.at)
		s.plain[i] = 2
	case s.plain[i] == 0: // x ← y − g(x) is sure to help, but for rounding
		kernel.Sub(x, best, miss)
		s.plain[i] = 1
	default:
		copy(x, best)
		s.plain[i] = 2
	}
}

// rowLogDetOp has n×d² elements of matrices J as input, row by row or column by column, and returns log|det(I + J)|, n×1.
var rowLogDetOp = &autodiff.Op{
	Name: "bijector.RowLogDet",
	Forward: func(c *autodiff.Call) {
		j, l := c.In(0), c.Out(0)
		d := sideOf(c.InShape(0).Cols)
		lu, logs := newSmallLU(c, d), c.Temp(d)
		for i := range l {
			lu.factor(j[i*d*d : (i+1)*d*d])
			for k := range d {
				logs[k] = math.Abs(lu.a[k*d+k])
			}
			kernel.Log(logs, logs)
			l[i] = kernel.Sum(logs)
		}
	},
	Backward: func(c *autodiff.Call) { // dJ = g·(I + J)⁻ᵀ
		j, g, dj := c.In(0), c.OutGrad(0), c.InGrad(0)
		d := sideOf(c.InShape(0).Cols)
		lu, row := newSmallLU(c, d), c.Temp(d)
		for i := range g {
			lu.factor(j[i*d*d : (i+1)*d*d])
			for k := range d { // column k of the transposed inverse is row k of the inverse
				clear(row)
				row[k] = g[i]
				lu.solve(row, false)
				for m, v := range row {
					dj[i*d*d+k*d+m] += v
				}
			}
		}
	},
}

// rowImplicitOp has the inputs x, miss = F(x) − y and J = ∂F/∂x − I, column by column, all but miss constants. It returns x − (I + J)⁻¹·miss, which is
// x: its gradient is that of the implicit function, −(I + J)⁻ᵀ·g for miss.
var rowImplicitOp = &autodiff.Op{
	Name:    "bijector.RowImplicit",
	Forward: func(c *autodiff.Call) { copy(c.Out(0), c.In(0)) },
	Backward: func(c *autodiff.Call) {
		j, g, dm, d := c.In(2), c.OutGrad(0), c.InGrad(1), c.InShape(0).Cols
		lu := newSmallLU(c, d)
		for i := range c.InShape(0).Rows {
			lu.factor(j[i*d*d : (i+1)*d*d])
			lu.solve(g[i*d:(i+1)*d], false)
			kernel.Sub(dm[i*d:(i+1)*d], dm[i*d:(i+1)*d], g[i*d:(i+1)*d])
		}
	},
}

func sideOf(square int) int { return int(math.Round(math.Sqrt(float64(square)))) }

// A smallLU holds the factors P·(I + J) = L·U of one small matrix.
type smallLU struct {
	d      int
	a      []float64
	pivots []float64
}

func newSmallLU(c *autodiff.Call, d int) smallLU {
	return smallLU{d: d, a: c.Temp(d * d), pivots: c.Temp(d)}
}

// factor takes J, row by row.
func (s *smallLU) factor(j []float64) {
	d, a := s.d, s.a
	copy(a, j)
	for k := range d {
		a[k*d+k]++
	}
	for k := range d {
		p := k
		for i := k + 1; i < d; i++ {
			if math.Abs(a[i*d+k]) > math.Abs(a[p*d+k]) {
				p = i
			}
		}
		s.pivots[k] = float64(p)
		for m := 0; p != k && m < d; m++ {
			a[k*d+m], a[p*d+m] = a[p*d+m], a[k*d+m]
		}
		for i := k + 1; i < d; i++ {
			f := a[i*d+k] / a[k*d+k]
			a[i*d+k] = f
			for m := k + 1; m < d; m++ {
				a[i*d+m] = kernel.FMA(-f, a[k*d+m], a[i*d+m])
			}
		}
	}
}

// solve replaces x by the solution of A·z = x, or of Aᵀ·z = x.
func (s *smallLU) solve(x []float64, trans bool) {
	d, a := s.d, s.a
	if trans { // Uᵀ, Lᵀ, then the rows back
		for i := range d {
			for m := range i {
				x[i] = kernel.FMA(-a[m*d+i], x[m], x[i])
			}
			x[i] /= a[i*d+i]
		}
		for i := d - 1; i >= 0; i-- {
			for m := i + 1; m < d; m++ {
				x[i] = kernel.FMA(-a[m*d+i], x[m], x[i])
			}
		}
		for k := d - 1; k >= 0; k-- {
			p := int(s.pivots[k])
			x[k], x[p] = x[p], x[k]
		}
		return
	}
	for k := range d {
		p := int(s.pivots[k])
		x[k], x[p] = x[p], x[k]
	}
	for i := range d {
		for m := range i {
			x[i] = kernel.FMA(-a[i*d+m], x[m], x[i])
		}
	}
	for i := d - 1; i >= 0; i-- {
		for m := i + 1; m < d; m++ {
			x[i] = kernel.FMA(-a[i*d+m], x[m], x[i])
		}
		x[i] /= a[i*d+i]
	}
}
