package flow

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/rng"
)

// A fit is one call of Fit.
type fit struct {
	Settings
	model      *Transformed
	data, held Data // held.rows is nil if nothing is held out
	batch      Data
	observed   bool        // the data are rows of the model, not of its base
	pass       *pass       // over data in memory or of a stream
	noise      *rng.Source // of fresh samples and of dequantisation
	trainer    *trainer
	state      []*autodiff.Param // parameters that are not learned: running statistics, and constants

	average []float64 // of the parameters, if asked for
	sum     []float64 // of the gradients of a step's minibatches, if there are several

	result  Result
	loss    float64 // summed since the last record
	count   int
	skipped int         // in a row
	best    [][]float64 // numbers of the best record: learned, then those of state
	since   int         // records since the best
	saved   time.Time   // when the last checkpoint was written
	id      identity    // for checkpoints
}

func (f *fit) run(ctx context.Context) (*Result, error) {
	err := f.steps(ctx)
	switch {
	case f.best != nil:
		f.set(f.best)
	case f.average != nil:
		copy(f.trainer.vec.Data, f.average)
	}
	if f.best == nil {
		f.result.Best = f.result.Steps
	}
	if err == nil {
		err = f.unjudged()
	}
	if err != nil {
		return &f.result, fmt.Errorf("flow: Fit: step %d: %w", f.result.Steps, err)
	}
	return &f.result, nil
}

func (f *fit) steps(ctx context.Context) error {
	f.saved = time.Now()
	for step := f.result.Steps; step < f.Steps && !f.result.Stopped; step++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f.step(step); err != nil {
			return err
		}
		f.result.Steps = step + 1
		recorded := (step+1)%f.Every == 0 || step+1 == f.Steps
		if recorded {
			f.record(step + 1)
		}
		if f.due(recorded) {
			if err := f.save(); err != nil {
				return fmt.Errorf("checkpoint %s: %w", f.Checkpoint, err)
			}
		}
	}
	return nil
}

// nextBatch fills the batch and returns how many rows it has.
func (f *fit) nextBatch() (n int, err error) {
	if n = f.Batch; f.data.fresh != nil {
		f.data.fresh(f.batch.rows, f.batch.context, f.noise)
		if err = finite("fresh", f.batch.rows); err == nil && f.batch.context != nil {
			err = finite("fresh context", f.batch.context)
		}
	} else {
		n, err = f.pass.fill(&f.batch, n)
	}
	if f.batch.noise {
		f.batch.addNoise(n, rand.New(f.noise))
	}
	return n, err
}

// step takes one step of the optimizer.
func (f *fit) step(step int) error {
	loss, err := f.gradient()
	if err != nil {
		return err
	}
	t := f.trainer
	if f.ClipValue > 0 {
		kernel.Clamp(t.grad, t.grad, -f.ClipValue, f.ClipValue)
	}
	norm := t.norm()
	if finite := !math.IsNaN(loss-loss) && !math.IsNaN(norm-norm); !finite {
		f.result.Skipped++
		if f.skipped++; f.skipped >= f.MaxSkipped || f.result.Skipped == f.Steps {
			_, names := outline(f.model)
			return fmt.Errorf("%d steps in a row were not finite: loss %v, %s, %s", f.skipped, loss, t.culprit(names), f.firstBad())
		}
		return nil
	}
	f.skipped = 0
	f.loss += loss
	f.count++
	if f.Clip > 0 && norm > f.Clip {
		t.scale(f.Clip / norm)
	}
	f.Optimizer.Step(t.vec.Data, t.grad, f.Schedule.Rate(step, f.Steps))
	f.observe()
	if f.average != nil {
		kernel.Scale(f.average, f.average, f.Average)
		kernel.Axpy(f.average, t.vec.Data, 1-f.Average)
	}
	return nil
}

// gradient computes the gradient of a step and returns its loss: the means of
// the minibatches, each with the weight of its rows.
func (f *fit) gradient() (float64, error) {
	t := f.trainer
	if f.Accumulate == 1 {
		n, err := f.nextBatch()
		if err != nil {
			return 0, err
		}
		return t.gradient(n), nil
	}
	if f.sum == nil {
		f.sum = make([]float64, len(t.grad))
	}
	clear(f.sum)
	var loss, weight float64
	for range f.Accumulate {
		n, err := f.nextBatch()
		if err != nil {
			return 0, err
		}
		loss += float64(t.gradient(n) * t.weight)
		kernel.Axpy(f.sum, t.grad, t.weight)
		weight += t.weight
	}
	kernel.Scale(t.grad, f.sum, 1/weight)
	return loss / weight, nil
}

