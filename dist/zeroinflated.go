package dist

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/special"
)

// ZeroInflated is a univariate distribution of counts, or of real values, with zeros besides: a
// value is 0 with probability π and else drawn from Of. For integers log P(0) = log(π +
// (1−π)·P₀(0)) and log P(k) = log(1−π) + log P₀(k); for real values log P(0) = log π, a
// probability, and log p(x) = log(1−π) + log p₀(x), a density, elsewhere.
type ZeroInflated struct {
	Of    Univariate
	Probs autodiff.Value
}

// NewZeroInflated returns the columns of c with zeros of probability π = probs besides. It panics unless
// 0 < probs < 1, or fixed probs are 0 or 1, and if c's distribution has more than four parameters.
func NewZeroInflated(c *Columns, probs autodiff.Value) *Columns {
	need.One("dist: NewZeroInflated", "distribution", c)
	z := &ZeroInflated{c.Of, probability("NewZeroInflated", probs, 0, 1)}
	if err := z.Restore(); err != nil {
		panic(err.Error())
	}
	return NewColumns(c.D, z)
}

// Restore checks that there is a distribution.
func (z *ZeroInflated) Restore() error { return checkWrapped("ZeroInflated", z.Of, true) }

func (z *ZeroInflated) values() values {
	v := z.Of.values()
	v[len(z.Of.family().params)] = z.Probs
	return v
}

func (z *ZeroInflated) family() *family { return zeroInflations.family(z.Of) }

var zeroInflations = wrapping{of: zeroInflate}

func zeroInflate(f *family) *family {
	n := len(f.params)
	g := &family{
		name: "ZeroInflated " + f.name, params: append(append([]string(nil), f.params...), "probs"), integer: f.integer,
		logDensity: func(x autodiff.Var, p vars) autodiff.Var {
			op := zeroInflatedOp
			if f.integer {
				op = zeroInflatedCountOp
			}
			return op.of(f.logDensityOf(x, p), x, p[n])
		},
		support: func(p nums) (float64, float64) {
			lo, hi := f.supportOf(p)
			return min(lo, 0), max(hi, 0)
		},
		cdf: func(x float64, p nums) float64 {
			if x < 0 {
				return (1 - p[n]) * f.cdfOf(x, p)
			}
			return p[n] + float64((1-p[n])*f.cdfOf(x, p))
		},
		sf: func(x float64, p nums) float64 {
			if x < 0 {
				return p[n] + float64((1-p[n])*f.sfOf(x, p))
			}
			return (1 - p[n]) * f.sfOf(x, p)
		},
		quantile: func(lower, upper float64, p nums) float64 {
			l, u := f.tails(0, p)
			switch rest := 1 - p[n]; {
			case lower < rest*l:
				return f.quantileOf(lower/rest, 1-lower/rest, p)
			case upper < rest*u:
				return f.quantileOf(1-upper/rest, upper/rest, p)
			}
			return 0
		},
		draw: func(r *rand.Rand, p nums) float64 {
			if r.Float64() < p[n] {
				return 0
			}
			return f.drawOf(r, p)
		},
	}
	inflateMoments(f, g, n)
	return g
}

// inflateMoments gives g, the family f with zeros of a probability that is its parameter n, moments and mode.
func inflateMoments(f, g *family, n int) {
	g.mean = func(p nums) float64 { return times(1-p[n], f.meanOf(p)) }
	g.variance = func(p nums) float64 {
		m := f.meanOf(p)
		return times(1-p[n], f.varianceOf(p)+float64(p[n]*m*m))
	}
	g.mode = func(p nums) float64 {
		m := f.modeOf(p)
		if !f.integer && p[n] > 0 {
			return 0
		}
		if lp := g.at([]float64{m, 0}, p); lp[1] > lp[0] {
			return 0
		}
		return m
	}
	g.entropy = func(p nums) float64 {
		π, zero := p[n], 0.0 // zero is P(0) of f
		if f.integer {
			zero = special.Exp(f.at([]float64{0}, p)[0])
		}
		all := π + float64((1-π)*zero)
		rest := times(1-π, f.entropyOf(p)+special.XLogY(zero, zero)-float64((1-zero)*special.Log1p(-π)))
		return rest - special.XLogY(all, all)
	}
}

// times returns w·x, 0 for w = 0 whatever x is.
func times(w, x float64) float64 {
	if w == 0 {
		return 0
	}
	return w * x
}

// Both have inputs log p₀(x), x and π.
var (
	zeroInflatedOp = newFused("ZeroInflated",
		func(v args) float64 {
			if v[1] == 0 && v[2] > 0 {
				return special.Log(v[2])
			}
			return v[0] + special.Log1p(-v[2])
		},
		func(v args) args {
			if v[1] == 0 && v[2] > 0 {
				return args{0, 0, 1 / v[2]}
			}
			return args{1, 0, -1 / (1 - v[2])}
		})
	zeroInflatedCountOp = newFused("ZeroInflatedCount",
		func(v args) float64 {
			if v[1] == 0 {
				return special.Log(v[2] + float64((1-v[2])*special.Exp(v[0])))
			}
			return v[0] + special.Log1p(-v[2])
		},
		func(v args) args {
			if v[1] != 0 {
				return args{1, 0, -1 / (1 - v[2])}
			}
			p, rest := special.Exp(v[0]), -special.Expm1(v[0])
			all := v[2] + float64((1-v[2])*p)
			return args{(1 - v[2]) * p / all, 0, rest / all}
		})
)
