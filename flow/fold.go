package flow

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A Fold is what a [Candidate] learns from: some of the rows, with columns of about location 0 and
// scale 1, and others to judge by. Candidates share what several of them build on.
type Fold struct {
	// Train and Held are the rows to learn from and to judge by, with their contexts if there are any.
	X, Held              *mat.Dense
	Context, HeldContext *mat.Dense
	// Weights and HeldWeights are those of the rows, or nil.
	Weights, HeldWeights []float64
	// Seed is to be the only source of randomness.
	Seed uint64
	// Work is how many multiply-adds a candidate may take.
	Work float64

	stack  []float64 // log-densities of the held-out rows by the best mixture of the candidates before those that are trained
	budget float64   // multiply-adds of all candidates
	beside float64   // weight of that stack in what flows are judged by
	single bool      // one flow will be taken, and is trained by few rows
	outer  *Fold     // whose rows these are behind a map, with slope log|det| of the way to them, a held-out row each; nil if none
	slope  []float64

	mixtures *foldMixtures // nil for one fold
	index    int           // of this one among the folds

	trainings   []*training
	trainedLock sync.Mutex

	mixture  shared[dist.Distribution]
	marginal shared[*marginalFold]
	linear   shared[*regression]
}

// shared is made once.
type shared[T any] struct {
	once sync.Once
	v    T
	err  error
}

func (s *shared[T]) get(f func() (T, error)) (T, error) {
	s.once.Do(func() { s.v, s.err = f() })
	return s.v, s.err
}

