package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Gamma is the gamma distribution with shape a and rate b:
// log p(x) = a·log b − log Γ(a) + (a−1)·log x − bx for x ≥ 0.
type Gamma struct {
	Shape, Rate autodiff.Value
}

// NewGamma returns d independent gamma columns. It panics unless shape and rate
// are positive.
func NewGamma(d int, shape, rate autodiff.Value) *Columns {
	return NewColumns(d, &Gamma{positive("NewGamma", "shape", shape), positive("NewGamma", "rate", rate)})
}

func (g *Gamma) values() values  { return values{g.Rate, g.Shape} }
func (g *Gamma) family() *family { return gammaFamily }

var gammaFamily = &family{
	name: "Gamma", params: []string{"rate", "shape"}, kind: rated,
	logDensity: within(0, math.Inf(1), func(t autodiff.Var, p vars) autodiff.Var {
		return gammaOp.of(t, p[1]).Add(gammaNormOp.of(p[1]))
	}),
	support:  positiveHalf,
	cdf:      func(t float64, p nums) float64 { return first(special.GammaInc(p[1], t)) },
	sf:       func(t float64, p nums) float64 { return second(special.GammaInc(p[1], t)) },
	quantile: func(lower, upper float64, p nums) float64 { return special.GammaIncInv(p[1], lower, upper) },
	draw:     func(r *rand.Rand, p nums) float64 { return special.Exp(drawLogGamma(r, p[1])) },
	mean:     func(p nums) float64 { return p[1] },
	variance: func(p nums) float64 { return p[1] },
	mode:     func(p nums) float64 { return max(p[1]-1, 0) },
	entropy: func(p nums) float64 {
		return gammaEntropy(p[1]) - special.DigammaGap(p[1]) + special.Log(p[1])
	},
}

func first[T any](x, _ T) T  { return x }
func second[T any](_, y T) T { return y }

// The log-density of t is a function of t and a and a norm. For large shapes it
// is −D − log t + norm, with the deviance D = a·log(a/t) + t − a, which is small near the mean,
// and norm = ½·log(a/2π) less the remainder of Stirling's formula; for small ones
// it is (a−1)·log t − t + norm, with norm = −log Γ(a).
var (
	gammaNormOp = newFused("GammaNorm",
		func(x args) float64 {
			if smallShape(x[0]) {
				return -special.Lgamma(x[0])
			}
			return 0.5*(special.Log(x[0])-log2π) - special.Stirling(x[0])
		},
		func(x args) args {
			if smallShape(x[0]) {
				return args{-special.Digamma(x[0])}
			}
			return args{special.DigammaGap(x[0])}
		})
	// gammaOp has inputs t and a.
	gammaOp = newFused("Gamma",
		func(x args) float64 {
			t, a := x[0], x[1]
			switch l := special.Log(t); {
			case t == 0:
				return atZero(a, 0) // where a is not small, it is not 1
			case smallShape(a):
				return math.FMA(a-1, l, -t)
			default:
				return -special.Deviance(a, t) - l
			}
		},
		func(x args) args {
			t, a := x[0], x[1]
			return args{over(a-1, t) - 1, gammaSlope(t, special.Log(t), a)}
		})
)

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

// gammaEntropy returns a + log Γ(a) − a·ψ(a), the entropy of the logarithm of a
// gamma number.
func gammaEntropy(a float64) float64 {
	return 0.5*(log2π-special.Log(a)) + special.Stirling(a) + float64(a*special.DigammaGap(a))
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
// for a float64: Marsaglia and Tsang, A simple method for generating gamma
// variables, 2000.
func drawLogGamma(r *rand.Rand, a float64) float64 {
	if a < 1 {
		return drawLogGamma(r, a+1) + special.Log(uniform(r))/a
	}
	d := a - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + float64(c*x)
		if v <= 0 {
			continue
		}
		l := float64(3 * special.Log(v))
		if special.Log(uniform(r)) < float64(0.5*x*x)+d-float64(d*special.Exp(l))+float64(d*l) {
			return special.Log(d) + l
		}
	}
}
