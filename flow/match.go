package flow

import (
	"context"
	"errors"
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/train"
)

// MatchSettings of [Match] are [Settings] of which Steps, Batch, Schedule and Average have other defaults, since a step costs a
// few hundredths of one of Fit and its gradient is noisier: 20,000, 512, optim.Cosine from 0.01, and 0.999.
type MatchSettings struct {
	Settings
	// Pair is how many draws and rows of a minibatch are paired at a time so that Σ‖x₁ − x₀‖² is least; 0 is none. Paths become straighter,
	// so that scoring and sampling take fewer steps: with 16, 0.75 to 0.45 times the time on two moons and a ring of eight normal
	// distributions, at the same NLL after 20,000 steps, each of which took 1.5 times as long; after few steps the NLL was worse.
	Pair int
}

// Match trains the velocity of a continuous flow, such as [CNF] returns, without solving its equation, by flow matching: it minimises
//
//	‖v((1−t)·x₀ + t·x₁, t, c) − (x₁ − x₀)‖²
//
// for t uniform between 0 and 1, x₀ drawn from the base and x₁ a row seen through the maps behind the velocity. Its minimum
// is the velocity of a flow from the base to the data, as that of [Fit] is, and a step costs one pass of the network and its gradient in
// place of some 20 to 60. With contexts, a draw is paired with another row only so far as their
// contexts are close: it costs 100·‖c − c′‖² in units of the contexts' deviations.
//
// Data, settings, checkpoints and errors are those of Fit, and so are the promises: the same bits on any number of
// cores, and no allocation in a step. Losses, of records and of the Result, are the minimised error, not an NLL; that of held-out rows is
// computed with the same draws at every record. What the Result says of held-out rows in the end is of their likelihood.
//
// On two moons it came to an NLL of 1.077 in 7 s of CPU time, on a ring of eight normal distributions to 3.582 in 3 s, where 2000 steps
// of Fit at a Tol of 0.05 came to 1.094 in 67 s and to 3.554 in 36 s.
// Draws need not be as exact as scores: with Tol 0.5 they were, by energy distance, as close to a ring of eight normal distributions as with
// 5e-4, in 0.22 times the time, and 0.28 times with Pair 16.
//
// It returns an error unless the first map of m is a [bijector.Continuous], alone or embedded in its context, nothing behind it is left to
// learn, and the base takes no context; the base stays as it is.
//
// Yaron Lipman, Ricky T. Q. Chen, Heli Ben-Hamu, Maximilian Nickel, Matt Le, Flow Matching for Generative Modeling, 2022,
// arXiv:2210.02747; Alexander Tong, Kilian Fatras, Nikolay Malkin, Guillaume Huguet, Yanlei Zhang, Jarrid Rector-Brooks, Guy Wolf,
// Yoshua Bengio, Improving and generalizing flow-based generative models with minibatch optimal transport, 2023,
// arXiv:2302.00482; Gavin Kerrigan, Giosue Migliorini, Padhraic Smyth, Dynamic Conditional Optimal Transport through
// Simulation-Free Flows, 2024, arXiv:2404.04240.
func Match(ctx context.Context, m *Transformed, data Data, s *MatchSettings) (*Result, error) {
	checkCall("Match", ctx, m)
	match, err := newMatching(m)
	if err != nil {
		return new(Result), fmt.Errorf("flow: Match: %w", err)
	}
	settings, err := s.withDefaults(match)
	if err != nil {
		return new(Result), fmt.Errorf("flow: Match: %w", err)
	}
	return run(ctx, "Match", m, data, m.dim, settings, job{loss: match.loss, added: match})
}

// withDefaults returns the settings of the training and sets those of the matching.
func (s *MatchSettings) withDefaults(m *matching) (*Settings, error) {
	var c MatchSettings
	if s != nil {
		c = *s
	}
	if c.Pair < 0 {
		return nil, fmt.Errorf("MatchSettings.Pair: got %d, want at least 0", c.Pair)
	}
	m.pair = max(c.Pair, 1)
	setDefault(&c.Steps, 20000)
	setDefault(&c.Batch, 512)
	setDefault(&c.Average, 0.999)
	if c.Schedule == nil {
		c.Schedule = optim.Cosine{Start: 0.01}
	}
	return &c.Settings, nil
}

