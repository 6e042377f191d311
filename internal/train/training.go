package train

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"time"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/internal/kernel"
)

// Config is how a [Training] goes. There are no defaults.
type Config struct {
	Steps     int // of the optimizer, at most
	Schedule  optim.Schedule
	Optimizer optim.Optimizer
	Clip      float64 // bound of the gradient's norm; none unless positive
	ClipValue float64 // bound of each value of the gradient; none unless positive
	Average   float64 // decay of the moving average of the parameters; none unless positive
	Decay     float64 // of Decayed: each step multiplies them by 1 − rate·Decay
	Decayed   []*autodiff.Param

	Every      int               // steps from one record to the next
	Patience   int               // records without a better one after which training stops; no limit unless positive
	MaxSkipped int               // steps in a row that may be skipped
	Report     func(Record)      // is shown every record; or nil
	Overfit    func(Record) bool // reports after a record that patience has ended; or nil
	Futile     func(Record) bool // reports after a record that training is to stop; or nil

	Checkpoint      string        // file; none if empty
	CheckpointSteps int           // steps between writes
	CheckpointTime  time.Duration // time between writes; both 0 is with every record
	ReadOnly        bool          // another machine writes the file
}

// A Record is the state of a training after a step.
type Record struct {
	Step, Steps int     // done so far, and at most
	Loss        float64 // mean over the steps since the last record
	Validation  float64 // held-out loss; NaN if there is none
	GradNorm    float64 // of the last step, before clipping
	Rate        float64 // of the last step
	Skipped     int     // steps skipped so far
}

// A Result tells how a training went.
type Result struct {
	Steps   int      // done
	Skipped int      // of them, for a loss or gradient that was not finite
	Loss    float64  // held out, at the best record, else of the last record
	Best    int      // the step whose parameters are the result
	Stopped bool     // early, for want of improvement
	Resumed int      // the step of the checkpoint from which training went on
	History []Record // oldest first
}

// A Training minimises an objective by the steps of an optimizer.
type Training struct {
	Config
	Objective Objective
	State     []*autodiff.Param                             // what else changes, such as running statistics: kept with the parameters
	Identity  Identity                                      // for checkpoints
	Observe   func()                                        // is called after every step that is not skipped; or nil
	Validate  func() float64                                // returns the held-out loss; nil if nothing is held out
	Explain   func(grad []float64, gradNorm float64) string // says where a loss or gradient that is not finite comes from
	Result    Result
	Unsaved   error // of the last checkpoint that could not be written, though a later one could

	average  []float64 // of the parameters, if asked for
	loss     float64   // summed since the last record
	count    int
	gradNorm float64
	skipped  int         // in a row
	best     [][]float64 // values of the best record: learned, then those of State
	since    int         // records since the best
	cooling  cooling     // once patience has ended
	saved    time.Time   // when the last checkpoint was written
	file     fs.FileInfo // of the last checkpoint read or written
}

// Begin prepares the first step, or goes on from the checkpoint if there is one.
func (t *Training) Begin() error {
	if t.Average > 0 {
		t.average = append([]float64(nil), t.params()...)
	}
	if t.Checkpoint == "" {
		return nil
	}
	err := t.resume()
	if !t.ReadOnly {
		removeStale(t.Checkpoint)
		err = errors.Join(err, writable(t.Checkpoint))
	}
	if err != nil {
		return fmt.Errorf("checkpoint %s: %w", t.Checkpoint, err)
	}
	return nil
}

func (t *Training) params() []float64 { return t.Objective.Params().Data }

// Run takes the steps that are left. Whether there is an error or not, the
// parameters in the end are those of the best record, the average, or the last.
func (t *Training) Run(ctx context.Context) error {
	err := t.steps(ctx)
	switch {
	case t.best != nil:
		t.set(t.best)
	case t.average != nil:
		copy(t.params(), t.average)
	}
	if t.best == nil {
		t.Result.Best = t.Result.Steps
	}
	return err
}

