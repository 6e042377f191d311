package sbi

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

const (
	choicePairs = 1000 // by which the powers are chosen, about
	choiceDraws = 100  // for the integral given each
)

// choose finds the powers: those that make parameters of pairs most likely that were held out from both models. After
// rounds these are the pairs in the last region, and all is compared there.
func (p *Posterior) choose(ctx context.Context, sims *Simulations, in *region, r *Report, seed uint64) error {
	src := rng.New(seed ^ 0xd1b54a32d192ed03)
	n := len(r.Posterior.Held)
	all := &pool{each: choiceDraws + 1}
	var folds []*fold
	var slopes []float64
	for f, held := range r.Posterior.Held {
		if !slices.Equal(held.Rows, r.Likelihood.Held[f].Rows) {
			panic("sbi: the folds of posterior and likelihood differ") // they follow from seed and number of rows
		}
		rows := p.pairs(sims, held.Rows, in, choicePairs/n)
		if len(rows) == 0 {
			continue
		}
		part := *p
		part.Direct, part.stack = held.Model, newStack(r.Likelihood.Held[f].Model)
		theta, x := pick(sims.Theta, rows), pick(sims.X, rows)
		pairs := part.propose(theta, x, in, src)
		all.add(pairs.before, pairs.proposed, part.ratios(pairs))
		folds = append(folds, &fold{Posterior: &part, pairs: pairs.first(gainPairs / n)})
		slopes = append(slopes, p.space.slope(theta)...)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if len(slopes) == 0 {
		return errors.New("no held-out simulation lies where the posterior has its mass: more simulations, or fewer rounds, are needed")
	}
	all.fit()
	r.describe(all, stat.Mean(slopes, nil))
	p.Powers = append(all.powers[:2:2], p.stack.spread(all.powers[2:], newStack(r.Likelihood.Held[0].Model), n)...)
	if len(folds) > 1 {
		gain := p.foldGain(all, folds)
		for k := range p.Powers {
			p.Powers[k] *= gain
		}
	}
	return nil
}

// A set of proposals is, of each pair, the true parameters and draws of q behind them.
type proposals struct {
	by               *flow.Transformed // q
	u, x             *mat.Dense        // rows of parameters, and the pairs' observations
	each             int               // rows of a pair
	before, proposed []float64         // log-densities of rows by the prior, −Inf for draws that do not count, and by q
}

// propose returns the proposals for pairs.
func (p *Posterior) propose(theta, x *mat.Dense, in *region, src *rng.Source) *proposals {
	truth := p.space.free(theta)
	n, d := truth.Dims()
	s := &proposals{by: p.Direct, x: x, each: choiceDraws + 1}
	draws := mat.NewDense(n*choiceDraws, d, nil)
	direct := p.Direct.Given(x).LogProbs(nil, truth)
	lq := p.Direct.GivenEach(x, choiceDraws).WithSource(src).SampleLogProbs(draws, nil)
	holds := in.holds(draws)
	s.u = mat.NewDense(n*s.each, d, nil)
	for i := range n {
		copy(s.u.RawRowView(i*s.each), truth.RawRowView(i))
		copy(s.u.RawMatrix().Data[(i*s.each+1)*d:], draws.RawMatrix().Data[i*choiceDraws*d:(i+1)*choiceDraws*d])
		s.proposed = append(append(s.proposed, direct[i]), lq[i*choiceDraws:(i+1)*choiceDraws]...)
	}
	s.before = p.logBefore(s.u)
	for i := range s.before {
		if k := i % s.each; k > 0 && !holds[i/s.each*choiceDraws+k-1] {
			s.before[i] = math.Inf(-1)
		}
	}
	return s
}

// pairs is how many there are.
func (s *proposals) pairs() int { return len(s.before) / s.each }

// first returns those of the first n pairs.
func (s *proposals) first(n int) *proposals {
	n = min(n, s.pairs())
	_, d := s.u.Dims()
	return &proposals{by: s.by, u: s.u.Slice(0, n*s.each, 0, d).(*mat.Dense), x: pick(s.x, firstRows(n)), each: s.each, before: s.before[:n*s.each], proposed: s.proposed[:n*s.each]}
}

// ratios returns, of each row, logarithms of what is pooled: p(θ | x) over the prior, the likelihood, and its parts if they are several.
func (p *Posterior) ratios(s *proposals) [][]float64 {
	lps := p.logLikelihoods(s.u, s.x, s.each, nil)
	direct := slices.Clone(s.proposed)
	if s.by != p.Direct {
		p.Direct.GivenEach(s.x, s.each).LogProbs(direct, s.u)
	}
	for i, before := range s.before {
		if math.IsInf(before, -1) {
			before = 0 // it does not count
		}
		direct[i] -= before
	}
	ratios := [][]float64{direct, p.stack.mixed(lps)}
	if len(lps) > 1 {
		ratios = append(ratios, lps...)
	}
	return ratios
}

// pairs returns up to n of the rows whose parameters are in the region.
func (p *Posterior) pairs(sims *Simulations, rows []int, in *region, n int) []int {
	var some []int
	for i, holds := range in.holds(p.space.free(pick(sims.Theta, rows))) {
		if holds && len(some) < n {
			some = append(some, rows[i])
		}
	}
	return some
}

// describe adds to the report the NLLs of pairs by p(θ | x), by prior and likelihood and by the pool, given the mean log|det| of the way from θ to u.
func (r *Report) describe(all *pool, slope float64) {
	plain := *all
	plain.weights = nil
	of := func(powers ...float64) float64 {
		loss, _, _ := plain.nll(plain.logs(powers), plain.ratios[0], 0)
		return loss - slope
	}
	likelihood := 0.0
	for _, w := range all.powers[1:] {
		likelihood += w
	}
	if sum := likelihood + all.powers[0]; sum > 0 {
		r.Weight = likelihood / sum
	}
	r.Pairs = all.pairs()
	r.NLL, r.Direct, r.ByLikelihood = of(all.powers...), of(1), of(0, 1)
}
