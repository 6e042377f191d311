package sbi

import (
	"math"

	"github.com/normflow/normflow/internal/special"
)

const (
	gainPairs = 50 // pairs by whose observations the gain of folds is found, about
	gainTurns = 20 // halvings of where it is
	mostGain  = 2
)

// A fold is what the models of one make of pairs that they have not seen.
type fold struct {
	*Posterior
	pairs *proposals // the first of those by which powers are chosen
}

// foldGain returns by how much greater the powers of the models of all folds are than those w that were found with one's. Errors of folds
// even out: the truth of a new pair is as likely as ever by one fold's models, and their mean has the same logarithm there, or a
// greater one; but its integral is smaller, and this is known without the truth. At the least of the loss of new pairs, the log ratios
// of a fold, rows of the sum of its powers and ratios, have the same mean by the posterior of all folds' models as at the truth. The
// latter is the mean by the fold's own posterior but for the slope of the loss of its held-out pairs.
//
// T. Heskes, Selecting weighting factors in logarithmic opinion pools, Advances in Neural Information Processing Systems 10, 1997.
func (p *Posterior) foldGain(all *pool, folds []*fold) float64 {
	held := weighed(all.powers, all.ratios)
	var sets []*shift
	for _, f := range folds {
		s := &shift{proposals: f.pairs, whole: weighed(p.Powers, p.ratios(f.pairs))}
		for _, g := range folds {
			s.folds = append(s.folds, weighed(all.powers, g.ratios(f.pairs)))
		}
		sets = append(sets, s)
	}
	return gain(all, held, sets)
}

// gain is foldGain given the log ratios of rows of all by their fold's models.
func gain(all *pool, held []float64, sets []*shift) float64 {
	low, high := 1.0, float64(mostGain)
	for range gainTurns {
		c := (low + high) / 2
		_, slope, _ := all.nll(all.before, held, c)
		var moved, pairs float64
		for _, s := range sets {
			moved += s.mean(c)
			pairs += float64(s.pairs())
		}
		if slope+moved/pairs < 0 {
			low = c
		} else {
			high = c
		}
	}
	return low
}

// weighed returns the sum of ratios times powers.
func weighed(powers []float64, ratios [][]float64) []float64 {
	sum := make([]float64, len(ratios[0]))
	for k, power := range powers {
		for i, v := range ratios[k] {
			sum[i] += float64(power * least(v))
		}
	}
	return sum
}

// A shift compares the log ratios of folds by the posterior of all with those by their own.
type shift struct {
	*proposals
	whole []float64   // log ratio of the posterior by all models
	folds [][]float64 // of that by each fold's
}

// mean returns the sum over pairs of the difference, a mean over folds, where all powers are c times as great.
func (s *shift) mean(c float64) float64 {
	sum := 0.0
	for i := 0; i < len(s.before); i += s.each {
		for _, r := range s.folds {
			sum += (s.expected(i, r, s.whole, c) - s.expected(i, r, r, c)) / float64(len(s.folds))
		}
	}
	return sum
}

// expected returns the mean of v by the density before·exp(c·ratio), from the draws of the pair whose truth is row i.
func (s *shift) expected(i int, v, ratio []float64, c float64) float64 {
	log := func(j int) float64 { return s.before[j] + float64(c*ratio[j]) - s.proposed[j] }
	top := math.Inf(-1)
	for j := i + 1; j < i+s.each; j++ {
		top = max(top, log(j))
	}
	if math.IsInf(top, -1) {
		return 0
	}
	var sum, mean float64
	for j := i + 1; j < i+s.each; j++ {
		if w := special.Exp(log(j) - top); w > 0 {
			sum += w
			mean += float64(w * v[j])
		}
	}
	return mean / sum
}
