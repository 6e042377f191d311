package em

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// A Search finds a mixture for standardised rows: the number of its components, the
// strength of the prior of their scales and the degrees of freedom by the likelihood of
// rows that a fit does not see.
type Search struct {
	X      []float64 // N×D
	N, D   int
	Weight []float64 // of the rows, nil for ones
	Normal bool      // components are normal
	K      int       // 0: to be found
	Rand   *rand.Rand
	Budget float64 // multiply-adds

	all    *Rows
	one    *Model // a single component
	df     float64
	folds  []fold
	best   choice
	budget *Budget
	fixDF  bool // in the race and at the end
}

// A fold is rows to fit and rows to judge by, and a single component fitted to the former.
type fold struct {
	fit, held *Rows
	one       *Model
}

// A choice is a number of components and a strength of the prior, and how they did.
type choice struct {
	k       int
	prior   float64 // its share of the scale of all rows, at k = 1
	pooled  bool    // the prior is that of the components in the end
	models  []*Model
	df      float64
	heldOut float64
	byFold  []float64 // heldOut of each
}

const (
	searchRows = 4000 // by which components are chosen
	maxK       = 128
	manyK      = 32 // components from which on no more are tried once they are no better
	ridge      = 1e-4
	usual      = 0.3 // strength of the prior
	pooled     = 0.7 // of the pooled prior
	margin     = 2   // nats that all rows held out must gain by more components, or one standard error of the gain over folds if that is more
)

// Run returns the mixture.
func (s *Search) Run() *Model {
	s.budget = &Budget{Left: 0.6 * s.Budget}
	s.all = NewRows(s.X, s.N, s.D, s.Weight)
	s.df = s.firstDF()
	s.one = Single(s.all, s.df, s.budget)
	s.best = choice{k: s.K, prior: usual, df: s.df}
	if s.K == 0 {
		s.split()
		s.try(1, usual)
		s.explore()
	}
	if s.best.k <= 1 { // 0: the budget was spent before the first try
		return s.one
	}
	s.budget = &Budget{Left: 0.4 * s.Budget}
	return s.finish()
}

// firstDF returns the degrees of freedom that a fit begins with.
func (s *Search) firstDF() float64 {
	if s.Normal {
		return math.Inf(1)
	}
	return 10
}

// prior returns that of k components for rows with the single component one.
func (s *Search) prior(one *Model, k int, strength float64) Prior {
	p := Prior{Rows: float64(s.D + 2), Scale: make([]float64, s.D*s.D), Ridge: ridge}
	f := strength * special.Pow(float64(k), -2/float64(s.D))
	for i, v := range one.Scale {
		p.Scale[i] = f * v
	}
	return p
}

// split sets the folds: one fifth of searchRows rows, or more fifths where rows are few.
func (s *Search) split() {
	perm := s.Rand.Perm(s.N)
	perm = perm[:min(len(perm), searchRows)]
	n := len(perm)
	for f := range max(min(searchRows/n, 5), 1) {
		lo, hi := f*n/5, (f+1)*n/5
		if lo == hi {
			continue
		}
		fit := append(append([]int(nil), perm[:lo]...), perm[hi:]...)
		s.folds = append(s.folds, fold{fit: s.pick(fit), held: s.pick(perm[lo:hi])})
	}
}

// pick returns some of the rows.
func (s *Search) pick(rows []int) *Rows {
	x := make([]float64, 0, len(rows)*s.D)
	var w []float64
	for _, i := range rows {
		x = append(x, s.X[i*s.D:(i+1)*s.D]...)
		if s.Weight != nil {
			w = append(w, s.Weight[i])
		}
	}
	return NewRows(x, len(rows), s.D, w)
}

// explore tries 2, 4, … components until two numbers in a row are no better, or one from manyK on, then
// other strengths of the prior and numbers near the best.
func (s *Search) explore() {
	most := int(min(0.25*s.folds[0].fit.Total, maxK))
	for k, bad := 2, 0; k <= most && bad < 2; k *= 2 {
		if s.try(k, usual) {
			bad = 0
		} else {
			bad++
			if k >= manyK {
				break
			}
		}
	}
	k := s.best.k
	if k == 1 {
		return
	}
	if !s.best.pooled {
		s.try(k, 0.1)
		s.try(k, 1)
	}
	for _, k := range []int{k * 3 / 4, k * 3 / 2} {
		if k > 1 && k <= most {
			s.try(k, s.best.prior)
		}
	}
}

// try fits k components to every fold, with the prior and then with the pooled one, and
// reports whether a result is the best so far.
func (s *Search) try(k int, strength float64) bool {
	if s.budget.Spent() {
		return false
	}
	o := Options{Tolerance: 1e-3, Steps: 200}
	first, rough := o, s.best.pooled && k >= manyK
	if rough { // for the shape alone
		first.Tolerance = 3e-3
	}
	c := choice{k: k, prior: strength}
	for i, f := range s.folds {
		if k == 1 {
			s.folds[i].one = Single(f.fit, s.df, s.budget)
			c.models = append(c.models, s.folds[i].one)
			continue
		}
		first.Prior = s.prior(f.one, k, strength)
		m := s.start(f.fit, f.one, k, s.df, first.Prior)
		Fit(f.fit, m, first, s.budget)
		c.models = append(c.models, m)
	}
	better := !rough && s.judge(c)
	if k == 1 {
		return better
	}
	c.pooled = true
	for i, f := range s.folds {
		c.models[i] = c.models[i].Clone()
		o.Prior = s.prior(f.one, k, strength)
		s.pool(f.fit, c.models[i], o)
	}
	return s.judge(c) || better
}

// pool fits a model with a prior of the shape of its components.
func (s *Search) pool(rows *Rows, m *Model, o Options) {
	o.Prior.Scale = make([]float64, s.D*s.D)
	for k, w := range m.Weight {
		kernel.Axpy(o.Prior.Scale, m.scale(k), pooled*w)
	}
	Fit(rows, m, o, s.budget)
}

// start returns the best of four starts, each after a few rounds.
func (s *Search) start(rows *Rows, one *Model, k int, df float64, prior Prior) *Model {
	var models []*Model
	for _, near := range []*Rows{rows.clipped(), rows.whitened(one)} {
		for range 2 {
			models = append(models, Start(rows, near, k, df, prior, s.Rand, s.budget))
		}
	}
	return s.race(rows, models, prior)
}

// race fits the models for a few rounds, the better half for some more, and so on, and returns the best.
func (s *Search) race(rows *Rows, models []*Model, prior Prior) *Model {
	o := Options{Prior: prior, Steps: 2, FixDF: s.fixDF}
	for len(models) > 1 {
		logLik := map[*Model]float64{}
		for _, m := range models {
			logLik[m] = Fit(rows, m, o, s.budget)
		}
		slices.SortStableFunc(models, func(a, b *Model) int { return cmp.Compare(logLik[b], logLik[a]) })
		models = models[:(len(models)+1)/2]
		o.Steps *= 2
	}
	return models[0]
}

// finish fits the choice to all rows, from the models of the folds and, where all rows
// are no more than theirs, from new ones.
func (s *Search) finish() *Model {
	c := s.best
	s.fixDF = len(c.models) > 0
	prior := s.prior(s.one, c.k, c.prior)
	if s.N <= searchRows || !s.fixDF {
		c.models = append(c.models, s.start(s.all, s.one, c.k, s.df, prior))
	}
	if s.fixDF {
		for _, m := range c.models {
			m.DF = c.df
		}
	}
	m := s.race(s.all, c.models, prior)
	s.polish(s.all, m, prior)
	return m
}
