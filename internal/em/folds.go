package em

import "math"

// A Fold is rows to fit and rows to judge by.
type Fold struct{ Fit, Held *Rows }

// RunFolds returns a mixture for each fold. All have the number of components, the strength of
// the prior and the degrees of freedom by which the rows that the folds hold out are likeliest together; K, if it is not 0,
// is that number. X, N and Weight are not used.
func (s *Search) RunFolds(folds []Fold) []*Model {
	s.budget = &Budget{Left: 0.7 * max(s.Budget, 1)} // enough for a single component
	for _, f := range folds {
		s.folds = append(s.folds, fold{fit: f.Fit, held: f.Held})
	}
	s.df = s.firstDF()
	s.try(1, usual)
	if s.K == 0 {
		s.explore()
	} else if s.K > 1 {
		s.best.heldOut = math.Inf(-1)
		s.try(s.K, usual)
	}
	if s.best.k == 1 {
		return s.best.models
	}
	s.budget = &Budget{Left: 0.3 * s.Budget}
	s.fixDF = true
	for i, m := range s.best.models {
		f := s.folds[i]
		prior := s.prior(f.one, m.K, s.best.prior)
		m.DF = s.best.df
		s.polish(f.fit, m, prior)
	}
	return s.best.models
}

// polish fits a model of the choice to the end.
func (s *Search) polish(rows *Rows, m *Model, prior Prior) {
	o := Options{Prior: prior, Tolerance: 1e-4, Steps: 300, FixDF: s.fixDF}
	Fit(rows, m, o, s.budget)
	if s.best.pooled {
		s.pool(rows, m, o)
	}
}
