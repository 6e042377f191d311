package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// maxIterations is enough to halve a bracket, in steps of float64 values,
// down to neighbours, each time after three Newton steps that do not help.
const maxIterations = 300

// roots looks for the roots of g(x) = y for many y at once, g increasing.
type roots struct {
	want   []float64
	lo, hi []float64 // the root is between
	width  []float64 // of the bracket when a step last helped
	miss   []float64 // |g(x) − y| at the step before
	slow   []float64 // steps since one helped
	done   []float64 // 1 where the root is found
	slope  []float64
}

// newRoots starts the search for the y with x between lo and hi, and sets the
// first x.
func newRoots(c *autodiff.Call, x, y []float64, lo, hi float64) roots {
	n := len(y)
	r := roots{want: y, lo: c.Temp(n), hi: c.Temp(n), width: c.Temp(n), miss: c.Temp(n), slow: c.Temp(n), done: c.Temp(n), slope: c.Temp(n)}
	for i, v := range y {
		r.lo[i], r.hi[i], r.width[i], r.miss[i], r.slow[i], r.done[i] = lo, hi, math.Inf(1), math.Inf(1), 0, 0
		switch {
		case math.IsNaN(v):
			x[i], r.done[i] = v, 1
		case v > lo && v < hi: // the root itself of maps near the identity
			x[i] = v
		default:
			x[i] = middle(lo, hi)
		}
	}
	return r
}

// step takes g and log g′ at x and moves x; it reports whether all are found.
func (r *roots) step(x, g, ls []float64) bool {
	kernel.Exp(r.slope, ls)
	all := true
	for i, v := range x {
		if r.done[i] == 1 {
			continue
		}
		diff := g[i] - r.want[i]
		switch {
		case diff == 0 || math.IsNaN(diff):
			r.done[i] = 1
			continue
		case diff < 0:
			r.lo[i] = v
		default:
			r.hi[i] = v
		}
		x[i] = r.next(i, v, math.Abs(diff), v-diff/r.slope[i])
		all = all && r.done[i] == 1
	}
	return all
}

// settle moves the roots that are found from x to their positions in y, and returns how many are still
// sought: these come first from now on, with their positions.
func (r *roots) settle(y, x, places []float64) int {
	n := 0
	for i, v := range x {
		if r.done[i] == 1 {
			y[int(places[i])] = v
			continue
		}
		x[n], places[n], r.done[n] = v, places[i], 0
		for _, s := range [...][]float64{r.want, r.lo, r.hi, r.width, r.miss, r.slow} {
			s[n] = s[i]
		}
		n++
	}
	r.slope = r.slope[:n]
	return n
}

// next returns where to look after x, which missed y by so much, given Newton's
// proposal.
func (r *roots) next(i int, x, miss, newton float64) float64 {
	lo, hi := r.lo[i], r.hi[i]
	width := float64(ordinal(hi)) - float64(ordinal(lo))
	if width <= 1 {
		r.done[i] = 1
		return x
	}
	r.slow[i]++
	if width <= r.width[i]/2 || miss <= r.miss[i]/8 {
		r.width[i], r.slow[i] = width, 0
	}
	r.miss[i] = miss
	if newton > lo && newton < hi && r.slow[i] < 3 {
		if math.Abs(newton-x) <= 0x1p-52*math.Abs(x) {
			r.done[i] = 1
		}
		return newton
	}
	r.slow[i] = 0
	return middle(lo, hi)
}

// ordinal maps float64 values to integers in the same order, neighbours to neighbours.
func ordinal(x float64) int64 {
	b := int64(math.Float64bits(x))
	if b < 0 {
		return math.MinInt64 - b
	}
	return b
}

// middle returns the value halfway from lo to hi, counting float64 values: it
// halves exponents first, digits then, and takes infinite ends.
func middle(lo, hi float64) float64 {
	a, b := ordinal(lo), ordinal(hi)
	m := a/2 + b/2 + (a%2+b%2)/2
	if m < 0 {
		m = math.MinInt64 - m
	}
	return math.Float64frombits(uint64(m))
}
