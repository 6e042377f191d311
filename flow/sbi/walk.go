package sbi

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/walkers"
	"gonum.org/v1/gonum/mat"
)

// logLikelihoods returns log p(x | u) by the parts of the likelihood, of each rows for each x or, for 0, of all for one x.
func (p *Posterior) logLikelihoods(u, x *mat.Dense, each int) [][]float64 {
	n, _ := u.Dims()
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
	return p.stack.logProbs(all, p.space.features(p.space.bound(u)))
}

// logPool returns log of the pool of densities at rows u given x, without its integral, and log p(u) + log p(x | u). lq are
// the logarithms of q there, nil for it to find them if they count.
func (p *Posterior) logPool(u, x *mat.Dense, lq []float64) (logs, joint []float64) {
	logs, lps := p.logBefore(u), p.logLikelihoods(u, x, 0)
	joint = p.stack.mixed(lps)
	a, b := p.Powers[0], p.Powers[1]
	if lq == nil && a > 0 {
		lq = p.Direct.Given(x).LogProbs(nil, u)
	}
	for i, before := range logs {
		l := before + float64(b*joint[i])
		if a > 0 {
			l += float64(a * (lq[i] - before))
		}
		for k, power := range p.Powers[2:] {
			l += float64(power * lps[k][i])
		}
		joint[i] += before
		if logs[i] = l; math.IsNaN(l) || math.IsInf(before, -1) {
			logs[i] = math.Inf(-1)
		}
	}
	return logs, joint
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

// walk takes Metropolis moves with the rows of u, and returns the share that was accepted, and log of the pool where they end.
func (p *Posterior) walk(ctx context.Context, u, x *mat.Dense, steps int, r *rand.Rand) (accepted float64, logs []float64, err error) {
	w := &walkers.Population{At: u, Rand: r, Density: func(dst []float64, rows *mat.Dense, _ int) {
		logs, _ := p.logPool(rows, x, nil)
		copy(dst, logs)
	}}
	w.Evaluate()
	for range steps {
		if err := ctx.Err(); err != nil {
			return 0, nil, err
		}
		accepted += float64(w.Step()) / float64(len(w.Logs)*steps)
	}
	return accepted, w.Logs, nil
}

const (
	missedWalkers = 400  // that tell what draws of q miss, at most
	missedMargin  = 0.01 // how far a log weight is above all draws': more than rounding
)

// missed is the share of the first rows of u, with the log-densities logs, that q has so little mass around that their log weight is above top,
// which is that of all draws of q.
func (p *Posterior) missed(u, x *mat.Dense, logs []float64, top float64) calibration.Estimate {
	n, d := u.Dims()
	n = min(n, missedWalkers)
	above := 0
	for i, lq := range p.Direct.Given(x).LogProbs(nil, u.Slice(0, n, 0, d)) {
		if !(logs[i]-lq <= top+missedMargin) { // or NaN
			above++
		}
	}
	share := float64(above) / float64(n)
	return calibration.Estimate{Value: share, SE: math.Sqrt(max(share*(1-share), 1/float64(n)) / float64(n))}
}
