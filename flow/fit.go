package flow

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Fit changes the parameters of m that are not frozen so that the data become likely:
// it minimises the mean negative log-likelihood
//
//	NLL = −Σᵢ wᵢ·log p(yᵢ) / Σᵢ wᵢ
//
// over minibatches. nil settings are the defaults. Bijectors with
// data-dependent parameters are initialised from the data first.
//
// The same data, settings and initial parameters give the same bits, on any
// number of cores. All cores are used where the model is large enough to gain.
//
// Bad data or settings, and a model with nothing to learn, are errors before
// the model is changed. A loss or gradient that is not finite never reaches the
// parameters: the step is skipped, and after Settings.MaxSkipped in a row Fit
// returns an error. When ctx is done, Fit returns its error. In both cases the
// model keeps the best parameters so far, and the Result tells how far it got.
func Fit(ctx context.Context, m *Transformed, data Data, s *Settings) (*Result, error) {
	if err := data.check(m.dim, m.CondDim()); err != nil {
		return nil, err
	}
	return run(ctx, m, data, s, true, func(t *autodiff.Tape, y, c autodiff.Var) autodiff.Var {
		return m.logDensity(given(m.Map, c), y).Neg()
	})
}

// FitDensity changes the parameters of m that are not frozen so that m comes
// close to a density that is known up to a constant factor, such as a
// posterior: it minimises the reverse Kullback–Leibler divergence, less that
// constant's logarithm,
//
//	Loss = E[log q(y) − log p(y)],  y drawn from the model q
//
// by fresh samples of the model. logDensity returns log p for each row of y,
// n×d → n×1, differentiable and safe for concurrent use on different tapes.
// Otherwise it is like [Fit]; data-dependent parameters stay as they are. A
// model trained so finds one of several far apart modes: check by importance weights.
func FitDensity(ctx context.Context, m *Transformed, logDensity func(y autodiff.Var) autodiff.Var, s *Settings) (*Result, error) {
	data := Fresh(m.Base.Dim(), m.Base.Draw)
	if err := data.check(m.Base.Dim(), m.CondDim()); err != nil {
		return nil, err
	}
	return run(ctx, m, data, s, false, reverse(m, logDensity))
}

func reverse(m *Transformed, logDensity func(y autodiff.Var) autodiff.Var) loss {
	return func(t *autodiff.Tape, x, _ autodiff.Var) autodiff.Var {
		q := m.Base.LogDensity(x).Sub(bijector.FLDJ(m.all, x))
		return q.Sub(logDensity(m.all.Forward(x)))
	}
}

// run trains with the loss of the data, which have been checked; observed are those
// that the model's data-dependent numbers are of.
func run(ctx context.Context, m *Transformed, data Data, s *Settings, observed bool, l loss) (*Result, error) {
	c, err := s.withDefaults(data.len())
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("flow: Fit: %w", err)
	}
	f, err := newFit(m, data, c, observed, l)
	if err != nil {
		return nil, err
	}
	defer f.trainer.close()
	return f.run(ctx)
}

func newFit(m *Transformed, data Data, c Settings, observed bool, l loss) (*fit, error) {
	src := rng.New(c.Seed)
	f := &fit{model: m, Settings: c, data: data, src: src, rand: rand.New(src)}
	if c.Validation > 0 {
		f.data, f.held = data.split(c.Validation, f.rand)
		f.held.addNoise(f.held.len(), f.rand)
	}
	f.batch = data.sized(c.Batch)
	if observed {
		f.initialize()
		f.statistics = bijector.Statistics(m.Map)
	}
	f.fill(&f.batch, f.Batch)
	var err error
	f.trainer, err = newTrainer(l, &f.batch, f.Batch)
	return f, err
}

// given binds a chain to a context, if there is one.
func given(c bijector.Chain, ctx autodiff.Var) bijector.Bijector {
	if ctx == (autodiff.Var{}) {
		return c
	}
	return c.Given(ctx)
}

// initialize sets the data-dependent parameters from up to 4096 samples, as
// many as fit on a tape of reasonable size.
func (f *fit) initialize() {
	const mostRows = 4096
	most := min(mostRows, max(f.Batch, f.room()))
	if n := f.data.len(); n > 0 {
		most = min(most, n)
	}
	first := f.data.sized(most)
	f.fill(&first, most)
	t := autodiff.NewTape() // large, so not kept
	t.NoGrad(true)
	y := viewRows(t, first.rows, 0, most)
	var c autodiff.Var
	if first.context != nil {
		c = viewRows(t, first.context, 0, most)
	}
	bijector.Initialize(given(f.model.Map, c), y)
}

// room returns how many rows fit on a tape of reasonable size.
func (f *fit) room() int { return 2e7/(f.model.row+1) + 1 }

// sized returns data in memory with room for n rows.
func (d *Data) sized(n int) Data {
	b := Data{dim: d.dim, cond: d.cond, noise: d.noise, rows: mat.NewDense(n, d.dim, nil)}
	if d.cond > 0 {
		b.context = mat.NewDense(n, d.cond, nil)
	}
	if d.weights != nil {
		b.weights = make([]float64, n)
	}
	return b
}

