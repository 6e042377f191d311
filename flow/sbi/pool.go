package sbi

import (
	"cmp"
	"math"
	"slices"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

const (
	partCost  = 0.02 // nats a pair that power 1 of a part costs: what parts have to gain beside their mixture
	sumSpread = 0.3  // of the powers' sum around 1, before any pair is seen
	mostTurns = 100
	mostMove  = 0.2   // of a power in a turn
	leastMove = 1e-3  // less is the end
	leastGain = 0.002 // nats a pair that a density has to gain, or it is left out
	leastLog  = -1e6  // a log ratio, for none

	truthWeight = 0.5 // of the truth among draws

	strays     = 0.01 // share of pairs that the pool is not for, before any is seen
	mostLooks  = 10   // for them
	leastMoved = 0.01 // of the probability that a pair is one; less is the end
)

// A pool finds the powers of densities that are pooled, from pairs of parameters and observations. It has a row for the true
// parameters of each pair, and rows for draws from a proposal behind it, for the integral.
type pool struct {
	before   []float64   // log-density of the prior; −Inf for draws that do not count
	ratios   [][]float64 // logarithms of what is pooled, over the prior where it is a density of parameters
	proposed []float64   // log-density of the proposal
	each     int         // rows of a pair

	weights []float64 // of pairs, nil for 1: the probability that they are no strays
	powers  []float64
	cost    []float64 // of power 1 of each
	out     []bool    // those that are left out, whose powers stay 0; nil for none
}

func (p *pool) pairs() int { return len(p.before) / p.each }

// add adds pairs: those at whose truth prior and proposal have densities.
func (p *pool) add(before, proposed []float64, ratios [][]float64) {
	if p.ratios == nil {
		p.ratios = make([][]float64, len(ratios))
	}
	for i := 0; i < len(before); i += p.each {
		if !(math.Abs(before[i]+proposed[i]) < -leastLog) {
			continue
		}
		p.before = append(p.before, before[i:i+p.each]...)
		p.proposed = append(p.proposed, proposed[i:i+p.each]...)
		for k, r := range ratios {
			for _, v := range r[i : i+p.each] {
				p.ratios[k] = append(p.ratios[k], least(v))
			}
		}
	}
}

// least is v, or leastLog where that is greater, and for NaN.
func least(v float64) float64 {
	if v > leastLog {
		return v
	}
	return leastLog
}

// fit finds the powers w ≥ 0 that make the truths most likely by the density before·exp Σₖ wₖ·ratioₖ over its integral. The mean of
// −log of it, with the cost of parts and that of a sum unlike 1, is convex in w; a turn is a Newton step of each power. It begins with the second alone.
//
// A hundredth of the pairs may be strays, by the proposal: EM, whose weights are of the pairs that are not. A few observations that all
// models misjudge, with truths that are dozens of nats less likely than by the proposal, would else make the pool too wide for all others.
func (p *pool) fit() {
	p.powers, p.cost = make([]float64, len(p.ratios)), make([]float64, len(p.ratios))
	p.powers[1] = 1
	for k := 2; k < len(p.cost); k++ {
		p.cost[k] = partCost
	}
	p.weights = make([]float64, p.pairs())
	for i := range p.weights {
		p.weights[i] = 1
	}
	logs := p.logs(p.powers)
	for look, moved := 0, 1.0; look < mostLooks && moved >= leastMoved; look++ {
		p.climb(logs)
		moved = p.weigh(logs)
	}
	p.thin()
}

// thin leaves out densities that gain next to nothing, that of the least power first: what is not pooled need not be evaluated.
func (p *pool) thin() {
	p.out = make([]bool, len(p.powers))
	order := make([]int, len(p.powers))
	for k := range order {
		order[k] = k
	}
	with := slices.Clone(p.powers)
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(with[i], with[j]) })
	logs := p.logs(p.powers)
	loss, _, _ := p.along(logs, 0, 0)
	for _, k := range order {
		copy(with, p.powers)
		p.out[k], p.powers[k] = true, 0
		logs = p.logs(p.powers)
		p.climb(logs)
		l, _, _ := p.along(logs, 0, 0)
		if l > loss+leastGain {
			p.out[k] = false
			copy(p.powers, with)
		}
	}
}

