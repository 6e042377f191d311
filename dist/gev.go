package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// GEV is the generalised extreme value distribution with location μ, scale σ and
// concentration ξ: log p(x) = −(1+ξ)·w − e⁻ʷ − log σ with w = log(1+ξz)/ξ, or z for ξ = 0, and
// z = (x−μ)/σ. The support ends at −1/ξ in z: below for ξ > 0, above for ξ < 0.
type GEV struct {
	Loc, Scale    autodiff.Value
	Concentration autodiff.Value `file:"Concentration,Shape"`
}

// NewGEV returns d independent generalised extreme value columns; concentration 0 is the
// Gumbel distribution. It panics unless scale is positive.
func NewGEV(d int, loc, scale, concentration autodiff.Value) *Columns {
	return NewColumns(d, &GEV{loc, positive("NewGEV", "scale", scale), concentration})
}

func (g *GEV) values() values  { return values{g.Loc, g.Scale, g.Concentration} }
func (g *GEV) family() *family { return gEVFamily }

var gEVFamily = &family{
	name: "GEV", params: []string{"loc", "scale", "concentration"}, kind: locScale,
	logDensity: func(z autodiff.Var, p vars) autodiff.Var {
		w := extremeOp.of(z, p[2])
		return gumbelOp.of(w).Sub(w.Mul(p[2])).Add(extremeEndOp.of(z, p[2]))
	},
	high: func(_, l, sign autodiff.Var, p vars) autodiff.Var {
		w := extremeHighOp.of(l, p[2])
		return w.Neg().Exp().Neg().Sub(w.Mul(p[2].AddConst(1))).Add(sideOp.of(sign, p[2])) // for ξ = 0 it falls as an exponential
	},
	highTails: func(l, sign float64, p nums) (float64, float64) {
		minus := -extremeFar(l, sign, p[2])
		return -special.Exp(minus), log1mExpExp(minus)
	},
	support: func(p nums) (lo, hi float64) {
		lo, hi = math.Inf(-1), math.Inf(1)
		switch {
		case p[2] > 0:
			lo = -1 / p[2]
		case p[2] < 0:
			hi = -1 / p[2]
		}
		return lo, hi
	},
	cdf: func(z float64, p nums) float64 { return gumbelCDF(extremeParts(z, p[2])) },
	sf:  func(z float64, p nums) float64 { return gumbelSurvival(extremeParts(z, p[2])) },
	logTails: func(z float64, p nums) (lower, upper float64) {
		w, rest := extremeParts(z, p[2])
		if w > 40 { // log(1 − e^−t) is log t
			return -special.Exp(-w), -w - rest
		}
		e := special.Exp(-w)
		lower = float64(e*rest) - e
		return lower, special.Log1mExp(lower)
	},
	quantile: func(lower, upper float64, p nums) float64 {
		return extremeInverse(-special.Log(minusLog(lower, upper)), p[2])
	},
	drop: func(z, y float64, p nums) float64 {
		dw := extremeDrop(z, y, p[2])
		if dw == math.Inf(-1) { // at the lower end, where there is no density
			return math.Inf(1)
		}
		return float64((1+p[2])*dw) + scaledExpm1(special.Exp(-extreme(z, p[2])), -dw)
	},
	mean:     func(p nums) float64 { return momentUpTo(p[2], 1, extremeMean(p[2])) },
	variance: func(p nums) float64 { return momentUpTo(p[2], 0.5, extremeVariance(p[2])) },
	mode: func(p nums) float64 {
		if p[2] <= -1 { // the density rises to the end
			return -1 / p[2]
		}
		return extremeInverse(-special.Log1p(p[2]), p[2])
	},
	entropy: func(p nums) float64 { return float64(eulerγ*(1+p[2])) + 1 },
}

// extreme returns w = log(1+ξz)/ξ, and z for ξ = 0.
func extreme(z, ξ float64) float64 {
	switch s := ξ * z; {
	case math.IsInf(s, 1) && !math.IsInf(z, 0):
		return (special.Log(math.Abs(ξ)) + special.Log(math.Abs(z))) / ξ
	case math.Abs(s) > 1e-300:
		return special.Log1p(max(s, -1)) / ξ // at the end, which is rounded
	}
	return z
}

