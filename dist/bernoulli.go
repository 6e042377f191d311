package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Bernoulli is the distribution of a bit that is 1 with probability p:
// log P(x) = x·log p + (1−x)·log(1−p).
type Bernoulli struct {
	Probs autodiff.Value
}

// NewBernoulli returns d independent bits. It panics unless 0 < probs < 1, or fixed
// probs are 0 or 1.
func NewBernoulli(d int, probs autodiff.Value) *Columns {
	return NewColumns(d, &Bernoulli{probability("NewBernoulli", probs, 0, 1)})
}

func (b *Bernoulli) values() values  { return values{b.Probs} }
func (b *Bernoulli) family() *family { return bernoulliFamily }

var bernoulliFamily = &family{
	name: "Bernoulli", params: []string{"probs"}, integer: true,
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		k, penalty := integers(x, x.Tape().Scalar(0), x.Tape().Scalar(1))
		return bitOp.of(k, p[0]).Add(penalty)
	},
	support: func(nums) (float64, float64) { return 0, 1 },
	cdf:     func(x float64, p nums) float64 { return 1 - p[0] },
	sf:      func(x float64, p nums) float64 { return p[0] },
	draw: func(r *rand.Rand, p nums) float64 {
		if r.Float64() < p[0] {
			return 1
		}
		return 0
	},
	mean:     func(p nums) float64 { return p[0] },
	variance: func(p nums) float64 { return p[0] * (1 - p[0]) },
	mode:     func(p nums) float64 { return math.Floor(p[0] + 0.5) },
	entropy:  func(p nums) float64 { return bitEntropy(p[0]) },
}

// bitOp has inputs k, 0 or 1, and p: k·log p + (1−k)·log(1−p).
var bitOp = newFused("Bit",
	func(x args) float64 {
		switch k, p := x[0], x[1]; {
		case k == 1:
			return special.Log(p)
		case k == 0:
			return special.Log1p(-p)
		default:
			return k // NaN
		}
	},
	func(x args) args {
		k, p := x[0], x[1]
		return args{0, (k - p) / (p * (1 - p))}
	})

// bitEntropy returns −p·log p − (1−p)·log(1−p).
func bitEntropy(p float64) float64 {
	if p == 0 || p == 1 {
		return 0
	}
	return float64(-p*special.Log(p)) - float64((1-p)*special.Log1p(-p))
}

// probability returns v kept between 0 and 1; a constant may also be one of the limits
// given.
func probability(what string, v autodiff.Value, limits ...float64) autodiff.Value {
	return bounded(what, "probs", v, 0, 1, limits...)
}
