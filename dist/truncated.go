package dist

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
)

// Truncated is a univariate distribution confined to [Low, High]:
//
//	log p(x) = log p₀(x) − log(F₀(high) − F₀(low))
//
// with the tails computed so that intervals far from the centre keep their
// digits. A zero Low or High is no bound. Moments and entropy are by quadrature,
// and so is the gradient of the normaliser in learned parameters: once per batch,
// at the cost of some 300 quantiles of p₀ per column. Where the interval lies in a tail, or its mass
// underflows, all is computed from its end, in the distance from it, by quadrature: some 10 µs a column.
type Truncated struct {
	Of        Univariate
	Low, High autodiff.Value
}

// NewTruncated confines the columns of c to [low, high], of which low may be −∞, high
// ∞, and either the zero Value, for no bound. It panics unless low < high, and if c's distribution has more
// than four parameters.
func NewTruncated(c *Columns, low, high autodiff.Value) *Columns {
	need.One("dist: NewTruncated", "distribution", c)
	low, high = unbounded(low, -1), unbounded(high, 1)
	if !low.IsZero() && !high.IsZero() {
		checkBelow("NewTruncated", "low < high", low, high)
	}
	t := &Truncated{c.Of, low, high}
	if err := t.Restore(); err != nil {
		panic(err.Error())
	}
	return NewColumns(c.D, t)
}

// unbounded returns v, or the zero Value if it is infinite on the side of sign in all columns.
func unbounded(v autodiff.Value, sign int) autodiff.Value {
	if v.IsZero() || !v.Constant {
		return v
	}
	for _, x := range v.Numbers() {
		if !math.IsInf(x, sign) {
			return v
		}
	}
	return autodiff.Value{}
}

// Restore checks that there is a distribution that can be truncated.
func (t *Truncated) Restore() error {
	if t.Of == nil {
		return fmt.Errorf("dist: Truncated: got no distribution, want one")
	}
	if f := t.Of.family(); len(f.params) > maxParams-2 {
		return fmt.Errorf("dist: Truncated: got a distribution with too many parameters: %s", f.name)
	}
	return nil
}

func (t *Truncated) values() values {
	v := t.Of.values()
	n := len(t.Of.family().params)
	if !t.Low.IsZero() {
		v[n] = t.Low
		n++
	}
	if !t.High.IsZero() {
		v[n] = t.High
	}
	return v
}

// truncations holds, for a family, those of its truncation without bounds, with
// a lower, with an upper and with both.
var truncations sync.Map // *family → *[4]*family

func (t *Truncated) family() *family {
	f := t.Of.family()
	all, ok := truncations.Load(f)
	if !ok {
		all, _ = truncations.LoadOrStore(f, &[4]*family{truncate(f, 0), truncate(f, 1), truncate(f, 2), truncate(f, 3)})
	}
	bounds := 0
	if !t.Low.IsZero() {
		bounds |= 1
	}
	if !t.High.IsZero() {
		bounds |= 2
	}
	return all.(*[4]*family)[bounds]
}

// truncation is a family with bounds among its parameters, after those of f.
type truncation struct {
	*family
	low, high int // their places, or -1
}

func truncate(f *family, bounds int) *family {
	t := truncation{f, -1, -1}
	params := append([]string(nil), f.params...)
	if bounds&1 != 0 {
		t.low = len(params)
		params = append(params, "low")
	}
	if bounds&2 != 0 {
		t.high = len(params)
		params = append(params, "high")
	}
	g := &family{name: "Truncated " + f.name, params: params, integer: f.integer}
	g.logDensity = func(x autodiff.Var, p vars) autodiff.Var {
		lo, hi := x.Tape().Scalar(math.Inf(-1)), x.Tape().Scalar(math.Inf(1))
		if t.low >= 0 {
			lo = p[t.low]
		}
		if t.high >= 0 {
			hi = p[t.high]
		}
		in, penalty := guard(x, lo, hi)
		args := autodiff.Args{Ref: f, I: t.low, J: t.high}
		mass := massOp.Apply(nil, args, massShape(p[:len(params)]), p[:len(params)]...)
		inputs := [3 + maxParams]autodiff.Var{f.logDensityOf(in, p).Sub(mass), in, mass}
		n := copy(inputs[3:], p[:len(params)])
		return faintOp.Apply(nil, args, x.Shape(), inputs[:3+n]...).Add(penalty)
	}
	g.support = t.bounds
	kept := new(spans)
	g.both = func(x float64, p nums) (lower, upper float64) { return t.parts(x, kept.of(t, p)) }
	g.logTails = func(x float64, p nums) (lower, upper float64) { return t.logParts(x, kept.of(t, p)) }
	g.drop = f.drop
	g.quantile = t.quantile
	g.draw = func(r *rand.Rand, p nums) float64 { return t.sample(g, r, p) }
	g.mode = func(p nums) float64 {
		lo, hi := t.bounds(p)
		return min(max(f.modeOf(p), lo), hi)
	}
	t.withMoments(g)
	return g
}

