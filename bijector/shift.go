package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Shift adds constants, fixed or learned:
//
//	y = x + b,  log|det| = 0
//
// Domain and range are Rᵈ. On a circle, whose density it would move past the end, [CircularShift] turns instead.
// Both directions cost O(d) a row.
type Shift struct {
	By autodiff.Value // b: a scalar, or one value per column
}

// NewShift returns a shift by a scalar, or one value per column. It panics if the value is empty.
func NewShift(by autodiff.Value) *Shift {
	s := &Shift{By: by}
	must(s.Restore())
	return s
}

// Restore checks the fields.
func (s *Shift) Restore() error {
	if s.By.IsZero() {
		return fmt.Errorf("bijector: Shift: got an empty Value, want Fixed or Learned numbers")
	}
	return checkRow("Shift", s.By)
}

// Forward returns x + b.
func (s *Shift) Forward(x autodiff.Var) autodiff.Var { return x.Add(row("bijector: Shift", s.By, x)) }

// Inverse returns y − b.
func (s *Shift) Inverse(y autodiff.Var) autodiff.Var { return y.Sub(row("bijector: Shift", s.By, y)) }

// ILDJ returns 0.
func (s *Shift) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }
