package sbi

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/walkers"
	"gonum.org/v1/gonum/mat"
)

// logLikelihoods returns log p(x | u) by those parts of the likelihood that count, nil for all, of each rows for each x or, for 0, of all for one x.
func (p *Posterior) logLikelihoods(u, x *mat.Dense, each int, counts []bool) [][]float64 {
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
	return p.stack.logProbs(all, p.space.features(p.space.bound(u)), counts)
}

// logPool returns log of the pool of densities at rows u given x, without its integral. lq are the logarithms of q there, nil for
// it to find them. Densities without a power are not evaluated.
func (p *Posterior) logPool(u, x *mat.Dense, lq []float64) []float64 {
	var counts []bool
	if p.Powers[1] == 0 {
		for _, power := range p.Powers[2:] {
			counts = append(counts, power > 0)
		}
	}
	return p.pooled(u, x, lq, p.logBefore(u), p.logLikelihoods(u, x, 0, counts))
}

// pooled is logPool given log p(u) and the likelihoods.
func (p *Posterior) pooled(u, x *mat.Dense, lq, before []float64, lps [][]float64) []float64 {
	logs := slices.Clone(before)
	a, b := p.Powers[0], p.Powers[1]
	if lq == nil && a > 0 {
		lq = p.Direct.Given(x).LogProbs(nil, u)
	}
	var mixed []float64
	if b > 0 {
		mixed = p.stack.mixed(lps)
	}
	for i, l := range before {
		if b > 0 {
			l += float64(b * mixed[i])
		}
		if a > 0 {
			l += float64(a * (lq[i] - before[i]))
		}
		for k, power := range p.Powers[2:] {
			if power > 0 {
				l += float64(power * lps[k][i])
			}
		}
		if logs[i] = l; math.IsNaN(l) || math.IsInf(before[i], -1) {
			logs[i] = math.Inf(-1)
		}
	}
	return logs
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
	case efficiency > fineEfficiency:
		return 1
	case efficiency > goodEfficiency:
		return 3
	case efficiency > fairEfficiency:
		return 7
	case efficiency > 0.05:
		return 15
	}
	return 60
}

const (
	leastMoves  = 15 // of many
	scoutsMade  = 10 // moves that a scout has made, in the mean: more are not taken
	walkersMade = 20 // and a walker whose place is a draw
)

// walk takes Metropolis moves with the rows of u, fewer than steps if rows have made enough in the mean before. It returns how many, the share that was accepted, and log of
// the pool where they end.
func (p *Posterior) walk(ctx context.Context, u, x *mat.Dense, steps int, enough float64, r *rand.Rand) (moves int, accepted float64, logs []float64, err error) {
	w := &walkers.Population{At: u, Rand: r, Density: func(dst []float64, rows *mat.Dense, _ int) {
		copy(dst, p.logPool(rows, x, nil))
	}}
	w.Evaluate()
	for moves < steps && (moves < leastMoves || accepted < enough) {
		if err := ctx.Err(); err != nil {
			return 0, 0, nil, err
		}
		accepted += float64(w.Step()) / float64(len(w.Logs))
		moves++
	}
	return moves, accepted / float64(moves), w.Logs, nil
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
