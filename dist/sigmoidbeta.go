package dist

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// SigmoidBeta is the distribution of log(x/(1−x)) with x beta with shapes a, b:
// log p(u) = a·log σ(u) + b·log σ(−u) − log B(a, b). Also known as the type IV
// logistic distribution.
type SigmoidBeta struct {
	A, B autodiff.Value
}

// NewSigmoidBeta returns d independent columns of logits of beta numbers. It
// panics unless a and b are positive.
func NewSigmoidBeta(d int, a, b autodiff.Value) *Columns {
	return NewColumns(d, &SigmoidBeta{positive("NewSigmoidBeta", "a", a), positive("NewSigmoidBeta", "b", b)})
}

func (s *SigmoidBeta) values() values  { return values{s.A, s.B} }
func (s *SigmoidBeta) family() *family { return sigmoidBetaFamily }

var sigmoidBetaFamily = &family{
	name: "SigmoidBeta", params: []string{"a", "b"},
	logDensity: func(u autodiff.Var, p vars) autodiff.Var {
		a, b := p[0], p[1]
		n := a.Add(b).Log()
		x := u.LogSigmoid().Add(n.Sub(a.Log()))
		y := u.Neg().LogSigmoid().Add(n.Sub(b.Log()))
		return x.Mul(a).Add(y.Mul(b)).Add(betaNorm(a, b))
	},
	cdf: func(u float64, p nums) float64 { return first(betaIncAtLogit(u, p)) },
	sf:  func(u float64, p nums) float64 { return second(betaIncAtLogit(u, p)) },
	quantile: func(lower, upper float64, p nums) float64 {
		return special.LogitBetaIncInv(p[0], p[1], lower, upper, special.LogBeta(p[0], p[1]))
	},
	draw:     func(r *rand.Rand, p nums) float64 { return drawLogitBeta(r, p[0], p[1]) },
	mean:     func(p nums) float64 { return special.Digamma(p[0]) - special.Digamma(p[1]) },
	variance: func(p nums) float64 { return trigamma(p[0]) + trigamma(p[1]) },
	mode:     func(p nums) float64 { return special.Log(p[0] / p[1]) },
	entropy: func(p nums) float64 {
		a, b := p[0], p[1]
		return float64(a*special.DigammaGap(a)) + float64(b*special.DigammaGap(b)) - float64((a+b)*special.DigammaGap(a+b)) - special.BetaNorm(a, b)
	},
}

func betaIncAtLogit(u float64, p nums) (lower, upper float64) {
	if u < -700 {
		lower = special.Exp(float64(p[0]*u) - special.Log(p[0]) - special.LogBeta(p[0], p[1]))
		return lower, 1 - lower
	}
	if u > 700 {
		upper = special.Exp(float64(-p[1]*u) - special.Log(p[1]) - special.LogBeta(p[0], p[1]))
		return 1 - upper, upper
	}
	return betaInc(p[0], p[1], special.Sigmoid(u), special.Sigmoid(-u))
}

// trigamma returns ψ′(x).
func trigamma(x float64) float64 { return first(special.HurwitzZeta(2, x)) }
