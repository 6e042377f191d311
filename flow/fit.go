package flow

import (
	"context"
	"fmt"
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
// data-dependent parameters are initialised from the data first, and those
// with running statistics are shown every minibatch after its step.
//
// The same data, settings and initial parameters give the same bits, on any
// number of cores. All cores are used where the model is large enough to gain.
//
// Bad data or settings, and a model with nothing to learn, are errors before
// the model is changed. A loss or gradient that is not finite never reaches the
// parameters: the step is skipped, and after Settings.MaxSkipped in a row Fit
// returns an error; so it does if held-out rows never have a finite NLL. When ctx is done, Fit returns its error. In both cases the
// model keeps the best parameters so far, and the Result tells how far it got.
func Fit(ctx context.Context, m *Transformed, data Data, s *Settings) (*Result, error) {
	if err := data.check("Fit", m, m.dim); err != nil {
		return nil, err
	}
	return run(ctx, m, data, s, true, likelihood(m))
}

// likelihood is the loss of maximum likelihood: −log p.
func likelihood(m *Transformed) loss {
	return func(t *autodiff.Tape, y, c autodiff.Var) autodiff.Var {
		return m.logDensity(y, c).Neg()
	}
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
	if err := data.check("FitDensity", m, m.Base.Dim()); err != nil {
		return nil, err
	}
	return run(ctx, m, data, s, false, reverse(m, logDensity))
}

func reverse(m *Transformed, logDensity func(y autodiff.Var) autodiff.Var) loss {
	return func(t *autodiff.Tape, x, _ autodiff.Var) autodiff.Var {
		q, p := m.Base.LogDensity(x).Sub(bijector.FLDJ(m.all, x)), logDensity(m.all.Forward(x))
		if p.Rows() != x.Rows() || p.Cols() != 1 {
			panic(fmt.Sprintf("flow: FitDensity: got log-densities of shape %d×%d, want %d×1", p.Rows(), p.Cols(), x.Rows()))
		}
		return q.Sub(p)
	}
}

// run trains with the loss of the data, which have been checked; observed are
// those that the model's data-dependent numbers are of.
func run(ctx context.Context, m *Transformed, data Data, s *Settings, observed bool, l loss) (*Result, error) {
	c, err := s.withDefaults(data.len())
	if err != nil {
		return nil, err
	}
	if c.Held.rows != nil {
		if err := c.Held.check("Fit: Settings.Held", m, m.dim); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("flow: Fit: %w", err)
	}
	f, err := newFit(m, data, c, observed, l)
	if err != nil {
		return nil, err
	}
	defer f.close()
	return f.run(ctx)
}

// newFit prepares a training and, if there is a checkpoint, goes on from it.
func newFit(m *Transformed, data Data, c Settings, observed bool, l loss) (*fit, error) {
	src := rng.New(c.Seed)
	f := &fit{model: m, Settings: c, data: data, held: c.Held, observed: observed}
	if c.Validation > 0 {
		r := rand.New(src)
		f.data, f.held = data.split(c.Validation, r)
		f.held.addNoise(f.held.len(), r)
	}
	if c.Held.noise {
		n := f.held.len()
		f.held = f.held.pick(rand.New(src).Perm(n)) // a copy
		f.held.addNoise(n, rand.New(src))
	}
	f.noise, f.pass = src.Split(), newPass(&f.data, c.Shuffle, src.Split())
	f.batch = f.data.sized(c.Batch)
	first := f.data.sized(f.firstRows())
	n, err := f.fill(&first, first.len())
	if err != nil {
		return nil, fmt.Errorf("flow: Fit: %w", err)
	}
	if observed {
		f.initialize(&first, n)
	}
	if f.trainer, err = newTrainer(l, &f.batch, &first, min(n, c.Batch)); err != nil {
		return nil, err
	}
	f.state = f.trainer.frozen
	if c.Average > 0 {
		f.average = append([]float64(nil), f.trainer.vec.Data...)
	}
	if c.Checkpoint != "" {
		f.id = f.identify()
	}
	if err := f.resume(); err != nil {
		f.close()
		return nil, fmt.Errorf("flow: Fit: checkpoint %s: %w", c.Checkpoint, err)
	}
	return f, nil
}

func (f *fit) close() {
	f.pass.close()
	f.trainer.close()
}

// firstRows is how many rows the data-dependent parameters are set from: 4096,
// or as many as fit on a tape of reasonable size.
func (f *fit) firstRows() int {
	const most = 4096
	n := min(most, max(f.Batch, f.room()))
	if have := f.data.len(); have > 0 {
		n = min(n, have)
	}
	return n
}

// room returns how many rows fit on a tape of reasonable size.
func (f *fit) room() int { return 5e6/(f.model.row+1) + 1 }

// fill sets batch to the first n samples, or less if a stream has less.
func (f *fit) fill(batch *Data, n int) (int, error) {
	src := rng.New(f.Seed)
	if f.data.fresh != nil {
		f.data.fresh(batch.rows, batch.context, src)
	} else {
		p := newPass(&f.data, 1, src)
		defer p.close()
		var err error
		if n, err = p.fill(batch, n); err != nil {
			return 0, err
		}
	}
	batch.addNoise(n, rand.New(src))
	return n, nil
}

// initialize sets the model's data-dependent parameters from n rows.
func (f *fit) initialize(first *Data, n int) {
	t := autodiff.NewTape() // large, so not kept
	t.NoGrad(true)
	y, c := first.on(t, 0, n)
	bijector.Initialize(f.model.given(c), y)
}

// on puts rows i to j−1 and their contexts on a tape.
func (d *Data) on(t *autodiff.Tape, i, j int) (y, c autodiff.Var) {
	y = viewRows(t, d.rows, i, j)
	if d.context != nil {
		c = viewRows(t, d.context, i, j)
	}
	return y, c
}

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
