package sbi

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

const (
	choicePairs = 400 // by which the powers are chosen, about
	choiceDraws = 250 // for the integral given each

	// foldGain is by how much greater powers are of models of several folds than of one, which they are found with: errors
	// of folds even out. Powers of 1 to 1.2 times as much were best for three simulators.
	foldGain = 1.1
)

// choose finds the powers: those that make parameters of pairs most likely that were held out from both models. After
// rounds these are the pairs in the last region, and all is compared there.
func (p *Posterior) choose(ctx context.Context, sims *Simulations, in *region, r *Report, seed uint64) error {
	src := rng.New(seed ^ 0xd1b54a32d192ed03)
	folds := len(r.Posterior.Held)
	all := &pool{each: choiceDraws + 1}
	var slopes []float64
	for f, held := range r.Posterior.Held {
		if !slices.Equal(held.Rows, r.Likelihood.Held[f].Rows) {
			panic("sbi: the folds of posterior and likelihood differ") // they follow from seed and number of rows
		}
		rows := p.pairs(sims, held.Rows, in, choicePairs/folds)
		if len(rows) == 0 {
			continue
		}
		part := *p
		part.Direct, part.stack = held.Model, newStack(r.Likelihood.Held[f].Model)
		theta, x := pick(sims.Theta, rows), pick(sims.X, rows)
		part.addPairs(all, theta, x, in, src)
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
	if folds > 1 {
		for k := range all.powers {
			all.powers[k] *= foldGain
		}
	}
	p.Powers = append(all.powers[:2:2], p.stack.spread(all.powers[2:], newStack(r.Likelihood.Held[0].Model), folds)...)
	return nil
}

// addPairs adds pairs to the pool: what is pooled is p(θ | x) over the prior, the likelihood, and its parts if they are several.
func (p *Posterior) addPairs(all *pool, theta, x *mat.Dense, in *region, src *rng.Source) {
	truth := p.space.free(theta)
	n, d := truth.Dims()
	draws := mat.NewDense(n*choiceDraws, d, nil)
	direct := p.Direct.Given(x).LogProbs(nil, truth)
	lq := p.Direct.GivenEach(x, choiceDraws).WithSource(src).SampleLogProbs(draws, nil)
	holds := in.holds(draws)
	u, proposed := mat.NewDense(n*all.each, d, nil), make([]float64, 0, n*all.each)
	for i := range n {
		copy(u.RawRowView(i*all.each), truth.RawRowView(i))
		copy(u.RawMatrix().Data[(i*all.each+1)*d:], draws.RawMatrix().Data[i*choiceDraws*d:(i+1)*choiceDraws*d])
		proposed = append(append(proposed, direct[i]), lq[i*choiceDraws:(i+1)*choiceDraws]...)
	}
	before, lps := p.logBefore(u), p.logLikelihoods(u, x, all.each)
	ratios := [][]float64{make([]float64, len(before)), p.stack.mixed(lps)}
	if len(lps) > 1 {
		ratios = append(ratios, lps...)
	}
	for i, lp := range before {
		ratios[0][i] = proposed[i] - lp
		if k := i % all.each; k > 0 && !holds[i/all.each*choiceDraws+k-1] {
			before[i] = math.Inf(-1)
		}
	}
	all.add(before, proposed, ratios)
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
	of := func(powers ...float64) float64 {
		loss, _, _ := all.nll(all.logs(powers), all.ratios[0], 0)
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
