package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// FillTriangular maps n(n+1)/2 elements to a triangular n×n matrix, row by row, with
// zeros in the other triangle:
//
//	1 2 3 4 5 6  →  4 0 0      or, upper,  1 2 3
//	                6 5 0                  0 5 6
//	                3 2 1                  0 0 4
//
// The order is TensorFlow Probability's. The log-determinant is 0: that between
// the elements and the triangle. Both directions cost O(n²) a row.
type FillTriangular struct {
	N     int  // n
	Upper bool // fills the upper triangle instead of the lower
}

// NewFillTriangular returns the map to the lower triangle of n×n matrices. It
// panics if n is not positive.
func NewFillTriangular(n int) *FillTriangular {
	f := &FillTriangular{N: n}
	must(f.Restore())
	return f
}

// NewFillUpperTriangular is like [NewFillTriangular] for the upper triangle. It panics as that does.
func NewFillUpperTriangular(n int) *FillTriangular {
	f := &FillTriangular{N: n, Upper: true}
	must(f.Restore())
	return f
}

// Restore checks n.
func (f *FillTriangular) Restore() error {
	if f.N <= 0 || f.N > maxSide {
		return fmt.Errorf("bijector: FillTriangular: got %d rows, want 1 to %d", f.N, maxSide)
	}
	return nil
}

func (f *FillTriangular) shape() triangleShape {
	if f.Upper {
		return upperTriangle
	}
	return lowerTriangle
}

// Forward returns the matrices, n×n(n+1)/2 → n×n².
func (f *FillTriangular) Forward(x autodiff.Var) autodiff.Var {
	wantCols("FillTriangular", x, f.N*(f.N+1)/2)
	return fill(x, f.N, f.shape())
}

// Inverse returns the elements of the triangle.
func (f *FillTriangular) Inverse(y autodiff.Var) autodiff.Var {
	wantCols("FillTriangular", y, f.N*f.N)
	return unfill(y, f.N, f.shape())
}

// ILDJ returns 0.
func (f *FillTriangular) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }
