package anomaly

import (
	"errors"
	"math"
	"slices"

	"github.com/normflow/normflow/internal/special"
)

// A tail turns the score of a view into −log of the share of reference scores above it: by quantiles up to the
// point that a tenth exceed, beyond it by a generalized Pareto distribution whose scale σ and shape ξ come from
// probability-weighted moments: J. R. M. Hosking, J. R. Wallis, Parameter and quantile estimation for the generalized Pareto
// distribution, 1987.
type tail struct {
	Knots        []float64 // quantiles at equal steps from 0 to 0.9, ascending
	Scale, Shape float64
}

const (
	body                 = 0.9
	mostKnots            = 512
	leastShape, topShape = 0.01, 0.9 // heavier tails have no mean; lighter ones would end
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
	u := t.Knots[k]
	first, _ := slices.BinarySearch(s, u)
	first = min(first, n-10) // rows enough to see a tail
	m := float64(n - first)
	var a, b float64
	for i, v := range s[first:] {
		e := max(v-u, 0) / m
		a += e
		b += float64(e * (1 - (float64(i)+0.65)/m))
	}
	t.Shape = 2 - a/(a-2*b)
	t.Scale = 2 * a * b / (a - 2*b)
	if !(t.Shape > leastShape) || !(t.Scale > 0) {
		t.Shape, t.Scale = leastShape, a
	}
	t.Shape = min(t.Shape, topShape)
	t.Scale = max(t.Scale, 1e-6, 1e-9*math.Abs(u))
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
		x := t.Shape * (s - t.Knots[k]) / t.Scale
		return special.Log1p(x)/t.Shape - special.Log(1-body), 1 / (t.Scale * (1 + x))
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
	return -special.Log1p(-float64(body * float64(i) / float64(len(t.Knots)-1)))
}

// Restore checks the fields.
func (t *tail) Restore() error {
	if len(t.Knots) < 2 || !slices.IsSorted(t.Knots) || !finite(t.Knots) || !(t.Scale > 0 && t.Shape > 0) || !finite([]float64{t.Scale, t.Shape}) {
		return errors.New("anomaly: tail: want at least two finite ascending knots, a positive scale and shape")
	}
	return nil
}

func finite(x []float64) bool {
	return !slices.ContainsFunc(x, func(v float64) bool { return math.IsNaN(v - v) })
}
