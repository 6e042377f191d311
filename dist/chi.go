package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Chi is the distribution of the length of k standard normal variables:
// log p(x) = (k−1)·log x − x²/2 − (k/2−1)·log 2 − log Γ(k/2) for x ≥ 0.
type Chi struct {
	DF autodiff.Value
}

// NewChi returns d independent chi columns. It panics unless df is positive.
func NewChi(d int, df autodiff.Value) *Columns {
	return NewColumns(d, &Chi{positive("NewChi", "df", df)})
}

func (c *Chi) values() values  { return values{c.DF} }
func (c *Chi) family() *family { return chiFamily }

var chiFamily = &family{
	name: "Chi", params: []string{"df"},
	logDensity: within(0, math.Inf(1), func(x autodiff.Var, p vars) autodiff.Var {
		a := p[0].MulConst(0.5)
		return chiOp.of(x, a).Add(chiNormOp.of(p[0])).AddConst(math.Ln2)
	}),
	support: positiveHalf,
	both:    func(x float64, p nums) (lower, upper float64) { return chiInc(x, p) },
	logTails: func(x float64, p nums) (float64, float64) {
		t, l := chiSquare(x)
		return special.LogGammaIncAt(half(p[0]), t, l)
	},
	quantile: func(lower, upper float64, p nums) float64 {
		if t := special.GammaIncInv(half(p[0]), lower, upper); t > 1e-290 && t < 1e290 {
			return math.Sqrt(2 * t)
		}
		return math.Sqrt2 * special.Exp(0.5*special.LogGammaIncInv(half(p[0]), lower, upper))
	},
	draw: func(r *rand.Rand, p nums) float64 { return math.Sqrt2 * special.Exp(0.5*drawLogGamma(r, half(p[0]))) },
	drop: func(x, y float64, p nums) float64 { return normalDrop(x, y, p) - powerDrop(p[0]-1, x, y) },
	mean: chiMean,
	variance: func(p nums) float64 {
		a := half(p[0]) // the logarithm of the squared mean, over k, without cancellation
		l := 2 * (float64(a*special.Log1pMinus(0.5/a)) + special.Stirling(a+0.5) - special.Stirling(a))
		return -p[0] * special.Expm1(l)
	},
	mode: func(p nums) float64 { return math.Sqrt(max(p[0]-1, 0)) },
	entropy: func(p nums) float64 {
		var sum special.Sum
		addGammaEntropy(&sum, 1, half(p[0]), 0.5)
		sum.Add(-0.5 * math.Ln2)
		return sum.Value()
	},
}

// chiInc returns both tails.
func chiInc(x float64, p nums) (lower, upper float64) {
	t, l := chiSquare(x)
	return special.GammaIncAt(half(p[0]), t, l)
}

// chiMean is √2·Γ((k+1)/2)/Γ(k/2) = √2π/B(k/2, ½).
func chiMean(p nums) float64 {
	return math.Sqrt(2*math.Pi) * special.Exp(-special.LogBeta(half(p[0]), 0.5))
}

// chiNormOp has input k: gammaNormOp of k/2, which may be too small for a number.
var chiNormOp = newFused("ChiNorm",
	func(x args) float64 {
		if x[0] < leastShape {
			return special.Log(x[0]) - math.Ln2
		}
		return gammaNorm(0.5 * x[0])
	},
	func(x args) args {
		if x[0] < leastShape {
			return args{1 / x[0]}
		}
		return args{0.5 * gammaNormSlope(0.5*x[0])}
	})

// chiOp has inputs x and a = k/2: as for gamma variables t = x²/2, less log x.
var chiOp = newFused("Chi",
	func(v args) float64 {
		x, a := v[0], v[1]
		t, l := chiSquare(x)
		switch {
		case x == 0:
			return atZero(2*a, -0.5*math.Ln2)
		case smallShape(a):
			return kernel.FMA(2*a-1, special.Log(x), -float64(a*math.Ln2)-t)
		}
		return -special.Deviance(a, t) - 0.5*(l+math.Ln2)
	},
	func(x args) args {
		t, l := chiSquare(x[0])
		return args{over(2*x[1]-1, x[0]) - x[0], gammaSlope(t, l, x[1])}
	})

// chiSquare returns x²/2 and its logarithm, also where x² underflows.
func chiSquare(x float64) (t, l float64) { return float64(0.5 * x * x), 2*special.Log(x) - math.Ln2 }
