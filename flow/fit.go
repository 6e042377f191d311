package flow

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/train"
)

// Fit changes the parameters of m that are not frozen so that the data become likely:
// it minimises the mean negative log-likelihood
//
//	NLL = −Σᵢ wᵢ·log p(yᵢ) / Σᵢ wᵢ
//
// over minibatches. nil settings are the defaults. Bijectors with
// data-dependent parameters are initialised from the data first, and those
// with running statistics are shown every minibatch after its step.
//
// Where a log-determinant is dear, the loss has an unbiased estimate of it, see [bijector.Estimator]; held-out rows are scored exactly.
//
// The same data, settings and initial parameters give the same bits, on any
// number of cores. All cores are used where the model is large enough to gain.
//
// Bad data or settings, and a model with nothing to learn, are errors before the model is changed.
// A loss or gradient that is not finite never reaches the parameters: the step is skipped, and
// after Settings.MaxSkipped in a row Fit returns an error; so it does if held-out rows never have a
// finite NLL. When ctx is done, Fit returns its error. In both cases the model keeps the best
// parameters so far, and the Result tells how far it got.
func Fit(ctx context.Context, m *Transformed, data Data, s *Settings) (*Result, error) {
	checkCall("Fit", ctx, m)
	return run(ctx, "Fit", m, data, m.dim, s, job{loss: likelihood(m.estimated())})
}

// checkCall panics unless there are a context and a model.
func checkCall(what string, ctx context.Context, m *Transformed) {
	if ctx == nil {
		panic("flow: " + what + ": got no context.Context, want one such as context.Background()")
	}
	if m == nil {
		panic("flow: " + what + ": got no model, want one of New or of a preset")
	}
}

// run trains on behalf of what with data of dim columns: rows of the model's base if there is a target.
func run(ctx context.Context, what string, m *Transformed, data Data, dim int, s *Settings, j job) (*Result, error) {
	if err := data.check(m, dim); err != nil {
		return new(Result), fmt.Errorf("flow: %s: %w", what, err)
	}
	release, err := m.claim()
	if err != nil {
		return new(Result), fmt.Errorf("flow: %s: %w", what, err)
	}
	defer release()
	f, err := newFit(ctx, m, data, s, j)
	if err != nil {
		return new(Result), fmt.Errorf("flow: %s: %w", what, err)
	}
	defer f.batches.Close()
	t := f.training
	if err = t.Run(ctx); err == nil {
		err = f.unjudged()
	}
	if err != nil {
		err = fmt.Errorf("flow: %s: step %d: %w", what, t.Result.Steps, err)
	}
	if t.Unsaved != nil {
		f.warnings = append(f.warnings, t.Unsaved.Error())
	}
	if err != nil || f.refit == nil {
		return f.result(err), err
	}
	f.refit.back(f)
	r := f.result(nil)
	if err := f.refit.all(f); err != nil {
		return r, fmt.Errorf("flow: %s: %w", what, err)
	}
	return r, nil
}

// result tells how the training went, and what the rows or weights say of the model if it went well.
func (f *fit) result(err error) *Result {
	t := f.training.Result
	r := &Result{Steps: t.Steps, Skipped: t.Skipped, Loss: t.Loss, Best: t.Best, Stopped: t.Stopped, Resumed: t.Resumed, Warnings: f.warnings}
	for _, h := range t.History {
		r.History = append(r.History, Record(h))
	}
	if err != nil {
		return r
	}
	if f.target != nil {
		f.weigh(r)
	} else if f.held != nil {
		f.judge(r)
	}
	return r
}

// newFit prepares a training and, if there is a checkpoint, goes on from it.
func newFit(ctx context.Context, m *Transformed, data Data, s *Settings, j job) (*fit, error) {
	c, err := s.withDefaults(data.source.Len())
	if err != nil {
		return nil, err
	}
	if (s == nil || s.Average == 0) && len(m.statistics()) > 0 {
		c.Average = 0 // running statistics are of the parameters, not of their average
	}
	f := &fit{Settings: c, job: j, model: m, data: data}
	src := rng.New(c.Seed)
	if err := f.holdOut(src); err != nil {
		return nil, err
	}
	f.setDecay(s)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := f.prepare(ctx, src); err != nil {
		return nil, err
	}
	f.training = f.newTraining()
	err = f.training.Begin()
	if err == nil && f.Machines != nil {
		err = f.agree()
	}
	if err != nil {
		f.batches.Close()
		return nil, err
	}
	return f, nil
}

