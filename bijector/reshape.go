package bijector

import (
	"fmt"
	"slices"

	"github.com/normflow/normflow/autodiff"
)

// Reshape says that a row, read as an array of one shape, last index fastest, is from
// now on read as one of another. The elements stay where they are and the
// log-determinant is 0: it checks the number of columns and documents.
type Reshape struct{ From, To []int }

// NewReshape returns the map between the shapes. It panics if they do not hold
// equally many elements.
func NewReshape(from, to []int) *Reshape {
	r := &Reshape{From: slices.Clone(from), To: slices.Clone(to)}
	must(r.Restore())
	return r
}

// Restore checks the shapes.
func (r *Reshape) Restore() error {
	if n := volume(r.From); n <= 0 || n != volume(r.To) {
		return fmt.Errorf("bijector: Reshape: got the shapes %v and %v, want equally many numbers", r.From, r.To)
	}
	return nil
}

// volume returns the product of the extents, or −1 if one is not positive or
// the product does not fit.
func volume(shape []int) int {
	n := 1
	for _, d := range shape {
		if d <= 0 || n > 1<<30/d {
			return -1
		}
		n *= d
	}
	return n
}

// Forward returns x.
func (r *Reshape) Forward(x autodiff.Var) autodiff.Var {
	wantCols("Reshape", x, volume(r.From))
	return x
}

// Inverse returns y.
func (r *Reshape) Inverse(y autodiff.Var) autodiff.Var { return r.Forward(y) }

// ILDJ returns 0.
func (r *Reshape) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }
