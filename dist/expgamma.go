package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// ExpGamma is the distribution of log g with g gamma with concentration a and rate b:
// log p(x) = a·log b − log Γ(a) + ax − b·eˣ.
type ExpGamma struct {
	Concentration autodiff.Value `file:"Concentration,Shape"`
	Rate          autodiff.Value
}

// NewExpGamma returns d independent columns of the logarithms of gamma variables.
// It panics unless concentration and rate are positive.
func NewExpGamma(d int, concentration, rate autodiff.Value) *Columns {
	return NewColumns(d, &ExpGamma{positive("NewExpGamma", "concentration", concentration), positive("NewExpGamma", "rate", rate)})
}

func (e *ExpGamma) values() values  { return values{e.Concentration, e.Rate} }
func (e *ExpGamma) family() *family { return expGammaFamily }

var expGammaFamily = &family{
	name: "ExpGamma", params: []string{"concentration", "rate"},
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		return expGammaOp.of(x.Add(p[1].Log()), p[0]).Add(gammaNormOp.of(p[0]))
	},
	both: func(x float64, p nums) (lower, upper float64) { return gammaIncAtLog(x, p) },
	logTails: func(x float64, p nums) (float64, float64) {
		return special.LogGammaIncAt(p[0], p[1]*special.Exp(x), x+special.Log(p[1]))
	},
	quantile: func(lower, upper float64, p nums) float64 {
		return special.LogGammaIncInv(p[0], lower, upper) - special.Log(p[1])
	},
	draw:     func(r *rand.Rand, p nums) float64 { return drawLogGamma(r, p[0]) - special.Log(p[1]) },
	drop:     func(x, y float64, p nums) float64 { return scaledExpm1(p[1]*special.Exp(x), y) - float64(p[0]*y) },
	mean:     func(p nums) float64 { return special.Digamma(p[0]) - special.Log(p[1]) },
	variance: func(p nums) float64 { return first(special.HurwitzZeta(2, p[0])) },
	mode:     func(p nums) float64 { return special.Log(p[0] / p[1]) },
	entropy:  func(p nums) float64 { return gammaEntropy(p[0]) },
}

// expGammaOp has inputs y = log t and a: a·y − eʸ, or for large shapes less the
// deviance a·(eᵘ−1−u), u = y − log a.
var expGammaOp = newFused("ExpGamma",
	func(x args) float64 {
		y, a := x[0], x[1]
		if smallShape(a) {
			return minusExp(float64(a*y), special.Exp(y))
		}
		u := y - special.Log(a)
		return a * minusExp(u, special.Expm1(u))
	},
	func(x args) args {
		y, a := x[0], x[1]
		if smallShape(a) {
			return args{a - special.Exp(y), y}
		}
		u := y - special.Log(a)
		return args{-a * special.Expm1(u), u}
	})

// minusExp returns u − e, e being an exponential, which wins where it overflows.
func minusExp(u, e float64) float64 {
	if math.IsInf(e, 1) {
		return math.Inf(-1)
	}
	return u - e
}

func gammaIncAtLog(x float64, p nums) (lower, upper float64) {
	return special.GammaIncAt(p[0], p[1]*special.Exp(x), x+special.Log(p[1]))
}