func (t *Training) steps(ctx context.Context) error {
	t.saved = time.Now()
	if t.Result.Steps == 0 && t.Validate != nil {
		t.begin()
	}
	for step := t.Result.Steps; step < t.Steps && !t.Result.Stopped; step++ {
		if err := ctx.Err(); err != nil {
			return t.leave(err)
		}
		if err := t.Step(step); err != nil {
			return err
		}
		t.Result.Steps = step + 1
		recorded := (step+1)%t.Every == 0 || step+1 == t.Steps || step+1 == t.cooling.End
		if recorded {
			t.record(step + 1)
		}
		if t.due(recorded) {
			last := t.Result.Stopped || step+1 == t.Steps
			if err := t.save(); err != nil && (last || errors.Is(err, errShared)) {
				return fmt.Errorf("checkpoint %s: %w", t.Checkpoint, err)
			} else if err != nil {
				t.Unsaved = fmt.Errorf("checkpoint %s: after step %d: %w", t.Checkpoint, step+1, err)
			}
		}
	}
	return nil
}

// errShared says that a checkpoint has been written by another training.
var errShared = errors.New("another training has written it meanwhile: give each a file of its own")

// leave writes the checkpoint if it is out of date.
func (t *Training) leave(cause error) error {
	if t.Checkpoint == "" || t.ReadOnly || t.Result.Steps == 0 {
		return cause
	}
	if err := t.save(); err != nil {
		return fmt.Errorf("%w; checkpoint %s: %w", cause, t.Checkpoint, err)
	}
	return cause
}

// Step takes one step of the optimizer.
func (t *Training) Step(step int) error {
	loss, grad, err := t.Objective.Next()
	if err != nil {
		return err
	}
	if t.ClipValue > 0 {
		kernel.Clamp(grad, grad, -t.ClipValue, t.ClipValue)
	}
	t.gradNorm = math.Sqrt(kernel.Dot(grad, grad))
	if math.IsNaN(loss-loss) || math.IsNaN(t.gradNorm-t.gradNorm) {
		return t.skip(loss, grad)
	}
	t.skipped = 0
	t.loss += loss
	t.count++
	if t.Clip > 0 && t.gradNorm > t.Clip {
		kernel.Scale(grad, grad, t.Clip/t.gradNorm)
	}
	rate := t.rate(step)
	t.Optimizer.Step(t.params(), grad, rate)
	if keep := max(1-float64(rate*t.Decay), 0); keep < 1 {
		for _, p := range t.Decayed {
			kernel.Scale(p.Data(), p.Data(), keep)
		}
	}
	if t.Observe != nil {
		t.Observe()
	}
	if t.average != nil {
		kernel.Scale(t.average, t.average, t.Average)
		kernel.Axpy(t.average, t.params(), 1-t.Average)
	}
	return nil
}

// skip counts a step without effect, and returns an error if they are too many.
func (t *Training) skip(loss float64, grad []float64) error {
	t.Result.Skipped++
	if t.skipped++; t.skipped < t.MaxSkipped && t.Result.Skipped < t.Steps {
		return nil
	}
	return fmt.Errorf("%d steps in a row were not finite: loss %v, %s", t.skipped, loss, t.Explain(grad, t.gradNorm))
}

// record notes the state after so many steps, and stops if there is no use in going on.
func (t *Training) record(steps int) {
	r := Record{Step: steps, Steps: t.Steps, Loss: t.loss / float64(t.count), Validation: math.NaN(),
		GradNorm: t.gradNorm, Rate: t.rate(steps - 1), Skipped: t.Result.Skipped}
	t.loss, t.count = 0, 0
	t.Result.Loss = r.Loss
	if t.Validate != nil {
		t.judge(&r)
		t.cool(&r)
	}
	if t.Futile != nil && t.Futile(r) {
		t.Result.Stopped = true
	}
	t.Result.History = append(t.Result.History, r)
	if t.Report != nil {
		t.Report(r)
	}
}
