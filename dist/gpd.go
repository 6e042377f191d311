package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// GPD is the generalised Pareto distribution of excesses over a threshold μ, with
// scale σ and concentration ξ: log p(x) = −(1+ξ)·w − log σ for z = (x−μ)/σ ≥ 0 with
// w = log(1+ξz)/ξ, or z for ξ = 0. For ξ < 0 the support ends at z = −1/ξ.
type GPD struct {
	Loc, Scale    autodiff.Value
	Concentration autodiff.Value `file:"Concentration,Shape"`
}

// NewGPD returns d independent generalised Pareto columns; concentration 0 is the
// exponential distribution. It panics unless scale is positive.
func NewGPD(d int, loc, scale, concentration autodiff.Value) *Columns {
	return NewColumns(d, &GPD{loc, positive("NewGPD", "scale", scale), concentration})
}

func (g *GPD) values() values  { return values{g.Loc, g.Scale, g.Concentration} }
func (g *GPD) family() *family { return gPDFamily }

var gPDFamily = &family{
	name: "GPD", params: []string{"loc", "scale", "concentration"}, kind: locScale,
	logDensity: within(0, math.Inf(1), func(z autodiff.Var, p vars) autodiff.Var {
		w := extremeOp.of(z, p[2])
		return w.Mul(p[2].AddConst(1)).Neg().Add(gpdEndOp.of(z, p[2]))
	}),
	high: func(_, l, sign autodiff.Var, p vars) autodiff.Var {
		return sideOp.of(sign, p[2]).Sub(extremeHighOp.of(l, p[2]).Mul(p[2].AddConst(1)))
	},
	highTails: func(l, sign float64, p nums) (float64, float64) {
		upper := -extremeFar(l, sign, p[2])
		return special.Log1mExp(upper), upper
	},
	support: func(p nums) (lo, hi float64) {
		if p[2] < 0 {
			return 0, -1 / p[2]
		}
		return 0, math.Inf(1)
	},
	cdf: func(z float64, p nums) float64 { return -special.Expm1(-extreme(z, p[2])) },
	sf:  func(z float64, p nums) float64 { return special.Exp(-extreme(z, p[2])) },
	logTails: func(z float64, p nums) (lower, upper float64) {
		w, rest := extremeParts(z, p[2])
		upper = -w - rest
		return special.Log1mExp(upper), upper
	},
	quantile: func(lower, upper float64, p nums) float64 { return extremeInverse(minusLog(upper, lower), p[2]) },
	drop:     func(z, y float64, p nums) float64 { return (1 + p[2]) * extremeDrop(z, y, p[2]) },
	mean:     func(p nums) float64 { return momentUpTo(p[2], 1, 1+p[2]/(1-p[2])) },
	variance: func(p nums) float64 {
		return momentUpTo(p[2], 0.5, 1/((1-p[2])*(1-p[2])*(1-2*p[2])))
	},
	mode: func(p nums) float64 {
		if p[2] < -1 { // the density rises to the end
			return -1 / p[2]
		}
		return 0
	},
	entropy: func(p nums) float64 { return 1 + p[2] },
}

// gpdEndOp has inputs z and ξ: −Inf outside the support, at its end the limit, else 0.
var gpdEndOp = newFused("GPDEnd",
	func(x args) float64 {
		switch s := float64(x[0] * x[1]); {
		case s < -1 || s == -1 && x[1] > -1 || math.IsInf(x[0], 0):
			return math.Inf(-1)
		case s == -1 && x[1] < -1:
			return math.Inf(1)
		}
		return 0
	},
	func(x args) args { return args{} })