// A fit is one call of Fit.
type fit struct {
	Settings
	model      *Transformed
	data, held Data // held.rows is nil if nothing is held out
	batch      Data
	trainer    *trainer
	src        *rng.Source
	rand       *rand.Rand
	order      []int // of the rows in this pass
	at         int   // in order

	result  Result
	sum     float64 // of the loss since the last record
	count   int
	skipped int // in a row
	best    []float64
	since   int // records since the best

	statistics []*autodiff.Param // that the model keeps of the data
}

// fill sets batch to the first n samples.
func (f *fit) fill(batch *Data, n int) {
	src := rng.New(f.Seed)
	if f.data.rows == nil {
		f.data.fresh(batch.rows, batch.context, src)
	} else {
		for k := range n {
			f.data.copyRow(batch, k, k)
		}
	}
	batch.addNoise(n, rand.New(src))
}

// nextBatch fills the batch and returns how many rows it has.
func (f *fit) nextBatch() (int, error) {
	if f.data.rows == nil {
		f.data.fresh(f.batch.rows, f.batch.context, f.src)
		f.batch.addNoise(f.Batch, f.rand)
		if err := finite("fresh", f.batch.rows); err != nil {
			return 0, err
		}
		if f.batch.context != nil {
			return f.Batch, finite("fresh context", f.batch.context)
		}
		return f.Batch, nil
	}
	if f.at == len(f.order) {
		n := f.data.len()
		if f.order == nil {
			f.order = make([]int, n)
		}
		for i := range f.order {
			f.order[i] = i
		}
		f.rand.Shuffle(n, func(i, j int) { f.order[i], f.order[j] = f.order[j], f.order[i] })
		f.at = 0
	}
	n := min(f.Batch, len(f.order)-f.at)
	for k := range n {
		f.data.copyRow(&f.batch, k, f.order[f.at+k])
	}
	f.batch.addNoise(n, f.rand)
	f.at += n
	return n, nil
}

func (f *fit) run(ctx context.Context) (*Result, error) {
	var err error
	for step := 0; step < f.Steps && err == nil && !f.result.Stopped; step++ {
		if err = ctx.Err(); err != nil {
			break
		}
		if err = f.step(step); err != nil {
			break
		}
		f.result.Steps = step + 1
		if (step+1)%f.Every == 0 || step+1 == f.Steps {
			f.record(step + 1)
		}
	}
	if f.best != nil {
		f.restore(f.best)
	} else {
		f.result.Best = f.result.Steps
	}
	if err != nil {
		return &f.result, fmt.Errorf("flow: Fit: step %d: %w", f.result.Steps, err)
	}
	return &f.result, nil
}

// step trains on one minibatch.
func (f *fit) step(step int) error {
	n, err := f.nextBatch()
	if err != nil {
		return err
	}
	t := f.trainer
	loss := t.gradient(n)
	norm := t.norm()
	if finite := !math.IsNaN(loss-loss) && !math.IsNaN(norm-norm); !finite {
		f.result.Skipped++
		f.skipped++
		if f.skipped >= f.MaxSkipped {
			return fmt.Errorf("%d steps in a row were not finite: loss %v, %s", f.skipped, loss, t.culprit())
		}
		return nil
	}
	f.skipped = 0
	f.sum += loss
	f.count++
	if f.Clip > 0 && norm > f.Clip {
		t.scale(f.Clip / norm)
	}
	f.Optimizer.Step(t.vec.Data, t.grad, f.Schedule.Rate(step, f.Steps))
	f.observe(n)
	return nil
}

// record notes the state after so many steps, and stops if it is no use to go on.
func (f *fit) record(steps int) {
	r := Record{Step: steps, Steps: f.Steps, Loss: f.sum / float64(f.count), Validation: math.NaN(),
		GradNorm: f.trainer.lastNorm, Rate: f.Schedule.Rate(steps-1, f.Steps), Skipped: f.result.Skipped}
	f.sum, f.count = 0, 0
	f.result.Loss = r.Loss
	if f.held.rows != nil {
		r.Validation = f.model.nll(&f.held)
		f.judge(&r)
	}
	f.result.History = append(f.result.History, r)
	if f.Report != nil {
		f.Report(r)
	}
}

// judge keeps the parameters if they are the best so far.
func (f *fit) judge(r *Record) {
	if f.best == nil || r.Validation < f.leastLoss() {
		f.best = f.state(f.best[:0])
		f.result.Best, f.since = r.Step, 0
	} else {
		f.since++
		f.result.Stopped = f.Patience > 0 && f.since >= f.Patience
	}
	f.result.Loss = min(f.leastLoss(), r.Validation)
}

// leastLoss is the least held-out NLL of the records so far.
func (f *fit) leastLoss() float64 {
	best := math.Inf(1)
	for _, r := range f.result.History {
		best = min(best, r.Validation)
	}
	return best
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
