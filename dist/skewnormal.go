package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// SkewNormal is the skew-normal distribution with location μ, scale σ and skewness α:
// log p(x) = log 2 + log φ(z) + log Φ(αz) − log σ with z = (x−μ)/σ: Azzalini, A class of distributions
// which includes the normal ones, Scandinavian Journal of Statistics 1985.
type SkewNormal struct {
	Loc, Scale, Skewness autodiff.Value
}

// NewSkewNormal returns d independent skew-normal columns. It panics unless scale is positive. A fixed
// skewness may be infinite, which is a half-normal distribution.
func NewSkewNormal(d int, loc, scale, skewness autodiff.Value) *Columns {
	return NewColumns(d, &SkewNormal{loc, positive("NewSkewNormal", "scale", scale), unlimited(skewness)})
}

func (s *SkewNormal) values() values  { return values{s.Loc, s.Scale, s.Skewness} }
func (s *SkewNormal) family() *family { return skewNormalFamily }

var skewNormalFamily = &family{
	name: "SkewNormal", params: []string{"loc", "scale", "skewness"}, kind: locScale,
	logDensity: func(z autodiff.Var, p vars) autodiff.Var { return skewNormalOp.of(z, p[2]) },
	cdf:        func(z float64, p nums) float64 { return skewNormalCDF(z, p[2]) },
	sf:         func(z float64, p nums) float64 { return skewNormalCDF(-z, -p[2]) },
	logTails: func(z float64, p nums) (lower, upper float64) {
		if z < 0 {
			lower = skewNormalLogCDF(-z, p[2])
			return lower, special.Log1mExp(lower)
		}
		upper = skewNormalLogCDF(z, -p[2])
		return special.Log1mExp(upper), upper
	},
	draw: func(r *rand.Rand, p nums) float64 {
		h := special.Hypot1(p[2])
		return float64(p[2]/h*math.Abs(r.NormFloat64())) + r.NormFloat64()/h
	},
	mean: func(p nums) float64 { return math.Sqrt(2/math.Pi) * (p[2] / special.Hypot1(p[2])) },
	variance: func(p nums) float64 {
		δ := p[2] / special.Hypot1(p[2])
		return 1 - float64(2/math.Pi*δ*δ)
	},
	mode: func(p nums) float64 {
		lo, hi := 0.0, p[2]/special.Hypot1(p[2])
		for range 100 { // −z + α·φ(αz)/Φ(αz) falls
			mid := middle(lo, hi)
			if math.Abs(p[2]*special.Hazard(p[2]*mid)) > math.Abs(mid) {
				lo = mid
			} else {
				hi = mid
			}
		}
		return lo
	},
	entropy: skewNormalEntropy,
}

// skewNormalCDF returns P(X ≤ z), each part of it a sum of positive terms where it is small.
func skewNormalCDF(z, α float64) float64 {
	switch {
	case z < 0:
		return special.Exp(skewNormalLogCDF(-z, α))
	case z == 0:
		return math.Atan2(1, α) / math.Pi
	case α <= 0:
		return 1 - special.Exp(skewNormalLogCDF(z, -α))
	}
	if sf := special.Ndtr(-z) + float64(2*special.OwenT(z, α)); sf < 0.5 {
		return 1 - sf
	}
	sum, end := math.Atan2(1, α)/math.Pi, min(z, 10/α)
	for k := 0.0; k < 4; k++ { // ∫ 2φ(t)Φ(αt) dt from 0 to where Φ(αt) is 1
		sum += skewNormalPiece(0.25*k*end, 0.25*(k+1)*end, α)
	}
	if z > end {
		sum += special.NdtrWithin(z) - special.NdtrWithin(end)
	}
	return sum
}

func skewNormalPiece(a, b, α float64) float64 {
	points, weights := special.Gauss()
	sum := 0.0
	for i, u := range points {
		t := kernel.FMA(u, b-a, a)
		sum = kernel.FMA(weights[i], special.NormalDensity(t)*special.Ndtr(α*t), sum)
	}
	return 2 * sum * (b - a)
}

// skewNormalLogCDF returns log P(X ≤ −h) for h ≥ 0.
func skewNormalLogCDF(h, α float64) float64 {
	switch {
	case h == 0:
		return special.Log(math.Atan2(1, α) / math.Pi)
	case α > 0:
		return special.LogBeyondT(h, α)
	}
	l := special.LogNdtr(-h)
	if math.IsInf(l, -1) {
		return l
	}
	beyond := special.LogBeyondT(h, -α) - l
	return l + math.Ln2 + special.Log1p(-0.5*special.Exp(min(beyond, 0)))
}

// skewNormalEntropy returns ½·log 2πe − E log 2Φ(αX).
func skewNormalEntropy(p nums) float64 {
	α := math.Abs(p[2])
	points, weights := special.Gauss()
	h := 0.5*(1+log2π) - math.Ln2
	for from, to := 0.0, 0.125/max(1, α); from < 12; from, to = to, 2*to {
		for i, u := range points {
			t := kernel.FMA(u, to-from, from)
			for _, v := range [2]float64{α * t, -α * t} {
				if l := special.LogNdtr(v); l > -700 {
					h = kernel.FMA(-2*weights[i]*(to-from)*special.NormalDensity(t), float64(special.Exp(l)*l), h)
				}
			}
		}
	}
	return h
}

// skewNormalOp has inputs z and α.
var skewNormalOp = newFused("SkewNormal",
	func(x args) float64 {
		z, t := x[0], skewedArg(x[0], x[1])
		return math.Ln2 - 0.5*log2π - float64(0.5*z*z) + special.LogNdtr(t)
	},
	func(x args) args {
		h := special.Hazard(skewedArg(x[0], x[1]))
		return args{float64(x[1]*h) - x[0], x[0] * h}
	})

// skewedArg returns αz, kept finite.
func skewedArg(z, α float64) float64 {
	if α == 0 {
		return 0
	}
	return max(min(α*z, math.MaxFloat64), -math.MaxFloat64)
}