// Source returns a source of random numbers, the same for the same name.
func (f *Fold) source(name string) *rng.Source {
	h := f.Seed
	for _, c := range name {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	return rng.New(h)
}

// A recipe is how a flow is trained.
type recipe struct {
	rate     float64
	batch    int
	steps    int
	every    int
	patience int
	average  float64
	clip     float64
	overfits bool // patience ends when training does nothing but that
}

// settings are those of a training of so many steps.
func (r *recipe) settings(steps int, held Data, seed uint64) *Settings {
	s := &Settings{
		Steps: steps, Batch: r.batch, Schedule: optim.Cosine{Start: r.rate}, Average: r.average, Clip: r.clip,
		Every: r.every, Patience: r.patience, Held: held, Seed: seed, serial: true,
	}
	if r.overfits {
		s.overfit = newOverfit()
	}
	return s
}

// train fits a model to the fold's rows: as it was, if held-out rows are no better by any training.
func (f *Fold) train(ctx context.Context, name string, m *Transformed, r recipe) error {
	data, held := f.data()
	n, _ := f.X.Dims()
	r.batch = min(r.batch, max(1, n/2))
	steps := min(r.steps, int(f.Work/(float64(r.batch)*m.work())))
	if steps < 1 {
		return fmt.Errorf("the budget allows no step")
	}
	t := &training{fold: f, name: name, model: m, recipe: r}
	for {
		s := r.settings(steps-t.spent, held, f.source(name).Uint64())
		s.futility = f.futility(t.work(1))
		result, err := Fit(ctx, m, data, s)
		if err != nil {
			return err
		}
		t.steps, t.recipe = result.Steps, r
		t.spent += result.Steps
		t.open = float64(result.Best) >= 0.95*float64(result.Steps) && !result.Stopped
		t.hoped = result.History[len(result.History)/2].Validation - result.Loss
		if !thrown(result) || t.spent >= steps || r.rate < leastRate {
			f.note(t)
			return nil
		}
		r.rate *= 0.3
	}
}

// leastRate is that below which no other is tried.
const leastRate = 1e-4

// thrown reports whether the steps of a training took the model away from where it began and no later ones found back: they were too long.
func thrown(r *Result) bool {
	return r.Best == 0 && slices.ContainsFunc(r.History, func(h Record) bool { return h.Validation > r.Loss+clearly })
}

// work is the multiply-adds of a row in a training step.
func (m *Transformed) work() float64 {
	numbers := 0
	for _, p := range m.Params() {
		numbers += p.Len()
	}
	return 3*float64(numbers) + 10*float64(m.row)
}

func (f *Fold) data() (learned, held Data) {
	learned, held = Rows(f.X), Rows(f.Held)
	if f.Context != nil {
		learned, held = learned.Given(f.Context), held.Given(f.HeldContext)
	}
	if f.Weights != nil {
		learned = learned.Weighted(f.Weights)
	}
	if f.HeldWeights != nil {
		held = held.Weighted(f.HeldWeights)
	}
	return learned, held
}

// A marginalFold is a fold with columns made normal, one by one, and the map from these to the fold's.
type marginalFold struct {
	*Fold
	to bijector.Bijector
}

// Marginal returns the fold with every column made about normal by itself, and the map from such
// rows to the fold's.
func (f *Fold) Marginal() (*Fold, bijector.Bijector, error) {
	m, err := f.marginal.get(func() (*marginalFold, error) {
		g, err := bijector.FitGaussianization(f.X, f.Weights)
		if err != nil {
			return nil, err
		}
		inner := &Fold{outer: f, slope: slopes(g, f.Held), index: f.index, X: back(g, f.X), Held: back(g, f.Held), Context: f.Context, HeldContext: f.HeldContext, Weights: f.Weights, HeldWeights: f.HeldWeights, Seed: f.Seed + 1, Work: f.Work, budget: f.budget, single: f.single}
		if f.mixtures != nil {
			inner.mixtures = f.mixtures.marginal
		}
		return &marginalFold{inner, g}, nil
	})
	if err != nil {
		return nil, nil, err
	}
	return m.Fold, m.to, nil
}

// back takes rows back through a map.
func back(b bijector.Bijector, y *mat.Dense) *mat.Dense {
	n, d := y.Dims()
	x := mat.NewDense(n, d, nil)
	t := autodiff.NewTape()
	t.NoGrad(true)
	for i := 0; i < n; i += mostRows {
		setRows(x, i, b.Inverse(viewRows(t, y, i, min(i+mostRows, n))))
		t.Reset()
	}
	return x
}

// slopes returns log|det| of the way of rows back through a map.
func slopes(b bijector.Bijector, y *mat.Dense) []float64 {
	n, _ := y.Dims()
	l := make([]float64, 0, n)
	t := autodiff.NewTape()
	t.NoGrad(true)
	for i := 0; i < n; i += mostRows {
		j := min(i+mostRows, n)
		l = append(l, b.ILDJ(viewRows(t, y, i, j)).Expand(j-i, 1).Data()...)
		t.Reset()
	}
	return l
}

// foldMixtures are the mixtures of all folds, which are fitted at once: their number of components is
// chosen by the rows that all folds hold out.
type foldMixtures struct {
	folds    func() ([]*Fold, error)
	fitted   shared[[]*dist.Mixture]
	marginal *foldMixtures // those of the folds with columns made normal
}

// shareMixtures makes the folds share the search for their mixtures.
func shareMixtures(folds []*Fold) {
	marginal := &foldMixtures{folds: func() ([]*Fold, error) {
		inner := make([]*Fold, len(folds))
		for i, f := range folds {
			var err error
			if inner[i], _, err = f.Marginal(); err != nil {
				return nil, fmt.Errorf("fold %d: %w", i, err)
			}
		}
		return inner, nil
	}}
	all := &foldMixtures{folds: func() ([]*Fold, error) { return folds, nil }, marginal: marginal}
	for _, f := range folds {
		f.mixtures = all
	}
}

// fit fits the mixtures.
func (m *foldMixtures) fit() ([]*dist.Mixture, error) {
	folds, err := m.folds()
	if err != nil {
		return nil, err
	}
	rows := make([]dist.MixtureFold, len(folds))
	for i, f := range folds {
		rows[i] = dist.MixtureFold{Train: f.X, Held: f.Held, TrainWeights: f.Weights, HeldWeights: f.HeldWeights}
	}
	first := folds[0]
	return dist.FitStudentTMixtureFolds(rows, &dist.MixtureSettings{
		MinScale: leastScale, Budget: first.Work * float64(len(folds)), Source: first.source("mixture"),
	})
}

// Mixture returns a mixture of Student t distributions of the fold's rows, with frozen parameters, on
// which several candidates build.
func (f *Fold) Mixture() (dist.Distribution, error) {
	return f.mixture.get(func() (dist.Distribution, error) {
		m, err := f.fitMixture()
		if err != nil {
			return nil, err
		}
		if len(m.Parts) == 1 {
			return m.Parts[0], nil
		}
		return m, nil
	})
}

func (f *Fold) fitMixture() (*dist.Mixture, error) {
	if f.mixtures == nil {
		return dist.FitStudentTMixture(f.X, &dist.MixtureSettings{MinScale: leastScale, Weights: f.Weights, Budget: f.Work, Source: f.source("mixture")})
	}
	ms, err := f.mixtures.fitted.get(f.mixtures.fit)
	if err != nil {
		return nil, err
	}
	return ms[f.index], nil
}

// leastScale is the least deviation that a column counts as having: the rows of a fold may have
// the same value where the others have not.
const leastScale = 1e-3
