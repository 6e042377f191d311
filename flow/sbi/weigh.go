package sbi

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/flow/mc"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

var errNoLikelihood = errors.New("no draw of p(θ | x) has any likelihood")

// A weighing is draws of a proposal, and their weights for the pool.
type weighing struct {
	*calibration.Importance
	u        *mat.Dense
	top      float64              // the largest logarithm of a weight, before these are smoothed and sum to one
	evidence calibration.Estimate // log ∫ p(θ)·p(x | θ) dθ

	logs, joint []float64 // logarithms of weights, and of p(θ)·p(x | θ) over the proposal
}

// weighted draws n rows of q and weighs them.
func (p *Posterior) weighted(x *mat.Dense, n int, src *rng.Source) (*weighing, error) {
	w := &weighing{u: mat.NewDense(n, p.Direct.Dim(), nil)}
	lq := p.Direct.Given(x).WithSource(src).SampleLogProbs(w.u, nil)
	before, lps := p.logBefore(w.u), p.logLikelihoods(w.u, x, 0, nil)
	w.logs, w.joint = p.pooled(w.u, x, lq, before, lps), p.stack.mixed(lps)
	for i, q := range lq {
		w.logs[i], w.joint[i] = weightOf(w.logs[i], q), weightOf(before[i]+w.joint[i], q)
	}
	return w, w.sum()
}

// sum sums up the weights.
func (w *weighing) sum() (err error) {
	w.top = slices.Max(w.logs)
	if w.Importance, err = calibration.ImportanceWeights(w.logs); err != nil {
		return errNoLikelihood
	}
	if e, err := calibration.ImportanceWeights(w.joint); err == nil {
		w.evidence = e.LogZ
	}
	return nil
}

// weightOf returns log of a weight, −Inf for what is none.
func weightOf(log, proposed float64) float64 {
	if l := log - proposed; !math.IsNaN(l) && !math.IsInf(l, 1) {
		return l
	}
	return math.Inf(-1)
}

// efficiency is the effective number of draws over their number.
func efficiency(w *calibration.Importance) float64 { return w.ESS / float64(w.N) }

func (w *weighing) draws() *mc.Draws { return &mc.Draws{Importance: w.Importance, X: w.u} }

const (
	fairEfficiency = 0.15 // of draws of q; with less, another proposal is made,
	goodEfficiency = 0.5
	fineEfficiency = 0.9
	scouts         = 1000 // which is fitted to so many walkers,
	moreScouts     = 5000 // and once more to these, unless it is good
	fitBudget      = 5e8
)

// more returns n weighted draws in place of the first ones of q: these and others of q, or if q is far from the pool, of a
// mixture of Student t distributions that is fitted to walkers, which draws of q have sent through the pool. A few of them find
// its shape; the weights make up for what they have wrong.
//
// O. Cappé, A. Guillin, J.-M. Marin, C. Robert, Population Monte Carlo, Journal of Computational and Graphical Statistics 13, 2004.
func (p *Posterior) more(ctx context.Context, first *weighing, x *mat.Dense, n int, r *rand.Rand, src *rng.Source) (*mc.Draws, error) {
	if n < 2*scouts || efficiency(first.Importance) > fairEfficiency {
		err := p.add(first, x, n-first.N, src)
		return first.draws(), err
	}
	best := first.draws()
	for _, count := range []int{scouts, moreScouts} {
		rows := best.Resample(count, src)
		if _, _, _, err := p.walk(ctx, rows, x, moves(efficiency(best.Importance)), scoutsMade, r); err != nil {
			return nil, err
		}
		d, err := p.refitted(rows, x, n, src)
		if err != nil || d.ESS < best.ESS {
			break // the walkers are still good
		}
		if best = d; efficiency(d.Importance) > goodEfficiency {
			break
		}
	}
	return best, nil
}

// add adds n draws of q, if that is a number, to those of w.
func (p *Posterior) add(w *weighing, x *mat.Dense, n int, src *rng.Source) error {
	if n < 1 {
		return nil
	}
	others, err := p.weighted(x, n, src)
	if err != nil {
		return nil // the first have weights
	}
	w.u = stacked(w.u, others.u)
	w.logs, w.joint = append(w.logs, others.logs...), append(w.joint, others.joint...)
	return w.sum()
}

// refitted weighs draws of a mixture fitted to rows, a tenth of which come from a single t distribution: n, or half of them if their weights are nearly equal.
func (p *Posterior) refitted(rows, x *mat.Dense, n int, src *rng.Source) (*mc.Draws, error) {
	near, err := dist.FitStudentTMixture(rows, &dist.MixtureSettings{Source: src, Budget: fitBudget})
	if err != nil {
		return nil, err
	}
	wide, err := dist.FitMultivariateStudentT(rows, nil)
	if err != nil {
		return nil, err
	}
	q := flow.New(dist.NewMixture(dist.FixedWeights(9, 1), near, wide)).WithSource(src)
	d := new(mc.Draws)
	var logs []float64
	for len(logs) < n {
		u := mat.NewDense(n/2, q.Dim(), nil)
		proposed := q.SampleLogProbs(u, nil)
		for i, log := range p.logPool(u, x, nil) {
			logs = append(logs, weightOf(log, proposed[i]))
		}
		d.X = stacked(d.X, u)
		if d.Importance, err = calibration.ImportanceWeights(logs); err != nil || efficiency(d.Importance) > fineEfficiency {
			break
		}
	}
	return d, err
}
