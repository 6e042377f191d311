package em

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// degrees are numbers of degrees of freedom to choose from.
var degrees = []float64{math.Inf(1), 50, 25, 16, 11, 8, 6, 4.5, 3.5, 2.7, 2, 1.5, 1.1, 0.9, MinDF}

// judge takes a choice as the best so far if the rows that were held out are likelier. They
// choose the degrees of freedom of several components, too: rows lie nearer to the components
// that were fitted to them than others do.
func (s *Search) judge(c choice) bool {
	choose := !s.Normal && c.k > 1
	c.heldOut, c.df = math.Inf(-1), s.df
	if choose {
		s.chooseDF(&c)
	} else {
		s.judgeDF(&c, s.df)
	}
	least := s.best.heldOut
	if c.k > s.best.k {
		least += max(margin, s.spread(c.byFold))
	}
	if len(s.best.models) > 0 && !(c.heldOut > least) {
		return false
	}
	c.models = slices.Clone(c.models)
	s.best = c
	return true
}

// chooseDF goes from the degrees of freedom of the best so far up and down while the rows that were held out become likelier.
func (s *Search) chooseDF(c *choice) {
	from := slices.Index(degrees, s.best.df)
	if from < 0 {
		from = len(degrees) / 2
	}
	s.judgeDF(c, degrees[from])
	for _, by := range []int{1, -1} {
		for i := from + by; i >= 0 && i < len(degrees) && s.judgeDF(c, degrees[i]); i += by {
		}
	}
}

// judgeDF takes degrees of freedom for all folds' models if the rows that were held out are likelier, and reports whether they are.
func (s *Search) judgeDF(c *choice, df float64) bool {
	sum := 0.0
	byFold := make([]float64, len(s.folds))
	for i, f := range s.folds {
		m := *c.models[i]
		if c.k > 1 {
			m.DF = df
		}
		byFold[i] = LogLik(f.held, &m, s.budget)
		sum += byFold[i]
	}
	if !(sum > c.heldOut) {
		return false
	}
	c.heldOut, c.df, c.byFold = sum, df, byFold
	return true
}

// spread returns the standard error of the difference to the best, of which folds are the sample.
func (s *Search) spread(byFold []float64) float64 {
	n := float64(len(byFold))
	if n < 2 || len(s.best.byFold) == 0 {
		return 0
	}
	diff := make([]float64, len(byFold))
	for i, v := range byFold {
		diff[i] = v - s.best.byFold[i]
	}
	return stat.StdDev(diff, nil) * math.Sqrt(n)
}