// bounds returns the interval that is left.
func (t truncation) bounds(p nums) (lo, hi float64) {
	lo, hi = t.supportOf(p)
	if t.low >= 0 {
		lo = max(lo, p[t.low])
	}
	if t.high >= 0 {
		hi = min(hi, p[t.high])
	}
	return lo, hi
}

// parts returns P(X ≤ x) and P(X > x).
func (t truncation) parts(x float64, s *span) (lower, upper float64) {
	switch {
	case s.far:
		return s.farParts(x)
	case s.mass > faint:
		lower, upper = t.mass(s.lo, x, s.p)/s.mass, t.mass(t.next(x), s.hi, s.p)/s.mass
	default:
		lower, upper = t.logParts(x, s)
		lower, upper = min(special.Exp(lower), 1), min(special.Exp(upper), 1)
	}
	if lower < upper {
		return lower, 1 - lower
	}
	return 1 - upper, upper
}

// next returns x, or the integer behind it.
func (t truncation) next(x float64) float64 {
	if t.integer {
		return math.Floor(x) + 1
	}
	return x
}

// logParts returns their logarithms.
func (t truncation) logParts(x float64, s *span) (lower, upper float64) {
	e := s.edge
	switch {
	case s.far:
	case s.mass > faint:
		total := t.logMass(s.lo, s.hi, s.p)
		return t.logMass(s.lo, x, s.p) - total, t.logMass(t.next(x), s.hi, s.p) - total
	default:
		e = t.edgeIn(s.lo, s.hi, s.p)
	}
	total := e.logBetween(0, e.width)
	if e.sign > 0 {
		return e.logBetween(0, x-e.end) - total, e.logBetween(t.next(x)-e.end, e.width) - total
	}
	return e.logBetween(e.end-x, e.width) - total, e.logBetween(0, e.end-t.next(x)) - total
}

func (t truncation) quantile(lower, upper float64, p nums) float64 {
	lo, hi := t.bounds(p)
	if e, ok := t.farEdge(lo, hi, p); ok {
		return e.quantile(lower, upper)
	}
	return t.inverse(lower, upper, t.mass(lo, hi, p), p)
}

// inverse is the quantile measured from the edge only where it has no digits otherwise.
func (t truncation) inverse(lower, upper, mass float64, p nums) float64 {
	lo, hi := t.bounds(p)
	if t.isGap(lo, hi, mass, p) {
		return t.edgeIn(lo, hi, p).quantile(lower, upper)
	}
	x := t.invert(lower, upper, mass, p)
	if !t.integer {
		x = t.polish(x, lower, upper, mass, p)
	}
	return x
}

// isGap says whether the mass is so faint, or so small beside those on both sides, that the quantiles of the whole
// have no digits there.
func (t truncation) isGap(lo, hi, mass float64, p nums) bool {
	l, _ := t.below(lo, p)
	_, u := t.tails(hi, p)
	return mass <= faint || mass < 1e-10*min(l, u)
}

// invert returns the quantile without polish, for a mass that is not faint.
func (t truncation) invert(lower, upper, mass float64, p nums) float64 {
	lo, hi := t.bounds(p)
	l, _ := t.below(lo, p)
	_, u := t.tails(hi, p)
	return min(max(t.quantileOf(l+float64(lower*mass), u+float64(upper*mass), p), lo), hi)
}

// polish takes two Newton steps from x: the sum of a tail and a part of the mass has lost digits, and so has
// loc + scale·z near 0.
func (t truncation) polish(x, lower, upper, mass float64, p nums) float64 {
	lo, hi := t.bounds(p)
	for range 2 {
		density := special.Exp(t.at([]float64{x}, p)[0])
		if density == 0 || math.IsInf(density, 0) {
			return x
		}
		e := 0.0
		if upper < lower {
			e = kernel.FMA(-upper, mass, t.mass(x, hi, p))
		} else {
			e = kernel.FMA(lower, mass, -t.mass(lo, x, p))
		}
		x = min(max(x+e/density, lo), hi)
	}
	return x
}

// sample rejects samples of the whole where enough of them fall inside, in a gap where the density is nearly flat uniform
// ones, and else inverts the distribution function.
func (t truncation) sample(g *family, r *rand.Rand, p nums) float64 {
	lo, hi := t.bounds(p)
	mass := t.mass(lo, hi, p)
	if mass > 0.3 {
		for range tries {
			if x := t.drawOf(r, p); x >= lo && x <= hi {
				return x
			}
		}
	}
	if e := t.edgeIn(lo, hi, p); !t.integer && t.isGap(lo, hi, mass, p) && e.isFlat() {
		for range tries {
			if y := e.width * uniform(r); special.Log(uniform(r)) < -flatRise-e.dropAt(y) {
				return e.end + float64(e.sign*y)
			}
		}
	}
	u := uniform(r)
	if t.integer {
		return g.quantileOf(u, 1-u, p)
	}
	return t.inverse(u, 1-u, mass, p)
}
