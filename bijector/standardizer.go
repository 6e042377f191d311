package bijector

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// Standardizer scales and shifts columns by constants that it takes from data,
// so that the maps before it see columns of mean 0 and variance 1:
//
//	y = Scale·x + Shift
//
// It is the last bijector of a flow, or the first that data meet. Initialize
// sets Shift and Scale to the columns' means and standard deviations, 1 for a
// column whose values are all the same; until then it is the identity. Both
// directions cost O(d) a row.
type Standardizer struct {
	Shift, Scale *autodiff.Param // 1×d, frozen
	Initialized  bool
}

// NewStandardizer returns a standardizer of d columns. It panics if d is not
// positive.
func NewStandardizer(d int) *Standardizer {
	s := &Standardizer{Shift: autodiff.NewParam(1, d, nil), Scale: autodiff.NewParam(1, d, nil)}
	for j := range d {
		s.Scale.Data()[j] = 1
	}
	s.Shift.Freeze(true)
	s.Scale.Freeze(true)
	return s
}

// Restore checks the fields.
func (s *Standardizer) Restore() error {
	if s.Scale == nil || s.Shift == nil {
		return fmt.Errorf("bijector: Standardizer: got no scale or no shift, want both")
	}
	if err := checkDims("Standardizer: shift", s.Shift, 1, s.Scale.Len()); err != nil {
		return err
	}
	for j, v := range s.Scale.Data() {
		if !(v > 0) {
			return fmt.Errorf("bijector: Standardizer: got scale %v for column %d, want a positive number", v, j)
		}
	}
	return nil
}

// Initialize sets the constants from the rows of y, once.
func (s *Standardizer) Initialize(y autodiff.Var) {
	s.start(moments("Standardizer", y, s.Scale.Len()))
}

// InitializeInput sets the constants from the rows of x, once, so that y has mean 0 and variance 1.
func (s *Standardizer) InitializeInput(x autodiff.Var) {
	mean, sd := moments("Standardizer", x, s.Scale.Len())
	turn(mean, sd)
	s.start(mean, sd)
}

func (s *Standardizer) initialized() bool { return s.Initialized }

// start sets the constants, once.
func (s *Standardizer) start(mean, sd []float64) {
	if s.Initialized {
		return
	}
	s.Shift.Set(mean)
	s.Scale.Set(sd)
	s.Initialized = true
}

// Forward returns Scale·x + Shift.
func (s *Standardizer) Forward(x autodiff.Var) autodiff.Var {
	wantCols("Standardizer", x, s.Scale.Len())
	t := x.Tape()
	return x.Mul(t.Use(s.Scale)).Add(t.Use(s.Shift))
}

// Inverse returns (y − Shift)/Scale.
func (s *Standardizer) Inverse(y autodiff.Var) autodiff.Var {
	wantCols("Standardizer", y, s.Scale.Len())
	t := y.Tape()
	return y.Sub(t.Use(s.Shift)).Div(t.Use(s.Scale))
}

// ILDJ returns −Σ log Scale, 1×1.
func (s *Standardizer) ILDJ(y autodiff.Var) autodiff.Var {
	return y.Tape().Use(s.Scale).Log().RowSum().Neg()
}
