package bijector

import "github.com/normflow/normflow/autodiff"

// A triangleShape is a part of an n×n matrix that the elements of a row fill in TensorFlow
// Probability's order.
type triangleShape int

const (
	lowerTriangle triangleShape = iota
	upperTriangle
	strictlyLower // the lower triangle of n−1 rows, one row further down
)

// size returns how many elements fill the part.
func (s triangleShape) size(n int) int {
	if s == strictlyLower {
		n--
	}
	return n * (n + 1) / 2
}

// source returns the index of the element in row i and column j, −1 for none. The matrix
// reads its n² elements row by row from a list, and keeps those of its triangle. The list holds
// all elements, of a lower triangle without the first n, and then all elements from last to
// first.
func (s triangleShape) source(n, i, j int) int {
	if s == strictlyLower {
		n, i = n-1, i-1
	}
	m, at := n*(n+1)/2, i*n+j
	switch {
	case s == upperTriangle && j < i, s != upperTriangle && j > i:
		return -1
	case s != upperTriangle:
		at += n
	}
	if at < m {
		return at
	}
	return 2*m - 1 - at
}

// each calls f for every matrix and element: element k of the row goes to index at.
func (s triangleShape) each(rows, n int, f func(k, at int)) {
	size := s.size(n)
	for i := range n {
		for j := range n {
			if k := s.source(n, i, j); k >= 0 {
				for r := range rows {
					f(r*size+k, (r*n+i)*n+j)
				}
			}
		}
	}
}

// fillOp fills matrices with the elements of rows, zeros elsewhere; unfillOp is its
// inverse. Args.I is n and Args.J the shape.
var (
	fillOp = &autodiff.Op{
		Name: "bijector.Fill",
		Forward: func(c *autodiff.Call) {
			x, y := c.In(0), c.Out(0)
			clear(y)
			triangleShape(c.Args().J).each(c.InShape(0).Rows, c.Args().I, func(k, at int) { y[at] = x[k] })
		},
		Backward: func(c *autodiff.Call) {
			dx, dy := c.InGrad(0), c.OutGrad(0)
			triangleShape(c.Args().J).each(c.InShape(0).Rows, c.Args().I, func(k, at int) { dx[k] += dy[at] })
		},
	}
	unfillOp = &autodiff.Op{
		Name: "bijector.Unfill",
		Forward: func(c *autodiff.Call) {
			x, y := c.In(0), c.Out(0)
			triangleShape(c.Args().J).each(c.InShape(0).Rows, c.Args().I, func(k, at int) { y[k] = x[at] })
		},
		Backward: func(c *autodiff.Call) {
			dx, dy := c.InGrad(0), c.OutGrad(0)
			triangleShape(c.Args().J).each(c.InShape(0).Rows, c.Args().I, func(k, at int) { dx[at] += dy[k] })
		},
	}
)

// fill returns the n×n matrices filled with the rows of x.
func fill(x autodiff.Var, n int, s triangleShape) autodiff.Var {
	return fillOp.Apply(nil, autodiff.Args{I: n, J: int(s)}, autodiff.Shape{Rows: x.Rows(), Cols: n * n}, x)
}

// unfill returns the elements that fill the matrices of y.
func unfill(y autodiff.Var, n int, s triangleShape) autodiff.Var {
	return unfillOp.Apply(nil, autodiff.Args{I: n, J: int(s)}, autodiff.Shape{Rows: y.Rows(), Cols: s.size(n)}, y)
}
