package flow

import (
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/internal/rng"
)

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
		f := &Fold{index: len(l.folds), X: learned.Rows, Held: held.Rows, Context: learned.Contexts, HeldContext: held.Contexts, Weights: learned.Weights, HeldWeights: held.Weights, Seed: src.Uint64()}
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
	shares := 0
	for _, c := range l.tried {
		if !c.cheap {
			shares++
		}
	}
	for _, f := range l.folds {
		if slices.ContainsFunc(l.tried, func(c Candidate) bool { return c.again }) {
			f.beside = besides
		}
		f.single = l.Single && n < oneSplit && l.data.Contexts == nil
		f.budget = float64(l.Budget) / float64(len(l.folds))
		f.Work = f.budget / float64(max(shares, 1))
	}
	if len(l.folds) > 1 {
		shareMixtures(l.folds)
	}
}

// oneSplit is from when on one part is held out once.
const oneSplit = 1500
