package autodiff

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/internal/kernel"
)

// The operations on a square matrix A by its factors P·A = L·U, which are a
// constant node of their own, shared by all operations on A; gradients flow to
// A itself.
var (
	// The factors packed in a d×d matrix, and the pivots, 1×d.
	factorOp = &Op{
		Name: "Factor",
		Forward: func(c *Call) {
			copy(c.Out(0), c.In(0))
			factor(c.Out(0), c.Out(1), c.InShape(0).Rows)
		},
	}
	// Inputs A, factors and pivots.
	logAbsDetOp = &Op{
		Name: "LogAbsDet",
		Forward: func(c *Call) {
			d := c.InShape(0).Rows
			diag := c.Temp(d)
			for i := range d {
				diag[i] = math.Abs(c.In(1)[i*d+i])
			}
			kernel.Log(diag, diag)
			c.Out(0)[0] = kernel.Sum(diag)
		},
		Backward: func(c *Call) { // dA = dy·A⁻ᵀ
			d := c.InShape(0).Rows
			inv := c.Temp(d * d) // row i solves Aᵀ·x = eᵢ: it is column i of A⁻ᵀ
			clear(inv)
			for i := range d {
				inv[i*d+i] = 1
			}
			c.luSolve(inv, c.In(1), c.In(2), d, d, true)
			da, g := c.InGrad(0), c.OutGrad(0)[0]
			for i := range d {
				for j := range d {
					da[j*d+i] = kernel.FMA(g, inv[i*d+j], da[j*d+i])
				}
			}
		},
	}
	// Inputs A, factors, pivots and B (n×d): rows x with A·x = b.
	solveOp = &Op{
		Name: "Solve",
		Forward: func(c *Call) {
			s := c.InShape(3)
			copy(c.Out(0), c.In(3))
			c.luSolve(c.Out(0), c.In(1), c.In(2), s.Rows, s.Cols, false)
		},
		Backward: func(c *Call) { // dB = A⁻ᵀ·dX, dA = −dB·xᵀ
			s := c.InShape(3)
			n, d := s.Rows, s.Cols
			g := c.Temp(n * d)
			copy(g, c.OutGrad(0))
			c.luSolve(g, c.In(1), c.In(2), n, d, true)
			if db := c.InGrad(3); db != nil {
				kernel.Accumulate(db, g)
			}
			if da := c.InGrad(0); da != nil {
				full := c.Temp(d * d)
				kernel.Gemm(true, false, d, d, n, g, d, c.Out(0), d, false, full, d)
				kernel.Axpy(da, full, -1)
			}
		},
	}
)

// factor replaces a (d×d) by its LU factors with partial pivoting: P·A = L·U,
// piv[i] being the row swapped with row i. A singular matrix has a zero on the
// diagonal of U.
func factor(a, piv []float64, d int) {
	for k := range d {
		p := k
		for i := k + 1; i < d; i++ {
			if math.Abs(a[i*d+k]) > math.Abs(a[p*d+k]) {
				p = i
			}
		}
		piv[k] = float64(p)
		if p != k {
			for j := range d {
				a[k*d+j], a[p*d+j] = a[p*d+j], a[k*d+j]
			}
		}
		if a[k*d+k] == 0 {
			continue
		}
		for i := k + 1; i < d; i++ {
			a[i*d+k] /= a[k*d+k]
			kernel.Axpy(a[i*d+k+1:(i+1)*d], a[k*d+k+1:(k+1)*d], -a[i*d+k])
		}
	}
}

// luSolve replaces each row b of x, n×d, by the solution of A·x = b, or
// Aᵀ·x = b, from the factors.
func (c *Call) luSolve(x, lu, piv []float64, n, d int, trans bool) {
	neg := c.negate(lu, d)
	lower := triangle{a: lu, negated: neg, d: d, trans: trans, up: trans, unit: true}
	upper := triangle{a: lu, negated: neg, d: d, trans: trans, up: !trans}
	c.panels(x, n, d, func(t []float64, m int) {
		if trans {
			upper.solve(t, m)
			lower.solve(t, m)
		}
		for k := range d {
			if trans {
				k = d - 1 - k
			}
			swap(t, m, k, int(piv[k]))
		}
		if !trans {
			lower.solve(t, m)
			upper.solve(t, m)
		}
	})
}

// swap swaps two rows of t, of m elements each.
func swap(t []float64, m, i, j int) {
	if i == j {
		return
	}
	a, b := t[i*m:(i+1)*m], t[j*m:(j+1)*m]
	for k, v := range a {
		a[k], b[k] = b[k], v
	}
}

// factors returns the factors and pivots of a square matrix.
func (v Var) factors(what string) (lu, piv Var) {
	s := v.Shape()
	if s.Rows != s.Cols {
		panic(fmt.Sprintf("autodiff: %s: got %d×%d, want a square matrix", what, s.Rows, s.Cols))
	}
	return factorOp.Apply2(v.t, Args{}, s, Shape{1, s.Cols}, v)
}

// LogAbsDet returns log|det v| of a square matrix: −Inf if it is singular. It
// costs O(d³).
func (v Var) LogAbsDet() Var {
	lu, piv := v.factors("LogAbsDet")
	return logAbsDetOp.Apply(v.t, Args{}, Shape{1, 1}, v, lu, piv)
}

// Solve returns the rows x with A·x = b for each row b of v, A being square.
// A singular A gives infinite or NaN rows. It costs O(d³ + n·d²).
func (v Var) Solve(a Var) Var {
	lu, piv := a.factors("Solve")
	if a.Cols() != v.Cols() {
		panic(shapeError("Solve", a.Shape(), v.Shape()))
	}
	return solveOp.Apply(v.t, Args{}, v.Shape(), a, lu, piv, v)
}
