package anomaly

import (
	"fmt"
	"math"
	"slices"
)

// An exceed turns scores into p-values: the conformal
//
//	p(s) = (1 + #{reference ≥ s}) / (n + 1)
//
// which is uniform, or a little more, for a row that is exchangeable with those of the reference, and beyond the largest of these
// an exponential with their mean excess.
type exceed struct {
	sorted []float64
	mean   float64
}

func newExceed(sorted []float64) exceed {
	n := len(sorted)
	k := min(max(10, n/50), n/2)
	u, sum := sorted[n-1-k], 0.0
	for _, v := range sorted[n-k:] {
		sum += v - u
	}
	return exceed{sorted, max(sum/float64(k), 1e-9)}
}

// p returns the p-value of a score.
func (e *exceed) p(s float64) float64 {
	n := len(e.sorted)
	last := e.sorted[n-1]
	if math.IsNaN(s) {
		return s
	}
	if s > last {
		return math.Exp((last-s)/e.mean) / float64(n+1)
	}
	i, _ := slices.BinarySearch(e.sorted, s)
	return float64(1+n-i) / float64(n+1)
}

// PValue returns the probability that a row like those of the training has a score of at least s: (1 + k)/(n + 1) for k of n
// training rows with such a score by models that had not seen them, and beyond all of these less, by an exponential tail. It is NaN for NaN.
//
// V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World, 2005.
func (d *Detector) PValue(s float64) float64 { return d.q.p(s) }

// Threshold returns the score above which rows like those of the training are with a probability of at most rate: the alarm
// Score > Threshold(rate) has that false-positive rate, and is the same as p ≤ rate. It panics unless 0 < rate < 1.
func (d *Detector) Threshold(rate float64) float64 {
	if !(rate > 0 && rate < 1) {
		panic(fmt.Sprintf("anomaly: Threshold: got a rate of %v, want one between 0 and 1", rate))
	}
	n := len(d.q.sorted)
	k := int(math.Floor(rate * float64(n+1))) // reference scores that may be as high, and the row itself
	if k < 1 {
		return d.q.sorted[n-1] - d.q.mean*math.Log(rate*float64(n+1))
	}
	return d.q.sorted[n-k]
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
