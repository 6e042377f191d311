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

// NewBernoulli returns d independent bits. It panics unless 0 < probs < 1.
func NewBernoulli(d int, probs autodiff.Value) *Columns {
	return NewColumns(d, &Bernoulli{probability("NewBernoulli", probs)})
}

func (b *Bernoulli) values() values  { return values{b.Probs} }
func (b *Bernoulli) family() *family { return bernoulliFamily }

var bernoulliFamily = &family{
	name: "Bernoulli", params: []string{"probs"}, integer: true,
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		k, penalty := integers(x, x.Tape().Scalar(0), x.Tape().Scalar(1))
		on := k.Mul(p[0].Log())
		return on.Add(k.Neg().AddConst(1).Mul(p[0].Neg().Log1p())).Add(penalty)
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

// bitEntropy returns −p·log p − (1−p)·log(1−p).
func bitEntropy(p float64) float64 {
	return float64(-p*special.Log(p)) - float64((1-p)*special.Log1p(-p))
}

// probability returns v kept between 0 and 1.
func probability(what string, v autodiff.Value) autodiff.Value {
	return v.Within("dist: "+what+": probs", 0, 1)
}
