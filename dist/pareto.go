package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Pareto is the Pareto distribution with concentration α and scale m:
// log p(x) = log α − (α+1)·log z − log m for z = x/m ≥ 1.
type Pareto struct {
	Concentration autodiff.Value `file:"Concentration,Shape"`
	Scale         autodiff.Value
}

// NewPareto returns d independent Pareto columns. It panics unless concentration and
// scale are positive.
func NewPareto(d int, concentration, scale autodiff.Value) *Columns {
	return NewColumns(d, &Pareto{positive("NewPareto", "concentration", concentration), positive("NewPareto", "scale", scale)})
}

func (p *Pareto) values() values  { return values{p.Scale, p.Concentration} }
func (p *Pareto) family() *family { return paretoFamily }

var paretoFamily = &family{
	name: "Pareto", params: []string{"scale", "concentration"}, kind: scaled,
	logDensity: within(1, math.Inf(1), func(z autodiff.Var, p vars) autodiff.Var {
		return p[1].Log().Sub(z.Log().Mul(p[1].AddConst(1)))
	}),
	high:      paretoHigh,
	highTails: func(l, _ float64, p nums) (float64, float64) { return paretoLogTails(l, p) },
	support:   func(nums) (float64, float64) { return 1, math.Inf(1) },
	cdf:       func(z float64, p nums) float64 { return -special.Expm1(-p[1] * special.Log(z)) },
	sf:        func(z float64, p nums) float64 { return special.Pow(z, -p[1]) },
	logTails:  func(z float64, p nums) (float64, float64) { return paretoLogTails(special.Log(z), p) },
	quantile:  func(lower, upper float64, p nums) float64 { return special.Exp(minusLog(upper, lower) / p[1]) },
	drop:      func(z, y float64, p nums) float64 { return powerDrop(p[1]+1, z, y) },
	mean:      func(p nums) float64 { return momentUpTo(1, p[1], p[1]/(p[1]-1)) },
	variance: func(p nums) float64 {
		return momentUpTo(2, p[1], p[1]/((p[1]-1)*(p[1]-1)*(p[1]-2)))
	},
	mode:    always(1),
	entropy: func(p nums) float64 { return 1 + 1/p[1] - special.Log(p[1]) },
}

var paretoHigh = powerHigh(func(p vars) autodiff.Var { return p[1].AddConst(1).Neg() })

// momentUpTo returns m if a distribution with tails of power a has moments of
// order k, and +Inf otherwise.
func momentUpTo(k, a, m float64) float64 {
	if a > k {
		return m
	}
	return math.Inf(1)
}

// paretoLogTails returns the logarithms of the tails at z of logarithm l.
func paretoLogTails(l float64, p nums) (lower, upper float64) {
	upper = -p[1] * l
	return special.Log1mExp(upper), upper
}
