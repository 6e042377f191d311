package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// Laplace is the Laplace distribution with location μ and scale b:
// log p(x) = −|z| − log 2b with z = (x−μ)/b.
type Laplace struct {
	Loc, Scale autodiff.Value
}

// NewLaplace returns d independent Laplace columns. It panics unless scale is
// positive.
func NewLaplace(d int, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &Laplace{loc, positive("NewLaplace", "scale", scale)})
}

func (l *Laplace) values() values  { return values{l.Loc, l.Scale} }
func (l *Laplace) family() *family { return laplaceFamily }

var laplaceFamily = &family{
	name: "Laplace", params: []string{"loc", "scale"}, kind: locScale,
	logDensity: func(z autodiff.Var, _ vars) autodiff.Var { return z.Abs().Neg().AddConst(-math.Ln2) },
	cdf:        func(z float64, _ nums) float64 { return laplaceTail(-z) },
	sf:         func(z float64, _ nums) float64 { return laplaceTail(z) },
	logTails:   func(z float64, _ nums) (float64, float64) { return swapped(z, -math.Abs(z)-math.Ln2) },
	quantile: func(lower, upper float64, _ nums) float64 {
		if lower < upper {
			return special.Log(2 * lower)
		}
		return -special.Log(2 * upper)
	},
	logQuantile: func(lower, upper float64, _ nums) float64 {
		return math.Copysign(min(lower, upper)+math.Ln2, upper-lower) * -1
	},
	drop:     laplaceDrop,
	mean:     always(0),
	variance: always(2),
	mode:     always(0),
	entropy:  always(1 + math.Ln2),
}

func laplaceTail(z float64) float64 {
	if z > 0 {
		return 0.5 * special.Exp(-z)
	}
	return 1 - 0.5*special.Exp(z)
}
