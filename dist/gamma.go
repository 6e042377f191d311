package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Gamma is the gamma distribution with concentration a and rate b:
// log p(x) = a·log b − log Γ(a) + (a−1)·log x − bx for x ≥ 0.
type Gamma struct {
	Concentration autodiff.Value `file:"Concentration,Shape"`
	Rate          autodiff.Value
}

// NewGamma returns d independent gamma columns. It panics unless concentration and rate
// are positive.
func NewGamma(d int, concentration, rate autodiff.Value) *Columns {
	return NewColumns(d, &Gamma{positive("NewGamma", "concentration", concentration), positive("NewGamma", "rate", rate)})
}

func (g *Gamma) values() values  { return values{g.Rate, g.Concentration} }
func (g *Gamma) family() *family { return gammaFamily }

var gammaFamily = &family{
	name: "Gamma", params: []string{"rate", "concentration"}, kind: rated,
	logDensity: within(0, math.Inf(1), func(t autodiff.Var, p vars) autodiff.Var {
		return gammaOp.of(t, p[1]).Add(gammaNormOp.of(p[1]))
	}),
	low:      powerLow(func(p vars) autodiff.Var { return p[1].AddConst(-1) }),
	lowTails: func(l, _ float64, p nums) (float64, float64) { return special.LogGammaIncAt(p[1], special.Exp(l), l) },
	support:  positiveHalf,
	both:     func(t float64, p nums) (lower, upper float64) { return special.GammaInc(p[1], t) },
	quantile: func(lower, upper float64, p nums) float64 { return special.GammaIncInv(p[1], lower, upper) },
	draw:     func(r *rand.Rand, p nums) float64 { return drawGamma(r, p[1]) },
	drop:     func(t, y float64, p nums) float64 { return y - powerDrop(p[1]-1, t, y) },
	mean:     func(p nums) float64 { return p[1] },
	variance: func(p nums) float64 { return p[1] },
	mode:     func(p nums) float64 { return max(p[1]-1, 0) },
	entropy:  func(p nums) float64 { return gammaEntropy(p[1], 1) },
}

func first[T any](x, _ T) T  { return x }
func second[T any](_, y T) T { return y }

// The log-density of t is a function of t and a and a norm. For large shapes it
// is −D − log t + norm, with the deviance D = a·log(a/t) + t − a, which is small near the mean,
// and norm = ½·log(a/2π) less the remainder of Stirling's formula; for small ones
// it is (a−1)·log t − t + norm, with norm = −log Γ(a).
var (
	gammaNormOp = newFused("GammaNorm",
		func(x args) float64 { return gammaNorm(x[0]) },
		func(x args) args { return args{gammaNormSlope(x[0])} })
	// gammaOp has inputs t and a.
	gammaOp = newFused("Gamma",
		func(x args) float64 {
			t, a := x[0], x[1]
			switch l := special.Log(t); {
			case t == 0:
				return atZero(a, 0) // where a is not small, it is not 1
			case smallShape(a):
				return kernel.FMA(a-1, l, -t)
			default:
				return -special.Deviance(a, t) - l
			}
		},
		func(x args) args {
			t, a := x[0], x[1]
			return args{over(a-1, t) - 1, gammaSlope(t, special.Log(t), a)}
		})
)

func gammaNorm(a float64) float64 {
	if smallShape(a) {
		return -special.Lgamma(a)
	}
	return 0.5*(special.Log(a)-log2π) - special.Stirling(a)
}

func gammaNormSlope(a float64) float64 {
	if smallShape(a) {
		return -special.Digamma(a)
	}
	return special.DigammaGap(a)
}

func smallShape(a float64) bool { return a <= 4 }

// gammaSlope is the derivative of the function of t and a in a; l is log t.
func gammaSlope(t, l, a float64) float64 {
	if smallShape(a) {
		return l
	}
	return special.Log(t / a)
}

// over returns c/x, and 0 for c = 0 at x = 0 too, where c is no pole's.
func over(c, x float64) float64 {
	if c == 0 {
		return 0
	}
	return c / x
}

// atZero returns the limit of a log-density whose leading term is (a−1)·log x.
func atZero(a, one float64) float64 {
	switch {
	case a < 1:
		return math.Inf(1)
	case a == 1:
		return one
	}
	return math.Inf(-1)
}

// drawLogGamma returns the logarithm of a gamma variate, which may be too small
// for a float64.
func drawLogGamma(r *rand.Rand, a float64) float64 {
	d, l := drawGammaParts(r, a)
	return special.Log(d) + l
}

// drawGamma returns a gamma variate.
func drawGamma(r *rand.Rand, a float64) float64 {
	d, l := drawGammaParts(r, a)
	return d * special.Exp(l)
}

// drawGammaParts returns a gamma variate as d·exp(l), d being near its mean: Marsaglia and
// Tsang, A simple method for generating gamma variables, 2000. Shapes below 1 are
// those above, times a power of a uniform sample.
func drawGammaParts(r *rand.Rand, a float64) (d, l float64) {
	if math.IsInf(a, 1) {
		return a, 0
	}
	if a < 1 {
		l = special.Log(uniform(r)) / a
		a++
	}
	d = a - 1.0/3
	c := 1 / (3 * math.Sqrt(d))
	for range tries {
		x := r.NormFloat64()
		e := float64(c * x)
		if e <= -1 {
			continue
		}
		e *= kernel.FMA(e, 3+e, 3) // (1+e)³ − 1
		if special.Log(uniform(r)) < float64(0.5*x*x)+float64(d*special.Log1pMinus(e)) {
			return d, l + special.Log1p(e)
		}
	}
	return a, l // a is NaN
}
