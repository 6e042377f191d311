package flow

import (
	"cmp"
	"math"
	"slices"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/kernel"
	"gonum.org/v1/gonum/mat"
)

// leastGain is what the candidates that further folds go without may be worth together, in nats a row.
const leastGain = 0.01

// useless reports whether a candidate was of next to no use among all in the first fold.
func (l *learner) useless(k int) bool {
	first := l.tasks[k][0]
	if first.model == nil {
		return true
	}
	if l.tried[k].Steady || len(first.held) < 100 {
		return false
	}
	if l.useful == nil {
		l.useful = l.eliminate()
	}
	return !l.useful[k]
}

// eliminate returns which candidates are of use: it goes through those of the first fold, the least weight first, and
// leaves out each without which, and without those before, the others are as good on the held-out rows up to leastGain.
func (l *learner) eliminate() []bool {
	useful := make([]bool, len(l.tried))
	var use []int
	for k, t := range l.tasks {
		if useful[k] = t[0].model != nil; useful[k] {
			use = append(use, k)
		}
	}
	all, w := l.without(use, -1)
	order := slices.Clone(use)
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(w[slices.Index(use, a)], w[slices.Index(use, b)])
	})
	for _, k := range order {
		if l.tried[k].Steady {
			continue
		}
		if without, _ := l.without(use, k); without > all-leastGain {
			useful[k] = false
			use = slices.DeleteFunc(use, func(i int) bool { return i == k })
		}
	}
	return useful
}

// without returns the mean log-density of the first fold's held-out rows by the best mixture of candidates but one,
// and its weights; −1 is none.
func (l *learner) without(use []int, but int) (float64, []float64) {
	var rest []int
	var lps [][]float64
	for _, k := range use {
		if k != but {
			rest, lps = append(rest, k), append(lps, l.tasks[k][0].held)
		}
	}
	if len(rest) == 0 {
		return math.Inf(-1), nil
	}
	weights := l.heldWeights(len(lps[0]))
	w, err := l.weigh(rest, lps, weights)
	if err != nil {
		return math.Inf(-1), make([]float64, len(rest)) // nothing can be said
	}
	return kernel.Mean(mixed(lps, w), weights), w
}

// weigh returns the weights of candidates that make held-out rows, each with a weight, most likely, the first steady one's at
// least 1/1000.
func (l *learner) weigh(use []int, lps [][]float64, weights []float64) ([]float64, error) {
	safe := slices.IndexFunc(use, func(k int) bool { return l.tried[k].Steady })
	m := mat.NewDense(len(lps[0]), len(lps), nil)
	for i, lp := range lps {
		m.SetCol(i, lp)
	}
	return dist.StackingWeights(m, weights, safe)
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
