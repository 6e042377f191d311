package flow

import (
	"context"
	"fmt"
	"math/rand/v2"
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

	mixture  shared[dist.Distribution]
	marginal shared[*marginalFold]
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
	_, err := Fit(ctx, m, data, &Settings{
		Steps: steps, Batch: r.batch, Schedule: optim.Cosine{Start: r.rate}, Average: r.average, Clip: r.clip,
		Every: r.every, Patience: r.patience, Held: held, Seed: f.source(name).Uint64(), serial: true,
	})
	return err
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
		learned, held = learned.Weighted(f.Weights), held.Weighted(f.HeldWeights)
	}
	return learned, held
}

// makeFolds cuts the rows: below 1500 into five folds, else a tenth is held out, of at most 2000 rows.
func (l *learner) makeFolds() {
	n := l.data.Len()
	src := rng.New(l.Seed)
	order := rand.New(src).Perm(n)
	parts := 5
	if n < 10 {
		parts = n
	}
	cut := func(i, j int) {
		rest := append(append([]int(nil), order[:i]...), order[j:]...)
		learned, held := l.data.Pick(rest), l.data.Pick(order[i:j])
		f := &Fold{X: learned.Rows, Held: held.Rows, Context: learned.Contexts, HeldContext: held.Contexts, Weights: learned.Weights, HeldWeights: held.Weights, Seed: src.Uint64()}
		l.folds = append(l.folds, f)
		l.report.HeldRows = append(l.report.HeldRows, order[i:j]...)
	}
	if n < oneSplit && !l.Single {
		for k := range parts {
			cut(n*k/parts, n*(k+1)/parts)
		}
	} else {
		cut(0, min(max(n/10, min(20, n/3)), 2000))
	}
	l.report.Folds = len(l.folds)
	for _, f := range l.folds {
		f.Work = float64(l.Budget) / float64(len(l.folds)*len(l.tried))
	}
}

// oneSplit is from when on one part is held out once.
const oneSplit = 1500

// A marginalFold is a fold with columns made normal, one by one, and the map from these to the fold's.
type marginalFold struct {
	*Fold
	to bijector.Bijector
}

// Marginal returns the fold with every column made about normal by itself, and the map from such rows to the fold's.
func (f *Fold) Marginal() (*Fold, bijector.Bijector, error) {
	m, err := f.marginal.get(func() (*marginalFold, error) {
		g, err := bijector.FitGaussianization(f.X, f.Weights)
		if err != nil {
			return nil, err
		}
		inner := &Fold{X: back(g, f.X), Held: back(g, f.Held), Context: f.Context, HeldContext: f.HeldContext, Weights: f.Weights, HeldWeights: f.HeldWeights, Seed: f.Seed + 1, Work: f.Work}
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
