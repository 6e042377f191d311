package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// FillTriangular maps n(n+1)/2 numbers to a triangular n×n matrix, row by row, with
// zeros in the other triangle:
//
//	1 2 3 4 5 6  →  4 0 0      or, upper,  1 2 3
//	                6 5 0                  0 5 6
//	                3 2 1                  0 0 4
//
// The order is TensorFlow Probability's. The log-determinant is 0: that between
// the numbers and the triangle. Both directions cost O(n²) a row.
type FillTriangular struct {
	N     int  // n
	Upper bool // fills the upper triangle instead of the lower

	at []int // where number k of the row goes
}

// NewFillTriangular returns the map to the lower triangle of n×n matrices. It
// panics if n is not positive.
func NewFillTriangular(n int) *FillTriangular {
	f := &FillTriangular{N: n}
	must(f.Restore())
	return f
}

// NewFillUpperTriangular is like [NewFillTriangular] for the upper triangle.
func NewFillUpperTriangular(n int) *FillTriangular {
	f := &FillTriangular{N: n, Upper: true}
	must(f.Restore())
	return f
}

// Restore checks n and computes the places: of a list of the numbers' indices, and
// the same once more from the last to the first, without n of them, the matrix
// reads n² in rows and keeps those of its triangle.
func (f *FillTriangular) Restore() error {
	n := f.N
	if n <= 0 || n > maxSide {
		return fmt.Errorf("bijector: FillTriangular: got %d rows, want 1 to %d", n, maxSide)
	}
	m := n * (n + 1) / 2
	f.at = make([]int, m)
	for i := range n {
		for j := range n {
			switch place := i*n + j; {
			case f.Upper && j >= i && place < m:
				f.at[place] = place
			case f.Upper && j >= i:
				f.at[2*m-1-place] = place
			case !f.Upper && j <= i && place < m-n:
				f.at[place+n] = place
			case !f.Upper && j <= i:
				f.at[2*m-n-1-place] = place
			}
		}
	}
	return nil
}

// Forward returns the matrices, n×n(n+1)/2 → n×n².
func (f *FillTriangular) Forward(x autodiff.Var) autodiff.Var {
	wantCols("FillTriangular", x, len(f.at))
	return x.Tape().Zeros(x.Rows(), f.N*f.N).Replace(f.at, x)
}

// Inverse returns the numbers of the triangle.
func (f *FillTriangular) Inverse(y autodiff.Var) autodiff.Var {
	wantCols("FillTriangular", y, f.N*f.N)
	return y.Gather(f.at)
}

// ILDJ returns 0.
func (f *FillTriangular) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }

// FLDJ returns 0.
func (f *FillTriangular) FLDJ(x autodiff.Var) autodiff.Var { return zero(x) }
