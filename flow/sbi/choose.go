package sbi

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

const (
	choicePairs = 100 // by which the weight of the likelihood is chosen, about
	choiceDraws = 400 // for the evidence of each
)

// choose finds the weight of the likelihood: that of a mixture of both posteriors that makes parameters of pairs most likely that
// were held out from both models. After rounds these are the pairs in the last region, and both posteriors are compared there.
func (p *Posterior) choose(ctx context.Context, sims *Simulations, in *region, r *Report, seed uint64) error {
	src := rng.New(seed ^ 0xd1b54a32d192ed03)
	var both, slopes []float64
	folds := len(r.Posterior.Held)
	for f, held := range r.Posterior.Held {
		if !slices.Equal(held.Rows, r.Likelihood.Held[f].Rows) {
			panic("sbi: the folds of posterior and likelihood differ") // they follow from seed and number of rows
		}
		rows := p.pairs(sims, held.Rows, in, choicePairs/folds)
		if len(rows) == 0 {
			continue
		}
		part := *p
		part.Direct, part.Likelihood = held.Model, r.Likelihood.Held[f].Model
		theta, x := pick(sims.Theta, rows), pick(sims.X, rows)
		u := p.space.free(theta)
		direct := part.Direct.Given(x).LogProbs(nil, u)
		draws := mat.NewDense(len(rows)*choiceDraws, u.RawMatrix().Cols, nil)
		lq := part.Direct.GivenEach(x, choiceDraws).WithSource(src).SampleLogProbs(draws, nil)
		truth, joint := part.logJoint(u, x, 1), part.logJoint(draws, x, choiceDraws)
		for k, holds := range in.holds(draws) {
			if !holds {
				joint[k] = math.Inf(-1)
			}
		}
		slopes = append(slopes, p.space.slope(theta)...)
		for i := range rows {
			weights := []float64{truth[i] - direct[i]}
			for k := i * choiceDraws; k < (i+1)*choiceDraws; k++ {
				weights = append(weights, joint[k]-lq[k])
			}
			lp := truth[i] - logMeanExp(weights)
			if math.IsNaN(lp) {
				lp = math.Inf(-1)
			}
			both = append(both, direct[i], lp)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if len(both) == 0 {
		return errors.New("no held-out simulation lies where the posterior has its mass: more simulations, or fewer rounds, are needed")
	}
	lps := mat.NewDense(len(both)/2, 2, both)
	w, err := dist.StackingWeights(lps, nil, -1)
	if err != nil {
		return err
	}
	p.Weight, r.Weight = w[1], w[1]
	p.describe(lps, stat.Mean(slopes, nil), r)
	return nil
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

// describe adds to the report the NLLs of pairs by both posteriors and their mixture, from log-densities of u and the
// mean log|det| of the way from θ to these.
func (p *Posterior) describe(lps *mat.Dense, slope float64, r *Report) {
	n, _ := lps.Dims()
	mixed := make([]float64, n)
	for i := range mixed {
		mixed[i] = mixLog(lps.At(i, 0), lps.At(i, 1), p.Weight)
	}
	r.Pairs = n
	r.NLL = -stat.Mean(mixed, nil) - slope
	r.Direct, r.ByLikelihood = -stat.Mean(mat.Col(nil, 0, lps), nil)-slope, -stat.Mean(mat.Col(nil, 1, lps), nil)-slope
}

// mixLog returns log((1−w)·eᵃ + w·eᵇ).
func mixLog(a, b, w float64) float64 {
	a, b = a+math.Log1p(-w), b+math.Log(w)
	top := max(a, b)
	if math.IsInf(top, 0) || math.IsNaN(top) {
		return top
	}
	return top + math.Log(math.Exp(a-top)+math.Exp(b-top))
}

// logMeanExp returns log of the mean of eᵛ, −Inf for NaN.
func logMeanExp(v []float64) float64 {
	top := math.Inf(-1)
	for _, v := range v {
		if v > top {
			top = v
		}
	}
	if math.IsInf(top, 0) {
		return top
	}
	sum := 0.0
	for _, v := range v {
		if !math.IsNaN(v) {
			sum += math.Exp(v - top)
		}
	}
	return top + math.Log(sum/float64(len(v)))
}