// observe shows the last minibatch, or as many of its rows as fit on a tape of
// reasonable size, to bijectors with running statistics.
func (f *fit) observe() {
	if !f.observed || len(bijector.Statistics(f.model.all)) == 0 {
		return
	}
	t := borrow()
	defer giveBack(t)
	y, c := f.batch.on(t, 0, min(f.trainer.rows, f.room()))
	bijector.Observe(f.model.given(c), y)
}

// record notes the state after so many steps, and stops if it is no use to go on.
func (f *fit) record(steps int) {
	r := Record{Step: steps, Steps: f.Steps, Loss: f.loss / float64(f.count), Validation: math.NaN(),
		GradNorm: f.trainer.lastNorm, Rate: f.Schedule.Rate(steps-1, f.Steps), Skipped: f.result.Skipped}
	f.loss, f.count = 0, 0
	f.result.Loss = r.Loss
	if f.held.rows != nil {
		f.judge(&r)
	}
	f.result.History = append(f.result.History, r)
	if f.Report != nil {
		f.Report(r)
	}
}

// judge sets the record's held-out NLL and keeps the parameters if they are the
// best so far: the averages, if there are any.
func (f *fit) judge(r *Record) {
	now := f.trainer.vec.Data
	if f.average != nil {
		now = append([]float64(nil), now...)
		copy(f.trainer.vec.Data, f.average)
	}
	r.Validation = f.model.nll(&f.held)
	f.result.Loss = f.leastLoss()
	if r.Validation < f.result.Loss {
		f.best = f.numbers()
		f.result.Loss, f.result.Best, f.since = r.Validation, r.Step, 0
	} else {
		f.since++
		f.result.Stopped = f.Patience > 0 && f.since >= f.Patience
	}
	copy(f.trainer.vec.Data, now)
}

// numbers returns copies of the learned numbers and those of state.
func (f *fit) numbers() [][]float64 {
	all := [][]float64{append([]float64(nil), f.trainer.vec.Data...)}
	for _, p := range f.state {
		all = append(all, append([]float64(nil), p.Data()...))
	}
	return all
}

// set undoes numbers.
func (f *fit) set(all [][]float64) {
	copy(f.trainer.vec.Data, all[0])
	for i, p := range f.state {
		copy(p.Data(), all[1+i])
	}
}

// leastLoss is the least held-out NLL of the records so far that is a number.
func (f *fit) leastLoss() float64 {
	best := math.Inf(1)
	for _, r := range f.result.History {
		if r.Validation < best {
			best = r.Validation
		}
	}
	return best
}

// unjudged says which held-out row has no density, if no record was better than
// infinitely bad.
func (f *fit) unjudged() error {
	if f.held.rows == nil || f.best != nil || f.result.Steps < f.Steps && !f.result.Stopped {
		return nil
	}
	m := f.model
	if f.held.context != nil {
		m = m.Given(f.held.context)
	}
	for i, lp := range m.LogProbs(nil, f.held.rows) {
		if row := f.held.rows.RawRowView(i); math.IsNaN(lp - lp) {
			return fmt.Errorf("the NLL of held-out rows was never finite: log p is %v for a row that begins with %v", lp, row[:min(4, len(row))])
		}
	}
	return fmt.Errorf("the NLL of held-out rows was never finite")
}

// nll returns the weighted mean NLL of data in memory.
func (m *Transformed) nll(d *Data) float64 {
	if d.context != nil {
		m = m.Given(d.context)
	}
	var sum, weight float64
	for i, lp := range m.LogProbs(nil, d.rows) {
		w := 1.0
		if d.weights != nil {
			w = d.weights[i]
		}
		sum -= float64(w * lp)
		weight += w
	}
	return sum / weight
}

// firstBad names the first bijector, on the way of the last minibatch from
// data to base, whose result or log-determinant is not finite.
func (f *fit) firstBad() string {
	if !f.observed {
		return "on the way from base to data"
	}
	t := borrow()
	defer giveBack(t)
	y, c := f.batch.on(t, 0, f.trainer.rows)
	for i := len(f.model.Map) - 1; i >= 0; i-- {
		b := bijector.Given(f.model.Map[i], c)
		x, ildj := b.Inverse(y), b.ILDJ(y)
		if !x.Finite() || !ildj.Finite() {
			return fmt.Sprintf("first in bijector %d, %T", i, f.model.Map[i])
		}
		y = x
	}
	return "first in the base or behind it"
}
