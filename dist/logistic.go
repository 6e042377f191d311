package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Logistic is the logistic distribution with mean μ and scale s:
// log p(x) = −z − 2·log(1+e⁻ᶻ) − log s with z = (x−μ)/s.
type Logistic struct {
	Loc, Scale autodiff.Value
}

// NewLogistic returns d independent logistic columns. It panics unless scale
// is positive.
func NewLogistic(d int, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &Logistic{loc, positive("NewLogistic", "scale", scale)})
}

func (l *Logistic) values() values  { return values{l.Loc, l.Scale} }
func (l *Logistic) family() *family { return logisticFamily }

var logisticFamily = &family{
	name: "Logistic", params: []string{"loc", "scale"}, kind: locScale,
	logDensity: func(z autodiff.Var, _ vars) autodiff.Var {
		a := z.Abs().Neg() // by symmetry: e^a cannot overflow
		return a.Sub(a.Softplus().MulConst(2))
	},
	cdf:         func(z float64, _ nums) float64 { return special.Sigmoid(z) },
	sf:          func(z float64, _ nums) float64 { return special.Sigmoid(-z) },
	logTails:    func(z float64, _ nums) (float64, float64) { return swapped(z, -math.Abs(z)) },
	quantile:    func(lower, upper float64, _ nums) float64 { return first(logisticQuantile(lower, upper)) },
	of:          func(x float64, _ nums) float64 { return special.Log(x / (1 - x)) },
	logQuantile: func(lower, upper float64, _ nums) float64 { return lower - upper },
	drop: func(z, y float64, p nums) float64 {
		e := func(z float64) float64 { return 2 * special.Log1p(special.Exp(-math.Abs(z))) }
		return laplaceDrop(z, y, p) + (e(z+y) - e(z))
	},
	mean:     always(0),
	variance: always(math.Pi * math.Pi / 3),
	mode:     always(0),
	entropy:  always(2),
}

// logisticQuantile returns the z with sigmoid(z) = lower, and what its rounding took from it: the smaller of the two
// probabilities is exact, and the other 1 less it.
func logisticQuantile(lower, upper float64) (z, rest float64) {
	p := min(lower, upper)
	z = kernel.LogitOne(p)
	rest = kernel.LogitRest(p, z)
	if upper < lower {
		return -z, -rest
	}
	return z, rest
}
