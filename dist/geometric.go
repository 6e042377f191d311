package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Geometric is the distribution of the number of failures before the first
// success, of probability p: log P(k) = k·log(1−p) + log p for k = 0, 1, ….
type Geometric struct {
	Probs autodiff.Value
}

// NewGeometric returns d independent geometric columns. It panics unless
// 0 < probs < 1, or fixed probs are 1.
func NewGeometric(d int, probs autodiff.Value) *Columns {
	return NewColumns(d, &Geometric{probability("NewGeometric", probs, 1)})
}

func (g *Geometric) values() values  { return values{g.Probs} }
func (g *Geometric) family() *family { return geometricFamily }

var geometricFamily = &family{
	name: "Geometric", params: []string{"probs"}, integer: true,
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		k, penalty := integers(x, x.Tape().Scalar(0), x.Tape().Scalar(math.Inf(1)))
		return geometricOp.of(k, p[0]).Add(penalty)
	},
	support:  positiveHalf,
	cdf:      func(k float64, p nums) float64 { return -special.Expm1((k + 1) * special.Log1p(-p[0])) },
	sf:       func(k float64, p nums) float64 { return special.Exp((k + 1) * special.Log1p(-p[0])) },
	draw:     func(r *rand.Rand, p nums) float64 { return math.Floor(-r.ExpFloat64() / special.Log1p(-p[0])) },
	drop:     func(_, y float64, p nums) float64 { return -y * special.Log1p(-p[0]) },
	mean:     func(p nums) float64 { return (1 - p[0]) / p[0] },
	variance: func(p nums) float64 { return (1 - p[0]) / (p[0] * p[0]) },
	mode:     always(0),
	entropy:  func(p nums) float64 { return bitEntropy(p[0]) / p[0] },
}

// geometricOp has inputs k and p.
var geometricOp = newFused("Geometric",
	func(x args) float64 {
		k, p := x[0], x[1]
		if k == 0 {
			return special.Log(p)
		}
		return float64(k*special.Log1p(-p)) + special.Log(p)
	},
	func(x args) args {
		k, p := x[0], x[1]
		return args{0, 1/p - over(k, 1-p)}
	})
