package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// TwoPieceNormal joins two half normal distributions at μ, of scales σ/γ on the
// left and σγ on the right: log p(x) = log N(w) + log 2 − log(γ+1/γ) − log σ, w being
// zγ on the left, z/γ on the right, and z = (x−μ)/σ.
type TwoPieceNormal struct {
	Loc, Scale, Skewness autodiff.Value
}

// NewTwoPieceNormal returns d independent two-piece normal columns with
// γ = skewness; 1 is the normal distribution. It panics unless scale and skewness are
// positive.
func NewTwoPieceNormal(d int, loc, scale, skewness autodiff.Value) *Columns {
	return NewColumns(d, &TwoPieceNormal{loc, positive("NewTwoPieceNormal", "scale", scale), positive("NewTwoPieceNormal", "skewness", skewness)})
}

func (t *TwoPieceNormal) values() values  { return values{t.Loc, t.Scale, t.Skewness} }
func (t *TwoPieceNormal) family() *family { return twoPieceNormalFamily }

var twoPieceNormalFamily = &family{
	name: "TwoPieceNormal", params: []string{"loc", "scale", "skewness"}, kind: locScale,
	logDensity: func(z autodiff.Var, p vars) autodiff.Var {
		γ := p[2]
		w := twoPieceOp.of(z, γ)
		norm := γ.Add(γ.Recip()).Log().AddConst(-math.Ln2)
		return normalFamily.logDensity(w, p).Sub(norm)
	},
	cdf:      func(z float64, p nums) float64 { return twoPieceTail(-z, 1/p[2]) },
	sf:       func(z float64, p nums) float64 { return twoPieceTail(z, p[2]) },
	quantile: twoPieceQuantile,
	draw: func(r *rand.Rand, p nums) float64 {
		z := math.Abs(r.NormFloat64())
		if r.Float64()*(1+float64(p[2]*p[2])) < 1 {
			return -z / p[2]
		}
		return z * p[2]
	},
	mean: func(p nums) float64 {
		q := 1 / p[2]
		return math.Sqrt(2/math.Pi) * ((p[2] - q) - kernel.FMA(-q, p[2], 1)/p[2])
	},
	variance: func(p nums) float64 {
		e := p[2] - 1/p[2]
		return kernel.FMA((1-2/math.Pi)*e, e, 1)
	},
	mode:    always(0),
	entropy: func(p nums) float64 { return (1+log2π)/2 + special.Log(0.5*(p[2]+1/p[2])) },
}

// twoPieceOp has inputs z and γ: zγ or z/γ, on the sides of 0.
var twoPieceOp = newFused("TwoPiece",
	func(x args) float64 {
		if x[0] < 0 {
			return x[0] * x[1]
		}
		return x[0] / x[1]
	},
	func(x args) args {
		if x[0] < 0 {
			return args{x[1], x[0]}
		}
		return args{1 / x[1], -x[0] / x[1] / x[1]}
	})

// twoPieceTail returns P(Z > z) for the scale γ on that side and 1/γ on the
// other.
func twoPieceTail(z, γ float64) float64 {
	right, left := 1/(1+1/(γ*γ)), 1/(1+float64(γ*γ))
	if z >= 0 {
		return 2 * special.Ndtr(-z/γ) * right
	}
	if below := float64(2 * special.Ndtr(z*γ) * left); below < 0.5 {
		return 1 - below
	}
	return kernel.FMA(left, special.NdtrWithin(-z*γ), right)
}

// twoPieceQuantile gets the distance from the joint, e = lower·γ² − upper, without cancellation: the left piece has
// the mass 1/(1+γ²).
func twoPieceQuantile(lower, upper float64, p nums) float64 {
	γ := p[2]
	square := float64(γ * γ)
	if math.IsInf(square, 1) {
		return kernel.NormalQuantileAt(0.5*lower, 0.5*upper) * γ
	}
	var e float64
	if lower < upper { // 1 − lower and what its rounding took
		high := 1 - lower
		e = kernel.FMA(lower, square, -high) - ((1 - high) - lower)
	} else {
		low := 1 - upper
		e = kernel.FMA(low, square, -upper) + float64(square*((1-low)-upper))
	}
	e = kernel.FMA(lower, kernel.FMA(γ, γ, -square), e)
	if e < 0 {
		return kernel.NormalQuantileAt(0.5*e, 0.5*lower*(1+square)) / γ
	}
	return kernel.NormalQuantileAt(0.5*e/square, 0.5*(upper+upper/square)) * γ
}
