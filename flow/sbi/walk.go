package sbi

import (
	"context"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// logJoint returns log p(u) + log p(x | u), of each rows for each x or, for 0, of all for one x.
func (p *Posterior) logJoint(u, x *mat.Dense, each int) []float64 {
	n, _ := u.Dims()
	lp := p.logBefore(u)
	y := p.outcome.rows(x, nil)
	_, w := y.Dims()
	all := mat.NewDense(n, w, nil)
	for i := range n {
		k := 0
		if each > 0 {
			k = i / each
		}
		copy(all.RawRowView(i), y.RawRowView(k))
	}
	c := p.space.features(p.space.bound(u))
	for i, l := range p.Likelihood.Given(c).LogProbs(nil, all) {
		if lp[i] += l; math.IsNaN(lp[i]) {
			lp[i] = math.Inf(-1)
		}
	}
	return lp
}

// logBefore is the prior's log-density, or that of parameters whose simulations do not fail.
func (p *Posterior) logBefore(u *mat.Dense) []float64 {
	if p.valid != nil {
		return p.valid.LogProbs(nil, u)
	}
	return p.space.logPrior(u)
}

// moves is how many Metropolis moves make up for an efficiency of the weights.
func moves(efficiency float64) int {
	switch {
	case efficiency > 0.5:
		return 3
	case efficiency > 0.15:
		return 7
	case efficiency > 0.05:
		return 15
	}
	return 60
}

// walk takes Metropolis moves along differences of two other rows, and returns the share that was accepted.
func (p *Posterior) walk(ctx context.Context, u, x *mat.Dense, steps int, r *rand.Rand) (accepted float64, err error) {
	n, d := u.Dims()
	at, proposal := p.logJoint(u, x, 0), mat.NewDense(n, d, nil)
	for s := range steps {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		for i := range n {
			γ := 2.38 / math.Sqrt(2*float64(d)) * math.Exp(-1.5*r.Float64())
			if s%5 == 4 {
				γ = 1 // from mode to mode
			}
			a, b, row := r.IntN(n), r.IntN(n), proposal.RawRowView(i)
			for j := range row {
				row[j] = math.FMA(γ, u.At(a, j)-u.At(b, j), u.At(i, j)+1e-4*r.NormFloat64())
			}
		}
		for i, lp := range p.logJoint(proposal, x, 0) {
			if math.Log(r.Float64()) < lp-at[i] {
				copy(u.RawRowView(i), proposal.RawRowView(i))
				at[i] = lp
				accepted += 1 / float64(n*steps)
			}
		}
	}
	return accepted, nil
}

// resample fills dst with rows of x, systematically by their weights.
func resample(dst, x *mat.Dense, logWeights []float64, r *rand.Rand) {
	n, _ := dst.Dims()
	top := math.Inf(-1)
	for _, v := range logWeights {
		top = max(top, v)
	}
	total := 0.0
	for _, v := range logWeights {
		total += math.Exp(v - top)
	}
	u, sum, i := r.Float64(), math.Exp(logWeights[0]-top), 0
	for k := range n {
		for sum < (float64(k)+u)/float64(n)*total && i < len(logWeights)-1 {
			i++
			sum += math.Exp(logWeights[i] - top)
		}
		copy(dst.RawRowView(k), x.RawRowView(i))
	}
}
