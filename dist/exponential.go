package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Exponential is the exponential distribution with rate λ:
// log p(x) = log λ − λx for x ≥ 0.
type Exponential struct {
	Rate autodiff.Value
}

// NewExponential returns d independent exponential columns. It panics unless
// rate is positive.
func NewExponential(d int, rate autodiff.Value) *Columns {
	return NewColumns(d, &Exponential{positive("NewExponential", "rate", rate)})
}

func (e *Exponential) values() values  { return values{e.Rate} }
func (e *Exponential) family() *family { return exponentialFamily }

var exponentialFamily = &family{
	name: "Exponential", params: []string{"rate"}, kind: rated,
	logDensity: within(0, math.Inf(1), func(z autodiff.Var, _ vars) autodiff.Var { return z.Neg() }),
	support:    positiveHalf,
	cdf:        func(z float64, _ nums) float64 { return -special.Expm1(-z) },
	sf:         func(z float64, _ nums) float64 { return special.Exp(-z) },
	quantile:   func(lower, upper float64, _ nums) float64 { return minusLog(upper, lower) },
	draw:       func(r *rand.Rand, _ nums) float64 { return r.ExpFloat64() },
	drop:       func(_, y float64, _ nums) float64 { return y },
	mean:       always(1),
	variance:   always(1),
	mode:       always(0),
	entropy:    always(1),
}

// positiveHalf is the support [0, ∞).
func positiveHalf(nums) (lo, hi float64) { return 0, math.Inf(1) }
