package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// NegativeBinomial is the distribution of the number of successes, of probability
// p, before r failures; r need not be an integer:
// log P(k) = log Γ(k+r)/(k!·Γ(r)) + r·log(1−p) + k·log p for k = 0, 1, ….
type NegativeBinomial struct {
	Count, Probs autodiff.Value
}

// NewNegativeBinomial returns d independent negative binomial columns with
// r = count. It panics unless count is positive and 0 < probs < 1.
func NewNegativeBinomial(d int, count, probs autodiff.Value) *Columns {
	return NewColumns(d, &NegativeBinomial{positive("NewNegativeBinomial", "count", count), probability("NewNegativeBinomial", probs, 0)})
}

func (n *NegativeBinomial) values() values  { return values{n.Count, n.Probs} }
func (n *NegativeBinomial) family() *family { return negativeBinomialFamily }

var negativeBinomialFamily = &family{
	name: "NegativeBinomial", params: []string{"count", "probs"}, integer: true,
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		k, penalty := integers(x, x.Tape().Scalar(0), x.Tape().Scalar(math.Inf(1)))
		return negativeBinomialOp.of(k, p[0], p[1]).Add(penalty)
	},
	support: positiveHalf,
	both:    func(k float64, p nums) (lower, upper float64) { return betaInc(p[0], k+1, 1-p[1], p[1]) },
	draw: func(r *rand.Rand, p nums) float64 { // a Poisson sample with a gamma rate
		return drawPoisson(r, drawGamma(r, p[0])*(p[1]/(1-p[1])))
	},
	drop: func(k, y float64, p nums) float64 {
		return special.LogRise(k+1, y, 1) - special.LogRise(k+p[0], y, 1) - float64(y*special.Log(p[1]))
	},
	mean:     func(p nums) float64 { return p[0] * p[1] / (1 - p[1]) },
	variance: func(p nums) float64 { return p[0] * p[1] / ((1 - p[1]) * (1 - p[1])) },
	mode:     func(p nums) float64 { return math.Floor(max(p[0]-1, 0) * p[1] / (1 - p[1])) },
}

// negativeBinomialOp has inputs k, r and p: Γ(k+r)/(k!·Γ(r)) =
// 1/((k+r)·B(r, k+1)).
var negativeBinomialOp = newFused("NegativeBinomial",
	func(x args) float64 {
		k, r, p := x[0], x[1], x[2]
		switch {
		case p == 0:
			return atOnly(k, 0)
		case k == 0:
			return r * special.Log1p(-p)
		}
		return special.LogBetaKernel(r, k+1, 1-p, p) - (special.Log(p) + special.Log(k+r))
	},
	func(x args) args {
		k, r, p := x[0], x[1], x[2]
		return args{0, special.Digamma(k+r) - special.Digamma(r) + special.Log1p(-p), k/p - r/(1-p)}
	})
