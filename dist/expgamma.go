package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// ExpGamma is the distribution of log g with g gamma with shape a and rate b:
// log p(x) = a·log b − log Γ(a) + ax − b·eˣ.
type ExpGamma struct {
	Shape, Rate autodiff.Value
}

// NewExpGamma returns d independent columns of the logarithms of gamma numbers.
// It panics unless shape and rate are positive.
func NewExpGamma(d int, shape, rate autodiff.Value) *Columns {
	return NewColumns(d, &ExpGamma{positive("NewExpGamma", "shape", shape), positive("NewExpGamma", "rate", rate)})
}

func (e *ExpGamma) values() values  { return values{e.Shape, e.Rate} }
func (e *ExpGamma) family() *family { return expGammaFamily }

var expGammaFamily = &family{
	name: "ExpGamma", params: []string{"shape", "rate"},
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		u := x.Add(p[1].Log().Sub(p[0].Log())) // log of t/a: the deviance is a·(eᵘ−1−u)
		return expMinusOp.of(u).Mul(p[0]).Neg().Add(gammaNormOp.of(p[0]))
	},
	cdf: func(x float64, p nums) float64 { return first(gammaIncAtLog(x, p)) },
	sf:  func(x float64, p nums) float64 { return second(gammaIncAtLog(x, p)) },
	quantile: func(lower, upper float64, p nums) float64 {
		return special.LogGammaIncInv(p[0], lower, upper) - special.Log(p[1])
	},
	draw:     func(r *rand.Rand, p nums) float64 { return drawLogGamma(r, p[0]) - special.Log(p[1]) },
	mean:     func(p nums) float64 { return special.Digamma(p[0]) - special.Log(p[1]) },
	variance: func(p nums) float64 { return first(special.HurwitzZeta(2, p[0])) },
	mode:     func(p nums) float64 { return special.Log(p[0] / p[1]) },
	entropy:  func(p nums) float64 { return gammaEntropy(p[0]) },
}

// expMinusOp is eᵘ − 1 − u.
var expMinusOp = newFused("ExpMinus",
	func(x args) float64 {
		if e := special.Expm1(x[0]); !math.IsInf(e, 1) {
			return e - x[0]
		}
		return math.Inf(1)
	},
	func(x args) args { return args{special.Expm1(x[0])} })

func gammaIncAtLog(x float64, p nums) (lower, upper float64) {
	if u := x + special.Log(p[1]); u < -700 { // eᵘ underflows
		l := float64(p[0]*u) - special.Lgamma1p(p[0])
		return special.Exp(l), -special.Expm1(l)
	}
	return special.GammaInc(p[0], p[1]*special.Exp(x))
}
