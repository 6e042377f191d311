package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
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
		return expGammaOp.of(x, p[0], p[1]).Add(gammaNormOp.of(p[0]))
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
	entropy:  func(p nums) float64 { return gammaEntropy(p[0], 0) },
}

// expGammaOp has inputs x, a and b: a·y − eʸ with y = x + log b, or for large shapes less the
// deviance a·(eᵘ−1−u), u = y − log a.
var expGammaOp = newFused("ExpGamma",
	func(v args) float64 {
		x, a, b := v[0], v[1], v[2]
		if !smallShape(a) {
			u := shifted(x, b, a)
			if u > 1 {
				return minusExp(float64(a*(u+1)), expTimes(x, b))
			}
			return a * minusExp(u, special.Expm1(u))
		}
		var sum special.Sum
		sum.AddProduct(a, x)
		sum.AddLog(a, b)
		return minusExp(sum.Value(), expTimes(x, b))
	},
	func(v args) args {
		x, a, b := v[0], v[1], v[2]
		if smallShape(a) {
			u := shifted(x, b, 1)
			slope := a - special.Exp(u)
			return args{slope, u, slope / b}
		}
		u := shifted(x, b, a)
		slope := -a * special.Expm1(u)
		return args{slope, u, slope / b}
	})

// shifted returns x + log(b/a), which may cancel.
func shifted(x, b, a float64) float64 {
	q := b / a
	if !(q > 1e-300 && q < 1e300) {
		return x + (special.Log(b) - special.Log(a))
	}
	var sum special.Sum
	sum.Add(x)
	sum.AddLog(1, q)
	sum.Add(kernel.FMA(-q, a, b) / b)
	return sum.Value()
}

// expTimes returns b·eˣ, also where only eˣ overflows.
func expTimes(x, b float64) float64 {
	if math.Abs(x) < 700 {
		return float64(b * special.Exp(x))
	}
	return special.Exp(x + special.Log(b))
}

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
