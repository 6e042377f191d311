package flow

import (
	"context"
	"math"
	"slices"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// leastWeight is the weight below which a candidate is left out of the model, unless it is steady.
const leastWeight = 0.003

// stack weighs the candidates and puts the model together.
func (l *learner) stack(ctx context.Context) (*Transformed, error) {
	use, lps := l.judged()
	if len(use) == 0 {
		return nil, errNoCandidate
	}
	w := bestAlone(lps, l.heldWeights(len(lps[0])))
	if !l.Single {
		var err error
		if w, err = l.weigh(use, lps, l.heldWeights(len(lps[0]))); err != nil {
			return nil, err
		}
	}
	l.prune(use, w)
	l.holdOut(use, w)
	l.describe(use, lps, w)
	var parts []dist.Distribution
	var weights []float64
	for i, k := range use {
		if w[i] == 0 {
			continue
		}
		if l.tried[k].Steady {
			m, err := l.refit(ctx, k)
			if err != nil {
				return nil, err
			}
			parts, weights = append(parts, m), append(weights, w[i])
			continue
		}
		for _, t := range l.tasks[k] {
			parts, weights = append(parts, t.model), append(weights, w[i]/float64(len(l.tasks[k])))
		}
	}
	return l.assemble(weights, parts), nil
}

// holdOut adds the folds to the report.
func (l *learner) holdOut(use []int, w []float64) {
	at := 0
	for f, fold := range l.folds {
		n, _ := fold.Held.Dims()
		h := HeldOut{Rows: make([]int, n)}
		for i, row := range l.report.HeldRows[at : at+n] {
			h.Rows[i] = l.rows[row]
		}
		var parts []dist.Distribution
		var weights []float64
		for i, k := range use {
			if w[i] > 0 {
				parts, weights = append(parts, l.tasks[k][f].model), append(weights, w[i])
			}
		}
		h.Model = l.assemble(weights, parts)
		l.report.Held = append(l.report.Held, h)
		at += n
	}
}

// assemble puts parts, contexts and the fixed maps together.
func (l *learner) assemble(weights []float64, parts []dist.Distribution) *Transformed {
	m := parts[0].(*Transformed)
	if len(parts) > 1 {
		m = New(dist.NewMixture(dist.FixedWeights(weights...), parts...))
	}
	if l.net != nil && m.CondDim() > 0 {
		m = New(dist.NewEmbedded(l.net, m))
	}
	return m.Then(l.ends...)
}

// judged returns the candidates that were fitted in all folds, and their log-densities of
// all held-out rows.
func (l *learner) judged() (use []int, lps [][]float64) {
	for k, tasks := range l.tasks {
		var all []float64
		for _, t := range tasks {
			if t.model == nil {
				all = nil
				break
			}
			all = append(all, t.held...)
		}
		if len(all) == len(l.report.HeldRows) {
			use, lps = append(use, k), append(lps, all)
		}
	}
	return use, lps
}

// bestAlone returns weight 1 for the candidate that is best by itself, 0 for the others.
func bestAlone(lps [][]float64, weights []float64) []float64 {
	w := make([]float64, len(lps))
	best := 0
	for i := range lps {
		if kernel.Mean(lps[i], weights) > kernel.Mean(lps[best], weights) {
			best = i
		}
	}
	w[best] = 1
	return w
}

// prune sets small weights to 0 and scales the others.
func (l *learner) prune(use []int, w []float64) {
	sum := 0.0
	for i, k := range use {
		if w[i] < leastWeight && !l.tried[k].Steady {
			w[i] = 0
		}
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
}

// describe completes the report.
func (l *learner) describe(use []int, lps [][]float64, w []float64) {
	r := l.report
	slope := make([]float64, len(r.HeldRows))
	for i, row := range r.HeldRows {
		slope[i] = l.slope[row]
	}
	total := mixed(lps, w)
	for i := range total {
		total[i] += slope[i]
	}
	weights := l.heldWeights(len(total))
	r.NLL, r.SE = nllOf(total, weights)
	r.Gaussian, r.Mixture = math.NaN(), math.NaN()
	for k, c := range l.tried {
		p := PartReport{Name: c.Name, NLL: math.NaN()}
		for _, t := range l.tasks[k] {
			if t.note != "" {
				p.Note = t.note
			}
		}
		if i := slices.Index(use, k); i >= 0 {
			p.Weight = w[i]
			p.NLL = -kernel.Mean(lps[i], weights) - kernel.Mean(slope, weights)
		} else if p.Note == "" {
			p.Note = "worth next to nothing beside the others in the first fold"
		}
		switch {
		case c.Name == "gaussian":
			r.Gaussian = p.NLL
		case c.Name == "mixture":
			r.Mixture = p.NLL
			r.Components = components(l.tasks[k][0].model)
		}
		r.Parts = append(r.Parts, p)
	}
	l.sortHeld(total)
}

// components returns how many parts the base of a model has, 0 for no model.
func components(m *Transformed) int {
	if m == nil {
		return 0
	}
	if mix, ok := m.Base.(*dist.Mixture); ok {
		return len(mix.Parts)
	}
	return 1
}

// mixed returns log Σₖ wₖ·pₖ of each row.
func mixed(lps [][]float64, w []float64) []float64 {
	out := make([]float64, len(lps[0]))
	logs := make([]float64, len(lps))
	for r := range out {
		for i := range lps {
			logs[i] = math.Inf(-1)
			if w[i] > 0 {
				logs[i] = lps[i][r] + special.Log(w[i])
			}
		}
		out[r] = special.LogSumExp(logs)
	}
	return out
}

// nllOf returns the weighted mean of −log p and its standard error over rows.
func nllOf(lps, weights []float64) (nll, se float64) {
	mean := kernel.Mean(lps, weights)
	sum, square := 0.0, 0.0
	for i, lp := range lps {
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		sum += w
		square = kernel.FMA(w*(lp-mean), w*(lp-mean), square)
	}
	return -mean, math.Sqrt(square) / sum
}

// sortHeld sets the report's held-out rows, in ascending order, with their log-densities.
func (l *learner) sortHeld(lps []float64) {
	r := l.report
	order := make([]int, len(lps))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return r.HeldRows[a] - r.HeldRows[b] })
	rows := r.HeldRows
	r.HeldRows = make([]int, len(rows))
	r.LogProbs = make([]float64, len(rows))
	for i, o := range order {
		r.HeldRows[i], r.LogProbs[i] = l.rows[rows[o]], lps[o]
	}
}
