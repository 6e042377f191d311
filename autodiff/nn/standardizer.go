package nn

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Standardizer is a network without weights that gives columns mean 0 and
// variance 1 and clips outliers:
//
//	clip((x − Shift)/Scale, −Clip, Clip)
//
// It comes before networks that see a context, whose values may have any
// scale, see bijector.Embedded. Initialize sets Shift and Scale from data; until then it is
// the identity. It costs a few operations per value.
type Standardizer struct {
	Shift, Scale *autodiff.Param // 1×d, frozen
	Clip         float64
	Initialized  bool
}

// NewStandardizer returns a standardizer of d columns that clips at 8 deviations.
// It panics if d is not positive.
func NewStandardizer(d int) *Standardizer {
	s := &Standardizer{Shift: autodiff.NewParam(1, d, nil), Scale: autodiff.NewParam(1, d, nil), Clip: 8}
	for j := range d {
		s.Scale.Data()[j] = 1
	}
	s.Shift.Freeze(true)
	s.Scale.Freeze(true)
	return s
}

// Restore checks the fields.
func (s *Standardizer) Restore() error {
	if s.Shift == nil || s.Scale == nil || !(s.Clip > 0) {
		return fmt.Errorf("nn: Standardizer: got shift %v, scale %v and clip %v, want all, clip positive", s.Shift != nil, s.Scale != nil, s.Clip)
	}
	rows, d := s.Shift.Dims()
	if r, c := s.Scale.Dims(); rows != 1 || r != 1 || c != d {
		return fmt.Errorf("nn: Standardizer: got shift of %d×%d and scale of %d×%d, want rows of one width", rows, d, r, c)
	}
	for j, v := range s.Scale.Data() {
		if !(v > 0) || math.IsInf(v, 1) || math.IsNaN(s.Shift.Data()[j]-s.Shift.Data()[j]) {
			return fmt.Errorf("nn: Standardizer: got shift %v and scale %v for column %d, want finite numbers, scale positive", s.Shift.Data()[j], v, j)
		}
	}
	return nil
}

// In returns the number of columns.
func (s *Standardizer) In() int { return s.Scale.Len() }

// Out returns the number of columns.
func (s *Standardizer) Out() int { return s.Scale.Len() }

// Initialize sets shift and scale to the columns' means and standard deviations, 1
// for a column whose values are all the same. A second call does nothing.
func (s *Standardizer) Initialize(x autodiff.Var) {
	if s.Initialized {
		return
	}
	s.check(x)
	mean, sd := kernel.Moments(x.Data(), x.Rows(), s.In())
	for j, v := range sd {
		if !(v > 0) {
			sd[j] = 1
		}
	}
	s.Shift.Set(mean)
	s.Scale.Set(sd)
	s.Initialized = true
}

// Apply returns the standardised rows. It panics if x has another width.
func (s *Standardizer) Apply(x autodiff.Var) autodiff.Var {
	s.check(x)
	if !s.Initialized {
		return x
	}
	t := x.Tape()
	return x.Sub(t.Use(s.Shift)).Div(t.Use(s.Scale)).Clamp(-s.Clip, s.Clip)
}

func (s *Standardizer) check(x autodiff.Var) {
	if x.Cols() != s.In() {
		panic(fmt.Sprintf("nn: Standardizer: got %d columns, want %d", x.Cols(), s.In()))
	}
}