// climb takes turns until powers move no more. logs are those by the powers.
func (p *pool) climb(logs []float64) {
	for turn, most := 0, 1.0; turn < mostTurns && most >= leastMove; turn++ {
		most = 0
		for k := range p.powers {
			if p.out != nil && p.out[k] {
				continue
			}
			move := p.step(logs, k)
			p.powers[k] += move
			kernel.Axpy(logs, p.ratios[k], move)
			most = max(most, math.Abs(move))
		}
	}
}

// weigh sets the weights of pairs, and returns by how much one moved at most.
func (p *pool) weigh(logs []float64) (most float64) {
	for i := range p.weights {
		loss, _, _ := p.pair(i, logs, p.ratios[0], 0)
		odds := special.Exp(p.proposed[i*p.each] + loss) // of the proposal against the pool
		w := (1 - strays) / (1 - strays + float64(strays*odds))
		most, p.weights[i] = max(most, math.Abs(w-p.weights[i])), w
	}
	return most
}

// step returns by how much power k goes: halves of a Newton step until the loss is not greater, or 0.
func (p *pool) step(logs []float64, k int) float64 {
	loss, slope, curve := p.along(logs, k, 0)
	if !(curve > 0) {
		return 0
	}
	move := max(-p.powers[k], min(max(-slope/curve, -mostMove), mostMove))
	for ; math.Abs(move) > leastMove/8; move /= 2 {
		if l, _, _ := p.along(logs, k, move); l <= loss {
			return move
		}
	}
	return 0
}

// logs returns log of the density by such powers at all rows, without its integral.
func (p *pool) logs(powers []float64) []float64 {
	logs := append([]float64(nil), p.before...)
	for k, w := range powers {
		kernel.Axpy(logs, p.ratios[k], w)
	}
	return logs
}

// along returns the loss where power k is greater by move than that of the logarithms given, and its first two derivatives.
func (p *pool) along(logs []float64, k int, move float64) (loss, slope, curve float64) {
	n, excess := float64(p.pairs()), move-1
	loss, slope, curve = p.nll(logs, p.ratios[k], move)
	for l, w := range p.powers {
		excess += w
		loss += float64(p.cost[l] * w)
	}
	rate := 1 / (sumSpread * sumSpread * n)
	return loss + float64(p.cost[k]*move) + rate*excess*excess/2, slope + p.cost[k] + float64(rate*excess), curve + rate
}

// nll returns the mean over pairs of −log of the density logs + move·ratio over its integral, and its first two derivatives by move.
func (p *pool) nll(logs, ratio []float64, move float64) (loss, slope, curve float64) {
	total := 0.0
	for i := range p.pairs() {
		weight := 1.0
		if p.weights != nil {
			weight = p.weights[i]
		}
		l, s, c := p.pair(i, logs, ratio, move)
		total += weight
		loss += float64(weight * l)
		slope += float64(weight * s)
		curve += float64(weight * c)
	}
	return loss / total, slope / total, curve / total
}

// pair is nll of one pair. The integral is that by weights of truth and draws over the proposal; of n draws with weights of mean 1
// and variance v, it would be too great by v/2n if the truth counted as one more, and too small by as much without it: it counts half.
func (p *pool) pair(i int, logs, ratio []float64, move float64) (loss, slope, curve float64) {
	truth := i * p.each
	top := math.Inf(-1)
	for j := truth; j < truth+p.each; j++ {
		top = max(top, logs[j]+float64(move*ratio[j])-p.proposed[j])
	}
	var sum, mean, square float64
	for j := truth; j < truth+p.each; j++ {
		if w := special.Exp(logs[j] + float64(move*ratio[j]) - p.proposed[j] - top); w > 0 {
			if j == truth {
				w *= truthWeight
			}
			d := ratio[j] - ratio[truth]
			sum += w
			mean += float64(w * d)
			square += float64(w * d * d)
		}
	}
	mean /= sum
	loss = top + special.Log(sum/(float64(p.each-1)+truthWeight)) - logs[truth] - float64(move*ratio[truth])
	return loss, mean, square/sum - float64(mean*mean)
}
