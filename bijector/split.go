package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Split cuts a row into parts of the given widths. As rows are the only
// vectors there are, y is x: a row of the parts side by side, which Parts
// takes apart. Its log-determinant is 0.
type Split struct{ Widths []int }

// NewSplit returns the cut. It panics if there are no widths, or one is not positive.
func NewSplit(widths ...int) *Split {
	s := &Split{Widths: append([]int(nil), widths...)}
	must(s.Restore())
	return s
}

// Restore checks the widths.
func (s *Split) Restore() error {
	for _, w := range s.Widths {
		if w <= 0 {
			return fmt.Errorf("bijector: Split: got width %d, want positive ones", w)
		}
	}
	if len(s.Widths) == 0 {
		return fmt.Errorf("bijector: Split: got no widths, want at least one")
	}
	return nil
}

// Parts returns the parts of the rows of y.
func (s *Split) Parts(y autodiff.Var) []autodiff.Var {
	s.check(y)
	parts, at := make([]autodiff.Var, len(s.Widths)), 0
	for i, w := range s.Widths {
		parts[i] = y.Slice(at, at+w)
		at += w
	}
	return parts
}

func (s *Split) check(x autodiff.Var) autodiff.Var {
	d := 0
	for _, w := range s.Widths {
		d += w
	}
	wantCols("Split", x, d)
	return x
}

// Forward returns x.
func (s *Split) Forward(x autodiff.Var) autodiff.Var { return s.check(x) }

// Inverse returns y.
func (s *Split) Inverse(y autodiff.Var) autodiff.Var { return s.check(y) }

// ILDJ returns 0.
func (s *Split) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }
