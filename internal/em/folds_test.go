package em

import (
	"math/rand/v2"
	"testing"
)

// fifths are five folds of rows of two clusters.
func fifths(n int) []Fold {
	var folds []Fold
	all := sample(n, 2, 5)
	row := make([]float64, 2)
	for f := range 5 {
		var fit, held []float64
		for i := range n {
			all.row(row, i)
			if i%5 == f {
				held = append(held, row...)
			} else {
				fit = append(fit, row...)
			}
		}
		folds = append(folds, Fold{NewRows(fit, len(fit)/2, 2, nil), NewRows(held, len(held)/2, 2, nil)})
	}
	return folds
}

// A search over folds finds two clusters, and takes less work where numbers of components that come to nothing are given up after two folds.
// A number that is asked for is not given up.
func TestFoldsGiveUp(t *testing.T) {
	search := func(k int) *Search { return &Search{D: 2, K: k, Rand: rand.New(rand.NewPCG(1, 2)), Budget: 1e12} }
	s := search(0)
	for _, m := range s.RunFolds(fifths(500)) {
		if m.K != 2 {
			t.Errorf("got %d components, want 2", m.K)
		}
	}
	left := func(few int) float64 {
		s := search(0)
		s.budget, s.df = &Budget{Left: 1e12}, s.firstDF()
		for _, f := range fifths(500) {
			s.folds = append(s.folds, fold{fit: f.Fit, held: f.Held})
		}
		s.try(1, usual)
		s.try(2, usual)
		s.few = few
		if s.try(16, usual) || s.best.k != 2 {
			t.Errorf("few = %d: got %d components, want 2", few, s.best.k)
		}
		return 1e12 - s.budget.Left
	}
	if few, all := left(2), left(0); few > 0.6*all {
		t.Errorf("work %g of %g, want at most .6", few, all)
	}
	for _, m := range search(9).RunFolds(fifths(500)) {
		if m.K != 9 {
			t.Errorf("got %d components, want the 9 asked for", m.K)
		}
	}
}
