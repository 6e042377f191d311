package table

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
)

// A Conditional is the distribution of one column, as it is or given values of others: probabilities of
// atoms and a mixture of logistic distributions of the warped number.
//
// Its methods take and return numbers as [Column] has them: of categories their place among the levels, of dates days
// since 1970. They only read it.
type Conditional struct {
	Column *Column
	// Probabilities are those of the column's levels or atoms, Other's last.
	Probabilities []float64
	head          *head
	weights       []float64 // of the logistic distributions
	mu, scale     []float64
}

// newConditional averages what several networks say, by weights.
func newConditional(c *Column, h *head, outs [][]float64, weights []float64) *Conditional {
	d := &Conditional{Column: c, head: h, Probabilities: make([]float64, h.Atoms)}
	n := h.logits()
	p := make([]float64, n)
	for k, out := range outs {
		softmax(p, out[:n])
		for i := range h.Atoms {
			d.Probabilities[i] += weights[k] * p[i]
		}
		for i := range h.Comps {
			d.weights = append(d.weights, weights[k]*p[h.Atoms+i])
			d.mu = append(d.mu, out[n+i])
			d.scale = append(d.scale, clampScale(out[n+h.Comps+i]))
		}
	}
	return d
}

func softmax(dst, logits []float64) {
	top := math.Inf(-1)
	for _, l := range logits {
		top = max(top, l)
	}
	var sum float64
	for i, l := range logits {
		dst[i] = special.Exp(l - top)
		sum += dst[i]
	}
	for i := range dst {
		dst[i] /= sum
	}
}

// LogProb returns the logarithm of the density, or probability, of a value: −Inf outside the support, NaN at NaN.
func (d *Conditional) LogProb(v float64) float64 {
	if math.IsNaN(v) {
		return v
	}
	t, ok := d.Column.target(d.head, v)
	if !ok || t.atom >= len(d.Probabilities) || !d.Column.Kind.numeric() && (v < 0 || v != math.Trunc(v)) {
		return math.Inf(-1)
	}
	best, lps := math.Inf(-1), make([]float64, 0, len(d.weights)+1)
	if t.atom >= 0 {
		lps = append(lps, special.Log(d.Probabilities[t.atom]))
	}
	if t.atom < 0 || d.head.Step > 0 && d.head.Comps > 0 {
		unit := d.head.unit(&t)
		for i, w := range d.weights {
			lp, _, _ := d.head.component(&t, d.mu[i], d.scale[i])
			lps = append(lps, lp+special.Log(w)-unit)
		}
	}
	for _, lp := range lps {
		best = max(best, lp)
	}
	if math.IsInf(best, -1) {
		return best
	}
	var sum float64
	for _, lp := range lps {
		sum += special.Exp(lp - best)
	}
	return best + special.Log(sum)
}

// CDF returns the probability of values up to v: for a number on a grid, of all of its cell.
func (d *Conditional) CDF(v float64) float64 {
	var p float64
	for i, q := range d.Probabilities {
		at := float64(i)
		if d.Column.Kind.numeric() {
			at = d.Column.Atoms[i] - d.Column.Step/4
		}
		if at <= v {
			p += q
		}
	}
	if len(d.weights) > 0 {
		if d.head.Step > 0 {
			v = d.Column.cell(v) + d.head.Step/2
		}
		t := d.head.Warp.forward(v)
		for i, w := range d.weights {
			p += w * sigmoid((t-d.mu[i])/d.scale[i])
		}
	}
	return min(p, 1)
}

