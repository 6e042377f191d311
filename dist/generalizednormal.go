package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// GeneralizedNormal is the exponential power distribution with location μ, scale
// α and power β: log p(x) = −|z|^β − log 2αΓ(1+1/β) with z = (x−μ)/α. Power 1 is the
// Laplace distribution, 2 the normal with σ = α/√2.
type GeneralizedNormal struct {
	Loc, Scale, Power autodiff.Value
}

// NewGeneralizedNormal returns d independent generalised normal columns. It
// panics unless scale and power are positive; a fixed power may be infinite, which is the uniform distribution.
func NewGeneralizedNormal(d int, loc, scale, power autodiff.Value) *Columns {
	return NewColumns(d, &GeneralizedNormal{loc, positive("NewGeneralizedNormal", "scale", scale), degrees("NewGeneralizedNormal", "power", power)})
}

func (g *GeneralizedNormal) values() values  { return values{g.Loc, g.Scale, g.Power} }
func (g *GeneralizedNormal) family() *family { return generalizedNormalFamily }

var generalizedNormalFamily = &family{
	name: "GeneralizedNormal", params: []string{"loc", "scale", "power"}, kind: locScale,
	logDensity: func(z autodiff.Var, p vars) autodiff.Var {
		norm := lgammaOp.of(p[2].Recip().AddConst(1)).AddConst(math.Ln2)
		return absPowOp.of(z, p[2]).Add(norm).Neg()
	},
	high: func(_, l, _ autodiff.Var, p vars) autodiff.Var {
		norm := lgammaOp.of(p[2].Recip().AddConst(1)).AddConst(math.Ln2)
		return l.Mul(p[2]).Exp().Add(norm).Neg()
	},
	highTails: func(l, sign float64, p nums) (float64, float64) {
		_, q := special.LogGammaInc(1/p[2], special.Exp(p[2]*l))
		return swapped(sign, q-math.Ln2)
	},
	cdf: func(z float64, p nums) float64 { return generalizedTail(-z, p[2]) },
	sf:  func(z float64, p nums) float64 { return generalizedTail(z, p[2]) },
	logTails: func(z float64, p nums) (float64, float64) {
		_, q := special.LogGammaInc(1/p[2], special.Pow(math.Abs(z), p[2]))
		return swapped(z, q-math.Ln2)
	},
	quantile: func(lower, upper float64, p nums) float64 {
		l := special.LogGammaIncInv(1/p[2], math.Abs(lower-upper), 2*min(lower, upper))
		return math.Copysign(special.Exp(l/p[2]), lower-upper)
	},
	draw: func(r *rand.Rand, p nums) float64 {
		x := special.Exp(drawLogGamma(r, 1/p[2]) / p[2])
		if r.Uint64()>>63 == 1 {
			return -x
		}
		return x
	},
	drop: func(z, y float64, p nums) float64 {
		if a := math.Abs(z); a > 0 && z/a*(z+y) >= 0 {
			return scaledExpm1(special.Pow(a, p[2]), p[2]*special.Log1p(y/z))
		}
		return special.Pow(math.Abs(z+y), p[2]) - special.Pow(math.Abs(z), p[2])
	},
	mean: always(0),
	variance: func(p nums) float64 {
		switch c := 1 / p[2]; {
		case p[2] < leastShape:
			return math.Inf(1)
		case c < 1e-300: // uniform on (−1, 1)
			return 1. / 3
		default: // Γ(3/β)/Γ(1/β), with what the rounding of 1/β and of thrice that takes
			rest, three := kernel.FMA(-c, p[2], 1)/p[2], 3*c
			fall := float64(rest*special.Digamma(c)) - float64((float64(3*rest)+kernel.FMA(3, c, -three))*special.Digamma(three))
			v := special.GammaRatio(c, 2*c)
			if math.IsInf(v, 1) {
				return v
			}
			return kernel.FMA(-v, fall, v)
		}
	},
	mode:    always(0),
	entropy: func(p nums) float64 { return 1/p[2] + math.Ln2 + special.Lgamma(1+1/p[2]) },
}

// generalizedTail returns P(Z > z), half of Q(1/β, |z|^β) where z ≥ 0.
func generalizedTail(z, β float64) float64 {
	a := math.Abs(z)
	_, q := special.GammaIncAt(1/β, special.Pow(a, β), β*special.Log(a))
	if z < 0 {
		return 1 - 0.5*q
	}
	return 0.5 * q
}