// A matching is what flow matching learns of a model.
type matching struct {
	model  *Transformed
	base   dist.Distribution
	head   bijector.Bijector // the velocity's map
	behind bijector.Bijector
	dim    int
	pair   int       // rows at a time
	scale  []float64 // 1/variance of the contexts
}

// newMatching returns the matching of a model, or an error if there is none.
func newMatching(m *Transformed) (*matching, error) {
	if dist.CondDim(m.Base) > 0 {
		return nil, errors.New("got a base that takes a context, want one that takes none")
	}
	if len(m.Map) == 0 || continuous(m.Map[0]) == nil {
		return nil, errors.New("got a model whose first map is no bijector.Continuous, want one, as CNF returns with one layer")
	}
	t := autodiff.Borrow()
	defer t.Release()
	x, c := t.Zeros(1, m.Base.Dim()), t.Zeros(1, max(m.cond, 1))
	bijector.Given(m.Map[1:], c).Forward(x)
	for _, p := range t.Params() {
		if !p.Frozen() {
			return nil, fmt.Errorf("got %d parameters to learn behind the velocity, want none: freeze them, or take Fit", p.Len())
		}
	}
	return &matching{model: m, base: m.Base, head: m.Map[0], behind: m.Map[1:], dim: m.Base.Dim()}, nil
}

// continuous returns the flow of a velocity that b is, perhaps as the only map of a chain or
// embedded in its context; nil if it is none.
func continuous(b bijector.Bijector) *bijector.Continuous {
	switch b := b.(type) {
	case *bijector.Continuous:
		return b
	case *bijector.Embedded:
		return continuous(b.B)
	case bijector.Chain:
		if len(b) == 1 {
			return continuous(b[0])
		}
	}
	return nil
}

// loss is ‖v(z, t, c) − u‖² of rows z, t, u.
func (m *matching) loss(_ *autodiff.Tape, y, c autodiff.Var) autodiff.Var {
	d := m.dim
	v := continuous(bijector.Given(m.head, c)).Velocity(y.Slice(d, d+1), y.Slice(0, d))
	return v.Sub(y.Slice(d+1, 2*d+1)).Square().RowSum()
}

// String says what is minimised.
func (m *matching) String() string {
	return fmt.Sprintf("flow matching, %d rows paired at a time", m.pair)
}

// start is that of a training by likelihood.
func (m *matching) start(f *fit, first *train.Batch) { f.start(first) }

// open returns a cursor of paths to the rows of another, a batch for n of them, and paths to the first rows.
func (m *matching) open(c train.Cursor, src *rng.Source, first *train.Batch, n int) (train.Cursor, *train.Batch, *train.Batch) {
	m.scale = contextScale(first)
	rows := *first
	rows.N = min(first.N, n)
	p := newPaths(m, c, src, n, first)
	return p, p.newBatch(n), m.pathsTo(&rows, 1, n, 0)
}

// validation returns the loss of paths to held-out rows, always the same ones, several to each of a few.
func (m *matching) validation(held *train.Memory, group int, seed uint64) func() float64 {
	return meanLoss(m.model, m.loss, m.pathsTo(held.All(), repeats(held.Len()), group, seed))
}

// pathsTo returns so many paths to each row, which are paired in groups.
func (m *matching) pathsTo(rows *train.Batch, times, group int, seed uint64) *train.Batch {
	group = min(group, rows.N)
	p := newPaths(m, nil, rng.New(seed^0x70617468), group, rows)
	all := p.newBatch(times * rows.N)
	for range times {
		for i := 0; i < rows.N; i += group {
			p.extend(all, rows, i, min(i+group, rows.N))
		}
	}
	return all
}
