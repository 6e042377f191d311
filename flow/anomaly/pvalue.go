package anomaly

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/internal/special"
)

// Reference scores of one fold are those of its rows by the models that have not seen them, ascending. The p-value of a
// row that has the scores c₁, c₂, c₃ by the models of each fold is
//
//	p = (Σₖ #{reference of fold k ≥ cₖ} + t) / (n + 1)
//
// where # falls in straight lines from one reference score to the next, so that p falls wherever a score rises, and t is
// 1 unless all three are beyond the largest of their fold's: then e^(−least excess/mean excess).

// cross turns scores by the folds into −log p.
func (p *section) cross(c [folds]float64) float64 {
	count, total, beyond := 0.0, 1.0, math.Inf(1)
	for k, ref := range p.Reference {
		total += float64(len(ref))
		count += above(ref, c[k])
		beyond = min(beyond, max(0, (c[k]-ref[len(ref)-1])/p.Excess))
	}
	if count == 0 {
		return special.Log(total) + beyond
	}
	return max(0, special.Log(total/(count+special.Exp(-beyond))))
}

// above returns how many reference scores are at least c, between two of them by a straight line from one more.
func above(ref []float64, c float64) float64 {
	n := len(ref)
	i, _ := slices.BinarySearch(ref, c) // the first that is not below c
	switch {
	case i == 0:
		return float64(n)
	case i == n:
		return 0
	}
	return float64(n-i) + (ref[i]-c)/(ref[i]-ref[i-1])
}

// meanExcess returns that of the largest of the reference scores, of all folds together.
func meanExcess(reference [][]float64) float64 {
	all := slices.Concat(reference...)
	slices.Sort(all)
	n := len(all)
	k := min(max(10, n/50), n/2)
	sum := 0.0
	for _, v := range all[n-k:] {
		sum += v - all[n-1-k]
	}
	return max(sum/float64(k), 1e-9)
}

// PValue returns e^(−s), the p-value of a score: see [Detector].
func (d *Detector) PValue(s float64) float64 { return special.Exp(-s) }

// Threshold returns −log rate, the score from which on rows like those of the training are with a probability of at most rate: the
// alarm Score ≥ Threshold(rate) has that false-positive rate, and is the same as P ≤ rate. It panics unless 0 < rate < 1.
func (d *Detector) Threshold(rate float64) float64 {
	if !(rate > 0 && rate < 1) {
		panic(fmt.Sprintf("anomaly: Threshold: got a rate of %v, want one between 0 and 1", rate))
	}
	return -special.Log(rate)
}

// RankPValues returns p-values of a table's own rows by their scores, such as [Outliers] gives: the share of the rows that have at least a row's score.
//
// If a share ε of the rows are anomalies, of the others at most c/(1−ε) have p ≤ c, whatever the scores are worth, and fewer where these put anomalies
// first: the rows with p ≤ c are a share c of all. As they rest on nothing but ranks they cannot say how many anomalies there are, and
// [Discoveries] of all of them are none. NaN is NaN and no rank.
func RankPValues(scores []float64) []float64 {
	sorted := slices.DeleteFunc(slices.Clone(scores), math.IsNaN)
	slices.Sort(sorted)
	p := make([]float64, len(scores))
	for i, s := range scores {
		if p[i] = math.NaN(); !math.IsNaN(s) {
			below, _ := slices.BinarySearch(sorted, s)
			p[i] = float64(len(sorted)-below) / float64(len(sorted))
		}
	}
	return p
}

// Discoveries returns which p-values are so small that among those the expected share of false alarms is at most rate, however
// many rows there are: the largest k for which the k-th smallest of m is at most rate·k/m. NaN is none and does not
// count. It panics unless 0 < rate < 1.
//
// Y. Benjamini, Y. Hochberg, Controlling the false discovery rate, 1995; for conformal p-values S. Bates, E. Candès,
// L. Lei, Y. Romano, M. Sesia, Testing for outliers with conformal p-values, 2021, arXiv:2104.08279.
func Discoveries(p []float64, rate float64) []bool {
	if !(rate > 0 && rate < 1) {
		panic(fmt.Sprintf("anomaly: Discoveries: got a rate of %v, want one between 0 and 1", rate))
	}
	sorted := slices.DeleteFunc(slices.Clone(p), math.IsNaN)
	slices.Sort(sorted)
	most := -1.0
	for k, v := range sorted {
		if v <= rate*float64(k+1)/float64(len(sorted)) {
			most = v
		}
	}
	found := make([]bool, len(p))
	for i, v := range p {
		found[i] = v <= most
	}
	return found
}
