package sbi

import (
	"testing"

	"gonum.org/v1/gonum/mat"
)

// p(θ | x) gets a quarter of the likelihood's work where it is trained once, up to as much the more simulations there are; both get what is asked for.
func TestBudgets(t *testing.T) {
	for _, c := range []struct {
		asked                int64
		n                    int
		likelihood, directly int64
	}{
		{0, 1499, 8e11, 8e11},
		{0, 1500, 8e11, 2e11},
		{0, 10000, 8e11, 2e11},
		{0, 40000, 16e11, 8e11},
		{0, 160000, 32e11, 32e11},
		{0, 1000000, 8e12, 8e12},
		{5, 1000000, 5, 5},
	} {
		s := &Settings{Budget: c.asked}
		sims := &Simulations{Theta: mat.NewDense(c.n, 1, nil)}
		if l, d := s.settings("likelihood", sims, nil).Budget, s.settings("posterior", sims, nil).Budget; l != c.likelihood || d != c.directly {
			t.Errorf("budget %d, %d simulations: got %d and %d, want %d and %d", c.asked, c.n, l, d, c.likelihood, c.directly)
		}
	}
}
