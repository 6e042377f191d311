package em

import (
	"math"
	"math/rand/v2"

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
}

// A fold is rows to fit and rows to judge by.
type fold struct{ fit, held *Rows }

// A choice is a number of components and a strength of the prior, and how they did.
type choice struct {
	k       int
	prior   float64 // its share of the scale of all rows, at k = 1
	models  []*Model
	df      float64
	heldOut float64
}

const (
	searchRows = 4000 // by which components are chosen
	maxK       = 128
	ridge      = 1e-4
	usual      = 0.3 // strength of the prior
)

// Run returns the mixture.
func (s *Search) Run() *Model {
	s.budget = &Budget{Left: 0.6 * s.Budget}
	s.all = NewRows(s.X, s.N, s.D, s.Weight)
	s.df = 10
	if s.Normal {
		s.df = math.Inf(1)
	}
	s.one = Single(s.all, s.df, s.budget)
	s.best = choice{k: s.K, prior: usual, df: s.df}
	if s.K == 0 {
		s.split()
		s.explore()
	}
	if s.best.k == 1 {
		return s.one
	}
	s.budget = &Budget{Left: 0.4 * s.Budget}
	return s.finish()
}

// prior returns that of a choice.
func (s *Search) prior(k int, strength float64) Prior {
	p := Prior{Rows: float64(s.D + 2), Scale: make([]float64, s.D*s.D), Ridge: ridge}
	f := strength * special.Pow(float64(k), -2/float64(s.D))
	for i, v := range s.one.Scale {
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
		s.folds = append(s.folds, fold{s.pick(fit), s.pick(perm[lo:hi])})
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

// explore tries 1, 2, 4, … components until two numbers in a row are no better, then
// other strengths of the prior and numbers near the best.
func (s *Search) explore() {
	s.try(1, usual)
	most := int(min(0.25*s.folds[0].fit.Total, maxK))
	for k, bad := 2, 0; k <= most && bad < 2; k *= 2 {
		if s.try(k, usual) {
			bad = 0
		} else {
			bad++
		}
	}
	k := s.best.k
	if k == 1 {
		return
	}
	s.try(k, 0.1)
	s.try(k, 1)
	for _, k := range []int{k * 3 / 4, k * 3 / 2} {
		if k > 1 && k <= most {
			s.try(k, s.best.prior)
		}
	}
}

// try fits k components to every fold and reports whether the result is the best so far.
func (s *Search) try(k int, strength float64) bool {
	if s.budget.Spent() {
		return false
	}
	c := choice{k: k, prior: strength, df: s.df, heldOut: math.Inf(-1)}
	prior := s.prior(k, strength)
	for _, f := range s.folds {
		m := s.one
		if k == 1 {
			m = Single(f.fit, s.df, s.budget)
		} else {
			m = s.start(f.fit, k, s.df, prior)
			Fit(f.fit, m, Options{Prior: prior, Tolerance: 1e-3, Steps: 200}, s.budget)
		}
		c.models = append(c.models, m)
	}
	s.judge(&c)
	if len(s.best.models) > 0 && !(c.heldOut > s.best.heldOut) {
		return false
	}
	s.best = c
	return true
}

// degrees are numbers of degrees of freedom to choose from.
var degrees = []float64{math.Inf(1), 50, 25, 16, 11, 8, 6, 4.5, 3.5, 2.7, 2, 1.5, 1.1, 0.9, MinDF}

// judge sets the log-likelihood of the rows that were held out. They choose the degrees
// of freedom of several components, too: rows lie nearer to the components that were
// fitted to them than others do.
func (s *Search) judge(c *choice) {
	total := 0.0
	for _, f := range s.folds {
		total += f.held.Total
	}
	choose := !s.Normal && c.k > 1
	for _, df := range degrees {
		sum := 0.0
		for i, f := range s.folds {
			if choose {
				c.models[i].DF = df
			}
			sum += LogLik(f.held, c.models[i], s.budget)
		}
		if sum/total > c.heldOut {
			c.heldOut, c.df = sum/total, df
		}
		if !choose {
			c.df = s.df
			break
		}
	}
}

// start returns the best of four starts, each after a few rounds.
func (s *Search) start(rows *Rows, k int, df float64, prior Prior) *Model {
	var models []*Model
	for _, near := range []*Rows{rows.clipped(), rows.whitened(s.one)} {
		for range 2 {
			models = append(models, Start(rows, near, k, df, prior, s.Rand, s.budget))
		}
	}
	return s.race(rows, models, Options{Prior: prior, Steps: 8})
}

// race fits the models for a few rounds and returns the best.
func (s *Search) race(rows *Rows, models []*Model, o Options) *Model {
	var best *Model
	most := math.Inf(-1)
	for _, m := range models {
		if l := Fit(rows, m, o, s.budget); best == nil || l > most {
			best, most = m, l
		}
	}
	return best
}

// finish fits the choice to all rows, from the models of the folds and, where all rows
// are no more than theirs, from new ones.
func (s *Search) finish() *Model {
	c := s.best
	o := Options{Prior: s.prior(c.k, c.prior), Steps: 8, FixDF: len(c.models) > 0}
	if s.N <= searchRows || len(c.models) == 0 {
		c.models = append(c.models, s.start(s.all, c.k, s.df, o.Prior))
	}
	if o.FixDF {
		for _, m := range c.models {
			m.DF = c.df
		}
	}
	m := s.race(s.all, c.models, o)
	o.Tolerance, o.Steps = 1e-4, 300
	Fit(s.all, m, o, s.budget)
	return m
}