// Quantile returns the least value whose CDF is at least p, which is between 0 and 1.
func (d *Conditional) Quantile(p float64) float64 {
	if !(p >= 0 && p <= 1) {
		panic("table: Conditional: Quantile: want a probability")
	}
	if len(d.weights) == 0 {
		var sum float64
		last := 0
		for i, q := range d.Probabilities {
			if q > 0 {
				last = i
			}
			if sum += q; sum >= p && q > 0 {
				last = i
				break
			}
		}
		return d.value(last)
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for i, m := range d.mu {
		lo, hi = min(lo, m-40*d.scale[i]), max(hi, m+40*d.scale[i])
	}
	for _, a := range d.Column.Atoms {
		if t := d.head.Warp.forward(a); !math.IsInf(t, 0) {
			lo, hi = min(lo, t-1), max(hi, t+1)
		}
	}
	for _, a := range d.Column.Atoms { // an atom that the probability falls into
		below := d.CDF(math.Nextafter(a-d.Column.Step/2, math.Inf(-1)))
		if below < p && p <= d.CDF(a) {
			return a
		}
	}
	for range 200 {
		if mid := lo + (hi-lo)/2; d.CDF(d.head.Warp.inverse(mid)) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return d.round(d.head.Warp.inverse(hi))
}

// value returns the number of an atom.
func (d *Conditional) value(atom int) float64 {
	if d.Column.Kind.numeric() {
		return d.Column.Atoms[atom]
	}
	return float64(atom)
}

// round puts a number on the grid, within the support.
func (d *Conditional) round(v float64) float64 {
	if d.head.Step == 0 {
		return v
	}
	v = d.Column.cell(v)
	for v-d.head.Step/2 >= d.head.Warp.High {
		v -= d.head.Step
	}
	for v+d.head.Step/2 <= d.head.Warp.Low {
		v += d.head.Step
	}
	return v
}

// Draw returns a value drawn from src; nil is the global source.
func (d *Conditional) Draw(src rand.Source) float64 { return d.draw(rng.Uniform(rng.Or(src)), 1e-16) }

// draw returns a value by a uniform number: what is left of it within an atom or component is uniform again, and decides where in the
// component the value is, but not within the outermost share of either side, which stand at their inner edges.
func (d *Conditional) draw(u, outermost float64) float64 {
	last := 0
	for i, q := range d.Probabilities {
		if u < q {
			return d.value(i)
		}
		u -= q
		if q > 0 {
			last = i
		}
	}
	for i, w := range d.weights {
		if u < w || i == len(d.weights)-1 && w > 0 {
			z := min(max(u/w, outermost), 1-outermost)
			return d.round(d.head.Warp.inverse(d.mu[i] + d.scale[i]*(special.Log(z)-special.Log1p(-z))))
		}
		u -= w
	}
	return d.value(last)
}

// nodes is how many quantiles of a logistic distribution stand for it where its mean is needed.
const nodes = 24

// Mean returns the mean, of numbers and dates only; NaN for categories. What lies beyond the extremes of the rows that were learned from
// counts as these, and the outermost 2 % of each side of a component stand at its edge, as tails of a heavy column may have no mean.
func (d *Conditional) Mean() float64 {
	if !d.Column.Kind.numeric() {
		return math.NaN()
	}
	return d.expect(func(v float64) float64 { return v })
}

// SD returns the standard deviation, as [Conditional.Mean] has it.
func (d *Conditional) SD() float64 {
	m := d.Mean()
	return math.Sqrt(d.expect(func(v float64) float64 { return (v - m) * (v - m) }))
}

func (d *Conditional) expect(f func(float64) float64) float64 {
	var sum, mass float64
	for i, q := range d.Probabilities {
		sum, mass = sum+q*f(d.value(i)), mass+q
	}
	for i, w := range d.weights {
		if w < 1e-6 {
			continue
		}
		var m float64
		for k := range nodes {
			u := (float64(k) + 0.5) / nodes
			v := d.head.Warp.inverse(d.mu[i] + d.scale[i]*(special.Log(u)-special.Log1p(-u)))
			m += f(min(max(v, d.Column.Least), d.Column.Most))
		}
		sum, mass = sum+w*m/nodes, mass+w
	}
	return sum / mass
}

// Mode returns the most probable category, level or atom if there are no other numbers, and else the number of highest density
// among the locations of the components, or the likeliest atom if that has a probability of at least a half.
func (d *Conditional) Mode() float64 {
	best := 0
	for i, q := range d.Probabilities {
		if q > d.Probabilities[best] && !(d.Column.Other && i == len(d.Column.Levels)) {
			best = i
		}
	}
	if len(d.weights) == 0 || len(d.Probabilities) > 0 && d.Probabilities[best] >= 0.5 {
		return d.value(best)
	}
	at, top := math.NaN(), math.Inf(-1)
	for i := range d.mu {
		v := d.round(d.head.Warp.inverse(d.mu[i]))
		if lp := d.LogProb(v); lp > top {
			at, top = v, lp
		}
	}
	return at
}
