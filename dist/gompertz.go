package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Gompertz is the distribution of lifetimes whose hazard grows exponentially, with concentration
// c and rate r: log p(x) = log cr + z − c·(eᶻ − 1) with z = rx ≥ 0.
type Gompertz struct {
	Concentration, Rate autodiff.Value
}

// NewGompertz returns d independent Gompertz columns. It panics unless concentration and rate
// are positive.
func NewGompertz(d int, concentration, rate autodiff.Value) *Columns {
	return NewColumns(d, &Gompertz{positive("NewGompertz", "concentration", concentration), positive("NewGompertz", "rate", rate)})
}

func (g *Gompertz) values() values  { return values{g.Rate, g.Concentration} }
func (g *Gompertz) family() *family { return gompertzFamily }

// gompertzFamily has c·(eᶻ − 1) exponentially distributed.
var gompertzFamily = &family{
	name: "Gompertz", params: []string{"rate", "concentration"}, kind: rated,
	logDensity: within(0, math.Inf(1), func(z autodiff.Var, p vars) autodiff.Var { return gompertzOp.of(z, p[1]) }),
	support:    positiveHalf,
	cdf:        func(z float64, p nums) float64 { return -special.Expm1(-gompertzHazard(z, p[1])) },
	sf:         func(z float64, p nums) float64 { return special.Exp(-gompertzHazard(z, p[1])) },
	logTails: func(z float64, p nums) (float64, float64) {
		h := gompertzHazard(z, p[1])
		if h < 1e-290 { // it may underflow
			return smallHazard(special.Log(p[1]) + special.Log(special.Expm1(z)))
		}
		return special.Log1mExp(-h), -h
	},
	lowTails: func(l, _ float64, p nums) (float64, float64) { return smallHazard(special.Log(p[1]) + l) },
	quantile: func(lower, upper float64, p nums) float64 { return gompertzInverse(minusLog(upper, lower), p[1]) },
	logQuantile: func(lower, upper float64, p nums) float64 {
		if upper > lower {
			upper = special.Log1mExp(lower)
		}
		return gompertzInverse(-upper, p[1])
	},
	drop:    func(z, y float64, p nums) float64 { return scaledExpm1(p[1]*special.Exp(z), y) - y },
	mode:    func(p nums) float64 { return max(-special.Log(p[1]), 0) },
	entropy: func(p nums) float64 { return 1 - special.Log(p[1]) - gompertzMean(p[1]) },
	mean:    func(p nums) float64 { return gompertzMean(p[1]) },
}

// smallHazard returns the logarithms of both tails, given that of a cumulative hazard.
func smallHazard(l float64) (lower, upper float64) { return log1mExpExp(l), -special.Exp(l) }

// gompertzHazard returns c·(eᶻ − 1).
func gompertzHazard(z, c float64) float64 {
	if z > 700 { // eᶻ may overflow where c·eᶻ does not
		return special.Exp(z + special.Log(c))
	}
	return c * special.Expm1(z)
}

// gompertzInverse returns the z of a hazard.
func gompertzInverse(h, c float64) float64 {
	if r := h / c; r < math.MaxFloat64 {
		return special.Log1p(r)
	}
	return special.Log(h) - special.Log(c)
}

// gompertzOp has inputs z and c.
var gompertzOp = newFused("Gompertz",
	func(x args) float64 { return special.Log(x[1]) + x[0] - gompertzHazard(x[0], x[1]) },
	func(x args) args {
		h := gompertzHazard(x[0], x[1])
		return args{1 - h - x[1], (1 - h) / x[1]}
	})

// gompertzMean returns ∫ e⁻ʰ/(c+h) dh = eᶜ·E₁(c), by the series of the exponential integral
// E₁ or its continued fraction.
func gompertzMean(c float64) float64 {
	if c < 1 {
		sum, term := -eulerγ-special.Log(c), 1.0
		for k := 1.0; k < 25; k++ {
			term *= -c / k
			sum -= term / k
		}
		return special.Exp(c) * sum
	}
	b := c + 241
	for k := 120.0; k > 0; k-- {
		b = c + (2*k - 1) - k*(k/b)
	}
	return 1 / b
}
