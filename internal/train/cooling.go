package train

import (
	"math"

	"github.com/normflow/normflow/internal/special"
)

// A cooling is the last part of a training whose patience has ended: from the
// parameters of the best record on, at rates that fall from that record's to 0.
type cooling struct {
	Start, End int     // steps
	Rate       float64 // at the start
}

// rate returns the learning rate of a step.
func (t *Training) rate(step int) float64 {
	c := t.cooling
	if c.End == 0 || step < c.Start {
		return t.Schedule.Rate(step, t.Steps)
	}
	return c.Rate * 0.5 * (1 + special.Cos(math.Pi*float64(step-c.Start)/float64(c.End-c.Start)))
}

// cool begins the cooling when patience ends after a record, and ends the training when it is over, or overfits again. It takes as
// long as patience does, or half of the steps to the best record if these are fewer; schedules that
// have come down already need none.
func (t *Training) cool(r *Record) {
	overfit := t.Overfit != nil && t.Overfit(*r)
	switch c := &t.cooling; {
	case c.End > 0:
		t.Result.Stopped = overfit || r.Step >= c.End
	case t.Patience > 0 && (overfit || t.since >= t.Patience):
		rate := t.Schedule.Rate(max(t.Result.Best-1, 0), t.Steps)
		n := min(t.Patience*t.Every, t.Result.Best/2, t.Steps-r.Step)
		if t.best == nil || n < t.Every || rate <= 0 {
			t.Result.Stopped = true
			return
		}
		*c = cooling{Start: r.Step, End: r.Step + n, Rate: rate}
		t.set(t.best)
		if t.average != nil {
			copy(t.average, t.params())
		}
	}
}
