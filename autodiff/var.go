package autodiff

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// A Var is a matrix on a tape. It is a small value, to be copied freely.
type Var struct {
	t   *Tape
	id  int32
	gen uint32
}

func (v Var) node(what string) *node {
	if v.t == nil {
		panic("autodiff: " + what + ": got a zero Var, want one made by a tape")
	}
	if v.gen != v.t.gen {
		panic("autodiff: " + what + ": got a Var from before its tape's Reset, want one recorded since")
	}
	return &v.t.nodes[v.id]
}

// Tape returns the tape of v.
func (v Var) Tape() *Tape { return v.t }

// Dims returns the number of rows and of columns.
func (v Var) Dims() (rows, cols int) { n := v.node("Dims"); return n.rows, n.cols }

// Rows returns the number of rows.
func (v Var) Rows() int { return v.node("Rows").rows }

// Cols returns the number of columns.
func (v Var) Cols() int { return v.node("Cols").cols }

// Data returns the values, row by row: to be read only, until the tape is reset.
func (v Var) Data() []float64 { return v.node("Data").val }

// At returns the value in row i and column j.
func (v Var) At(i, j int) float64 { n := v.node("At"); return n.val[i*n.cols+j] }

// Value returns the value of a 1×1 Var. It panics for any other shape.
func (v Var) Value() float64 {
	n := v.node("Value")
	if n.rows != 1 || n.cols != 1 {
		panic(fmt.Sprintf("autodiff: Value: got %d×%d, want 1×1", n.rows, n.cols))
	}
	return n.val[0]
}

// Dense returns the values as a matrix of their own.
func (v Var) Dense() *mat.Dense {
	n := v.node("Dense")
	return mat.NewDense(n.rows, n.cols, append([]float64(nil), n.val...))
}

// Grad returns the gradient of the last Backward's loss with respect to a
// variable, row by row: nil if the loss does not depend on it. Of
// intermediate results it is unspecified.
func (v Var) Grad() []float64 { return v.node("Grad").grad }

// Constant reports whether no gradient flows to v.
func (v Var) Constant() bool { return !v.node("Constant").needs }

// Finite reports whether all values are finite.
func (v Var) Finite() bool {
	for _, x := range v.node("Finite").val {
		if math.IsNaN(x - x) {
			return false
		}
	}
	return true
}
