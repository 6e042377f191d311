package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// CircularShift turns the circle [−Bound, Bound), whose ends are one point:
//
//	y = x + b − 2·Bound·n  with the whole n that brings y there,  log|det| = 0
//
// It is a bijection of the circle, and is the identity outside of [−Bound, Bound]; as a map of the line it
// jumps where y passes the end. Turns between circular splines, see [CircularTails], let other points
// than ±Bound stay in their place. Both directions cost O(d) a row.
//
// Danilo Jimenez Rezende et al., Normalizing Flows on Tori and Spheres, 2020, arXiv:2002.02428.
type CircularShift struct {
	By    autodiff.Value // b: a scalar, or one value per column
	Bound float64        // 0 is π
}

// NewCircularShift returns a turn of [−bound, bound) by a scalar, or one value per column. It panics if the value is empty, or the
// bound is not 0, which is π, nor positive.
func NewCircularShift(by autodiff.Value, bound float64) *CircularShift {
	s := &CircularShift{By: by, Bound: bound}
	must(s.Restore())
	return s
}

// Restore checks the fields.
func (s *CircularShift) Restore() error {
	if s.By.IsZero() {
		return fmt.Errorf("bijector: CircularShift: got an empty Value, want Fixed or Learned numbers")
	}
	if err := checkCircle("CircularShift", s.Bound); err != nil {
		return err
	}
	return checkRow("CircularShift", s.By)
}

// checkCircle returns what is wrong with the bound of a circle, 0 being π.
func checkCircle(what string, bound float64) error {
	if !(bound == 0 || bound >= 1e-3 && bound <= 1e6) {
		return fmt.Errorf("bijector: %s: got bound %v, want 0.001 to 1e+06", what, bound)
	}
	return nil
}

// Forward returns x + b on the circle.
func (s *CircularShift) Forward(x autodiff.Var) autodiff.Var {
	return turned(x, row("bijector: CircularShift", s.By, x), orDefault(s.Bound, math.Pi))
}

// Inverse returns y − b on the circle.
func (s *CircularShift) Inverse(y autodiff.Var) autodiff.Var {
	return turned(y, row("bijector: CircularShift", s.By, y).Neg(), orDefault(s.Bound, math.Pi))
}

// ILDJ returns 0.
func (s *CircularShift) ILDJ(y autodiff.Var) autodiff.Var { return zero(y) }

// turned returns x + by on the circle [−bound, bound), and x outside of it.
func turned(x, by autodiff.Var, bound float64) autodiff.Var {
	y := x.Add(by)
	y = y.Sub(turnsOp.Apply(nil, autodiff.Args{A: bound}, y.Shape(), y)).Clamp(-bound, bound)
	return autodiff.Where(x.Abs().Greater(x.Tape().Scalar(bound)), x, y)
}
