package autodiff

import "github.com/normflow/normflow/internal/kernel"

// Flags of a matrix product, in Args.I.
const (
	transA = 1 << iota
	transB
)

// The product op(A)·op(B), where op transposes or not.
var matMulOp = &Op{
	Name: "MatMul",
	Forward: func(c *Call) {
		a, b, out := c.InShape(0), c.InShape(1), c.OutShape(0)
		ta, tb := c.Args().I&transA != 0, c.Args().I&transB != 0
		kernel.Gemm(ta, tb, out.Rows, out.Cols, c.Args().J, c.In(0), a.Cols, c.In(1), b.Cols, false, c.Out(0), out.Cols)
	},
	Backward: func(c *Call) {
		a, b, out := c.InShape(0), c.InShape(1), c.OutShape(0)
		ta, tb := c.Args().I&transA != 0, c.Args().I&transB != 0
		m, n, k := out.Rows, out.Cols, c.Args().J
		dy := c.OutGrad(0)
		if da, add := c.InGradAdd(0); da != nil {
			if ta { // Aᵀ = dY·op(B)ᵀ, so A = op(B)·dYᵀ
				kernel.Gemm(tb, true, k, m, n, c.In(1), b.Cols, dy, n, add, da, a.Cols)
			} else {
				kernel.Gemm(false, !tb, m, k, n, dy, n, c.In(1), b.Cols, add, da, a.Cols)
			}
		}
		if db, add := c.InGradAdd(1); db != nil {
			if tb {
				kernel.Gemm(true, ta, n, k, m, dy, n, c.In(0), a.Cols, add, db, b.Cols)
			} else {
				kernel.Gemm(!ta, false, k, n, m, c.In(0), a.Cols, dy, n, add, db, b.Cols)
			}
		}
	},
}

func (v Var) matMul(w Var, flags int) Var {
	a, b := v.Shape(), w.Shape()
	m, k, k2, n := a.Rows, a.Cols, b.Rows, b.Cols
	if flags&transA != 0 {
		m, k = k, m
	}
	if flags&transB != 0 {
		k2, n = n, k2
	}
	if k != k2 {
		panic(shapeError("MatMul", Shape{m, k}, Shape{k2, n}))
	}
	return matMulOp.Apply(v.t, Args{I: flags, J: k}, Shape{m, n}, v, w)
}

// MatMul returns the matrix product v·w of n×k and k×m.
func (v Var) MatMul(w Var) Var { return v.matMul(w, 0) }

// MatMulT returns v·wᵀ of n×k and m×k.
func (v Var) MatMulT(w Var) Var { return v.matMul(w, transB) }

// TMatMul returns vᵀ·w of k×n and k×m.
func (v Var) TMatMul(w Var) Var { return v.matMul(w, transA) }

// TMatMulT returns vᵀ·wᵀ of k×n and m×k.
func (v Var) TMatMulT(w Var) Var { return v.matMul(w, transA|transB) }
