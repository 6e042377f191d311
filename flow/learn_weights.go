package flow

import (
	"slices"

	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// useless reports whether a candidate had next to no weight among all in the first fold.
func (l *learner) useless(k int) bool {
	first := l.tasks[k][0]
	if first.model == nil {
		return true
	}
	if l.tried[k].Steady || len(first.held) < 100 {
		return false
	}
	if l.early == nil {
		var use []int
		var lps [][]float64
		for k, t := range l.tasks {
			if t[0].model != nil {
				use, lps = append(use, k), append(lps, t[0].held)
			}
		}
		w, err := l.weigh(use, lps)
		if err != nil {
			return false
		}
		l.early = make([]float64, len(l.tried))
		for i, k := range use {
			l.early[k] = w[i]
		}
	}
	return l.early[k] < 0.01
}

// weigh returns the weights of candidates that make the held-out rows most likely, the first steady one's at
// least 1/1000.
func (l *learner) weigh(use []int, lps [][]float64) ([]float64, error) {
	safe := slices.IndexFunc(use, func(k int) bool { return l.tried[k].Steady })
	m := mat.NewDense(len(lps[0]), len(lps), nil)
	for i, lp := range lps {
		m.SetCol(i, lp)
	}
	return dist.StackingWeights(m, l.heldWeights(len(lps[0])), safe)
}

// heldWeights returns the weights of the first n held-out rows, nil for ones.
func (l *learner) heldWeights(n int) []float64 {
	if l.data.Weights == nil {
		return nil
	}
	w := make([]float64, n)
	for i := range w {
		w[i] = l.data.Weights[l.report.HeldRows[i]]
	}
	return w
}