// holdOut sets aside the rows to judge by.
func (f *fit) holdOut(src *rng.Source) error {
	if f.Held.source != nil {
		if err := f.Held.check(f.model, f.model.dim); err != nil {
			return fmt.Errorf("Settings.Held: %w", err)
		}
		held, ok := f.Held.source.(*train.Memory)
		if !ok {
			return errors.New("Settings.Held: got data that are not in memory, want Rows")
		}
		if f.held = held; f.Held.noise != nil {
			f.held = f.Held.hold(rand.New(src).Perm(held.Len()), src)
		}
		return f.checkRows()
	}
	if err := f.checkRows(); err != nil { // while rows have the caller's indices
		return err
	}
	n := f.data.source.Len()
	k := int(math.Round(f.Validation * float64(n)))
	if k == 0 {
		return nil
	}
	order := rand.New(src).Perm(n)
	all := f.data.source.(*train.Memory)
	f.held = f.data.hold(order[:k], src)
	f.data.source = all.Pick(order[k:])
	if f.target == nil && f.added == nil {
		f.refit = newRefit(f.model, all)
	}
	return nil
}

// prepare initialises the model from the first rows and opens the data.
func (f *fit) prepare(ctx context.Context, src *rng.Source) error {
	noise, order := src.Split(), src.Split()
	first, err := f.data.first(f.model.firstRows(f.Batch, f.data.source.Len()), f.Seed)
	if err != nil {
		return err
	}
	own := f.only // nil for all
	switch {
	case f.added != nil:
		f.added.start(f, first)
	case f.target == nil:
		f.start(first)
	default:
		own = f.model.mapParams()
		err = f.approach(ctx, first, own, rng.New(f.Seed))
	}
	if err != nil {
		return err
	}
	cursor, batch := f.data.cursor(f.Shuffle, order, noise), f.data.source.NewBatch(f.Batch)
	if f.added != nil {
		cursor, batch, first = f.added.open(cursor, noise, first, f.Batch)
	}
	g, err := f.newGradient(f.loss, own, first)
	if err != nil {
		return err
	}
	if f.refit != nil && f.refit.whitens() {
		f.refit.from = autodiff.NewParam(1, len(g.Params.Data), slices.Clone(g.Params.Data))
	} else {
		f.refit = nil
	}
	f.batches = &train.Minibatches{Cursor: cursor, Gradient: g, Batch: batch, Size: f.Batch, Accumulate: f.Accumulate}
	if f.Machines != nil {
		f.batches.Reduce = f.Machines.Reduce
	}
	return nil
}

// start initialises the model from the first rows.
func (f *fit) start(first *train.Batch) {
	f.warnings = append(f.model.unlike(first), f.ties(first)...)
	f.model.startFrom(first)
}

// newTraining returns the training of the model as it is.
func (f *fit) newTraining() *train.Training {
	t := &train.Training{Config: f.config(), Objective: f.batches, State: f.batches.Gradient.Frozen, Explain: f.explain}
	if f.refit != nil {
		t.State = append(slices.Clone(t.State), f.refit.own, f.refit.from)
	}
	if f.target == nil && len(f.model.statistics()) > 0 {
		t.Observe = f.observe
	}
	if f.overfit != nil {
		t.Overfit = f.overfit.see
	}
	if f.futility != nil {
		t.Futile = f.futility.stop
	}
	if t.Decay = f.Decay; t.Decay > 0 {
		t.Decayed = f.model.weights()
	}
	if f.held != nil {
		t.Validate = f.validate
		if f.added != nil {
			t.Validate = f.added.validation(f.held, f.Batch, f.Seed)
		}
	}
	if f.Checkpoint != "" {
		t.Identity = f.identify()
	}
	return t
}

// observe shows the last minibatch, or as many of its rows as fit on a tape of
// reasonable size, to bijectors with running statistics.
func (f *fit) observe() {
	t := autodiff.Borrow()
	defer t.Release()
	y, c := f.batches.Batch.On(t, 0, min(f.batches.Batch.N, f.model.fittingRows()))
	f.model.observe(y, c)
}
