package anomaly

import (
	"errors"
	"math"
	"slices"
)

// A tail turns the score of a view into −log of the share of reference scores above it: by
// quantiles up to the point that 30 % exceed, beyond it by an exponential.
type tail struct {
	Knots []float64 // quantiles at equal steps from 0 to 0.7, ascending
	Mean  float64   // excess over the last knot
}

const (
	body      = 0.7
	mostKnots = 512
)

// newTail returns the tail of reference scores.
func newTail(scores []float64) tail {
	s := slices.Clone(scores)
	slices.Sort(s)
	n := len(s)
	k := max(1, min(mostKnots, int(body*float64(n))))
	t := tail{Knots: make([]float64, k+1)}
	for i := range t.Knots {
		t.Knots[i] = quantile(s, body*float64(i)/float64(k))
	}
	u, far := t.Knots[k], quantile(s, 0.99)
	count := 0
	for _, v := range s {
		if v > u && v <= far {
			t.Mean += v - u
			count++
		}
	}
	if count > 0 {
		t.Mean /= float64(count)
	}
	t.Mean = max(t.Mean, 1e-6, 1e-9*math.Abs(u))
	return t
}

// quantile returns that of sorted numbers, between two of them by a straight line.
func quantile(s []float64, p float64) float64 {
	at := float64(p * float64(len(s)-1))
	i := min(int(at), len(s)-1)
	if i+1 >= len(s) {
		return s[i]
	}
	return s[i] + float64((s[i+1]-s[i])*(at-float64(i)))
}

// at returns the tail's value at a score, a straight line between knots, and its slope.
func (t *tail) at(s float64) (v, slope float64) {
	k := len(t.Knots) - 1
	i, _ := slices.BinarySearch(t.Knots, s) // the first knot that is not below s
	switch {
	case math.IsNaN(s):
		return s, 0
	case s > t.Knots[k]:
		return -math.Log(1-body) + (s-t.Knots[k])/t.Mean, 1 / t.Mean
	case i == 0:
		return 0, 0
	}
	lo, hi := t.Knots[i-1], t.Knots[i]
	a, b := t.level(i-1), t.level(i)
	slope = (b - a) / (hi - lo)
	return a + float64(slope*(s-lo)), slope
}

// level is the value at knot i.
func (t *tail) level(i int) float64 {
	return -math.Log1p(-float64(body * float64(i) / float64(len(t.Knots)-1)))
}

// Restore checks the fields.
func (t *tail) Restore() error {
	if len(t.Knots) < 2 || !slices.IsSorted(t.Knots) || !finite(t.Knots) || !(t.Mean > 0) || math.IsInf(t.Mean, 1) {
		return errors.New("anomaly: tail: want at least two finite ascending knots and a positive mean")
	}
	return nil
}

func finite(x []float64) bool {
	return !slices.ContainsFunc(x, func(v float64) bool { return math.IsNaN(v - v) })
}
