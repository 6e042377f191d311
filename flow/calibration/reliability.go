package calibration

import (
	"fmt"
	"math"
	"slices"
)

// A ReliabilityCurve compares stated probabilities of events with how often these happened, in bins of about as many
// events each, from the least probable on.
//
// M. H. DeGroot, S. E. Fienberg, The comparison and evaluation of forecasters, 1983.
type ReliabilityCurve struct {
	Stated   []float64 // mean probability in each bin
	Observed []float64 // share of its events that happened
	Counts   []int     // its events
	// Error is the mean of |Stated − Observed|, bins weighted by their counts.
	Error float64
	// Brier is the mean of (probability − 1 or 0)².
	Brier float64
	// Z is by how many standard errors the Brier score is away from what calibrated probabilities have: positive for
	// probabilities too near to 0 and 1, negative for ones too far from these. NaN if all are 0, ½ or 1.
	//
	// D. J. Spiegelhalter, Probabilistic prediction in patient management and clinical trials, 1986. Events that exclude each
	// other, such as the categories of one row, are not independent: Z is then about right, no more.
	Z float64
}

// Reliability returns the curve of events that were stated with probabilities and happened or not, in so many bins at
// most: equal probabilities are in one bin.
//
// It panics unless there is at least one event, stated is as long as happened, all probabilities are between 0 and 1, and bins is positive.
func Reliability(stated []float64, happened []bool, bins int) *ReliabilityCurve {
	n := len(stated)
	if n == 0 || n != len(happened) || bins < 1 {
		panic(fmt.Sprintf("calibration: Reliability: got %d probabilities, %d events and %d bins, want as many of the first two and at least one of each", n, len(happened), bins))
	}
	order := make([]int, n)
	for i := range order {
		if order[i] = i; !(stated[i] >= 0 && stated[i] <= 1) {
			panic(fmt.Sprintf("calibration: Reliability: got the probability %v, want one between 0 and 1", stated[i]))
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case stated[a] < stated[b]:
			return -1
		case stated[a] > stated[b]:
			return 1
		}
		return 0
	})
	c := &ReliabilityCurve{}
	var excess, variance float64
	for from, k := 0, 1; from < n; k++ {
		to := max(from+1, n*k/bins)
		for to < n && stated[order[to]] == stated[order[to-1]] {
			to++
		}
		var sum, share float64
		for _, i := range order[from:to] {
			p, o := stated[i], 0.0
			if happened[i] {
				o = 1
			}
			sum += p
			share += o
			c.Brier += (p - o) * (p - o) / float64(n)
			excess += (o - p) * (1 - 2*p)
			variance += (1 - 2*p) * (1 - 2*p) * p * (1 - p)
		}
		m := float64(to - from)
		c.Stated, c.Observed, c.Counts = append(c.Stated, sum/m), append(c.Observed, share/m), append(c.Counts, to-from)
		c.Error += math.Abs(sum-share) / float64(n)
		from = to
	}
	c.Z = math.NaN()
	if variance > 0 {
		c.Z = excess / math.Sqrt(variance)
	}
	return c
}

// String says how far the probabilities can be trusted.
func (c *ReliabilityCurve) String() string {
	n := 0
	for _, k := range c.Counts {
		n += k
	}
	words := "calibrated"
	switch {
	case c.Z > 2.6:
		words = "too near to 0 and 1"
	case c.Z < -2.6:
		words = "too far from 0 and 1"
	}
	return fmt.Sprintf("probabilities of %d events are %s: mean error %.3f, Brier score %.4f, z = %+.1f", n, words, c.Error, c.Brier, c.Z)
}