// extremeParts returns w, and what its rounding took from it.
func extremeParts(z, ξ float64) (w, rest float64) {
	s := float64(ξ * z)
	if !(math.Abs(s) > 1e-300 && math.Abs(s) < 1e300 && s > -1) || math.Abs(ξ) < 1e-290 {
		return extreme(z, ξ), 0
	}
	hi, lo := kernel.Log1pSum(s, kernel.FMA(ξ, z, -s))
	w = hi / ξ
	return w, (kernel.FMA(-w, ξ, hi) + lo) / ξ
}

// extremeFar returns w given log|z| and the sign of z, on the side of the support.
func extremeFar(l, sign, ξ float64) float64 {
	if ξ == 0 {
		return math.Inf(int(sign))
	}
	return extremeHigh(l, ξ)
}

func extremeHigh(l, ξ float64) float64 { return -logSigmoid(-special.Log(math.Abs(ξ))-l) / ξ }

// extremeInverse returns z = (e^ξw − 1)/ξ.
func extremeInverse(w, ξ float64) float64 {
	switch s := ξ * w; {
	case s > 700:
		return math.Copysign(special.Exp(s-special.Log(math.Abs(ξ))), ξ)
	case math.Abs(s) > 1e-300:
		return special.Expm1(s) / ξ
	}
	return w
}

// extremeMean returns (Γ(1−ξ)−1)/ξ.
func extremeMean(ξ float64) float64 {
	if math.Abs(ξ) < 1e-300 {
		return eulerγ
	}
	if ξ > 0.5 || ξ < -2 { // Γ is far from 1
		return (special.Gamma(1-ξ) - 1) / ξ
	}
	return special.Expm1(special.Lgamma1p(-ξ)) / ξ
}

// extremeVariance returns (Γ(1−2ξ) − Γ(1−ξ)²)/ξ².
func extremeVariance(ξ float64) float64 {
	if ξ > 0.4 || ξ < -2 {
		g, square := special.Gamma(1-ξ)/ξ, special.Gamma(1-2*ξ)/ξ/ξ
		if math.IsInf(square, 1) {
			return square
		}
		return kernel.FMA(-g, g, square)
	}
	gap, g := special.LgammaGap(-ξ), special.Exp(2*special.Lgamma1p(-ξ))
	if s := ξ * ξ; s > 1e-300 {
		return g * special.Expm1(gap*s) / s
	}
	return g * gap
}

// extremeOp has inputs z and ξ: w, and 0 where z is outside the support.
var extremeOp = newFused("Extreme",
	func(x args) float64 {
		if x[0]*x[1] <= -1 || math.IsInf(x[0], 0) {
			return 0
		}
		return extreme(x[0], x[1])
	},
	func(x args) args {
		z, ξ := x[0], x[1]
		s := float64(z * ξ)
		if s <= -1 || math.IsInf(z, 0) {
			return args{}
		}
		if math.IsInf(s, 1) {
			return args{1 / z / ξ, (1 - special.Log(math.Abs(ξ)) - special.Log(math.Abs(z))) / ξ / ξ}
		}
		if math.Abs(s) > 0.05 {
			return args{1 / (1 + s), (s/(1+s) - special.Log1p(s)) / ξ / ξ}
		}
		return args{1 / (1 + s), z * z * extremeSlope(s)}
	})

// extremeHighOp has inputs l = log|z| and ξ: w on the side of z that is in the support, and 0 for ξ = 0, where sideOp
// has the end.
var extremeHighOp = newFused("ExtremeHigh",
	func(x args) float64 {
		l, ξ := x[0], x[1]
		if ξ == 0 {
			return 0
		}
		return extremeHigh(l, ξ)
	},
	func(x args) args {
		l, ξ := x[0], x[1]
		if ξ == 0 {
			return args{}
		}
		u := special.Log(math.Abs(ξ)) + l
		s := special.Sigmoid(u)
		return args{s / ξ, (s + logSigmoid(-u)) / ξ / ξ}
	})

// extremeSlope returns (s/(1+s) − log(1+s))/s² for small s.
func extremeSlope(s float64) float64 {
	sum := 0.0
	for k := 14.0; k >= 2; k-- { // Σ (−1)ᵏ⁻¹·sᵏ⁻²·(k−1)/k
		sum = kernel.FMA(-s, sum, (k-1)/k)
	}
	return -sum
}

// extremeEndOp has inputs z and ξ: −Inf outside the support, else 0.
var extremeEndOp = newFused("ExtremeEnd",
	func(x args) float64 {
		if x[0]*x[1] <= -1 || math.IsInf(x[0], 0) {
			return math.Inf(-1)
		}
		return 0
	},
	func(x args) args { return args{} })
