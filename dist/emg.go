package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// ExponentiallyModifiedGaussian is the distribution of the sum of a normal variable
// N(μ, σ²) and an exponential one of rate λ:
// log p(x) = log λ + ½λ²σ² − λ(x−μ) + log Φ((x−μ)/σ − λσ).
type ExponentiallyModifiedGaussian struct {
	Loc, Scale, Rate autodiff.Value
}

// NewExponentiallyModifiedGaussian returns d independent columns. It panics unless
// scale and rate are positive.
func NewExponentiallyModifiedGaussian(d int, loc, scale, rate autodiff.Value) *Columns {
	return NewColumns(d, &ExponentiallyModifiedGaussian{loc, positive("NewExponentiallyModifiedGaussian", "scale", scale), positive("NewExponentiallyModifiedGaussian", "rate", rate)})
}

func (e *ExponentiallyModifiedGaussian) values() values  { return values{e.Loc, e.Scale, e.Rate} }
func (e *ExponentiallyModifiedGaussian) family() *family { return emgFamily }

var emgFamily = func() *family {
	f := derived(emgStandard, "ExponentiallyModifiedGaussian", []string{"loc", "scale", "rate"},
		func(p nums) nums { return nums{p[0], p[1], p[1] * p[2]} },
		func(p vars) vars { return vars{p[0], p[1], p[1].Mul(p[2])} })
	f.logDensity = func(x autodiff.Var, p vars) autodiff.Var { // with the rate as it is, which σ may take out of range
		y, logRate := x.Sub(p[0]), p[2].Log()
		return emgOp.of(y.Div(p[1]), p[1].Mul(p[2]), y.Mul(p[2]), logRate.Add(p[1].Log())).Add(logRate)
	}
	f.mean = func(p nums) float64 { return p[0] + 1/p[2] } // also where σλ underflows
	f.variance = func(p nums) float64 { return float64(p[1]*p[1]) + 1/p[2]/p[2] }
	cdf, sf := f.cdf, f.sf
	f.both = nil
	f.cdf = func(x float64, p nums) float64 {
		if y := x - p[0]; math.IsInf(y/p[1], 0) { // beside an exponential variable
			return -special.Expm1(-p[2] * max(y, 0))
		}
		return cdf(x, p)
	}
	f.sf = func(x float64, p nums) float64 {
		if y := x - p[0]; math.IsInf(y/p[1], 0) {
			return special.Exp(-p[2] * max(y, 0))
		}
		return sf(x, p)
	}
	return f
}()

// emgStandard measures the rate in units of 1/σ.
var emgStandard = &family{
	name: "EMG", params: []string{"loc", "scale", "rate"}, kind: locScale,
	logDensity: func(z autodiff.Var, p vars) autodiff.Var {
		return emgOp.of(z, p[2], z.Mul(p[2]), p[2].Log()).Add(p[2].Log())
	},
	cdf: func(z float64, p nums) float64 {
		if z > 0 {
			whole, part := -special.Expm1(emgExponent(z, p[2])), special.Ndtr(-z)
			if z > 8 || whole > 4*part {
				return whole - part
			}
		}
		// Φ(z) and the other term are φ(z) times Mills' ratio
		return special.ExpHalfSquare(z) * special.NdtrTailDrop(-z, p[2])
	},
	sf:       func(z float64, p nums) float64 { return special.Ndtr(-z) + special.Exp(emgExponent(z, p[2])) },
	draw:     func(r *rand.Rand, p nums) float64 { return r.NormFloat64() + r.ExpFloat64()/p[2] },
	mean:     func(p nums) float64 { return 1 / p[2] },
	variance: func(p nums) float64 { return 1 + 1/(p[2]*p[2]) },
}

// emgExponent returns ½λ² − λz + log Φ(z−λ) = ½(λ−z)² + log Φ(z−λ) − ½z².
func emgExponent(z, λ float64) float64 {
	if z > λ {
		return float64(λ*(0.5*λ-z)) + special.LogNdtr(z-λ)
	}
	return kernel.FMA(-0.5*z, z, special.Log(special.NdtrTail(λ-z)))
}

// emgOp has inputs z, λ, and λz and log λ, which are numbers where z or λ overflows.
var emgOp = newFused("EMG",
	func(x args) float64 {
		switch z, λ := x[0], x[1]; {
		case math.IsInf(z, 1):
			return -x[2]
		case λ > 1e300: // times λ, of which the caller adds the logarithm: a normal density
			return float64(-0.5*z*z) - 0.5*log2π - x[3]
		default:
			return emgExponent(z, λ)
		}
	},
	func(x args) args {
		z, λ := x[0], x[1]
		if math.IsInf(z, 1) {
			return args{0, 0, -1}
		} else if λ > 1e300 {
			return args{-z, 0, 0, -1}
		}
		h := special.Hazard(z - λ)
		return args{h - λ, λ - z - h}
	})
