package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// HalfCauchy is the distribution of μ + γ·|u| with u standard Cauchy:
// log p(x) = log(2/π) − log γ − log(1+z²) for z = (x−μ)/γ ≥ 0.
type HalfCauchy struct {
	Loc, Scale autodiff.Value
}

// NewHalfCauchy returns d independent half-Cauchy columns. It panics unless scale
// is positive.
func NewHalfCauchy(d int, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &HalfCauchy{loc, positive("NewHalfCauchy", "scale", scale)})
}

func (h *HalfCauchy) values() values  { return values{h.Loc, h.Scale} }
func (h *HalfCauchy) family() *family { return halfCauchyFamily }

var halfCauchyFamily = &family{
	name: "HalfCauchy", params: []string{"loc", "scale"}, kind: locScale,
	logDensity: within(0, math.Inf(1), func(z autodiff.Var, p vars) autodiff.Var {
		return cauchyFamily.logDensity(z, p).AddConst(math.Ln2)
	}),
	high: cauchyHigh,
	highTails: func(l, _ float64, _ nums) (float64, float64) {
		upper := math.Ln2 - logπ - l
		return special.Log1mExp(upper), upper
	},
	lowTails: func(l, _ float64, _ nums) (float64, float64) {
		lower := math.Ln2 - logπ + l
		return lower, special.Log1mExp(lower)
	},
	support: positiveHalf,
	cdf:     func(z float64, _ nums) float64 { return 2 / math.Pi * special.Atan(z) },
	sf:      func(z float64, _ nums) float64 { return 2 * cauchyTail(z) },
	logTails: func(z float64, _ nums) (float64, float64) {
		if z < 1 {
			return special.Log(z) + math.Ln2 - logπ, 0
		}
		return 0, math.Ln2 - logπ - special.Log(z)
	},
	quantile: func(lower, upper float64, _ nums) float64 {
		if lower < upper {
			return special.Tan(0.5 * math.Pi * lower)
		}
		return 1 / special.Tan(0.5*math.Pi*upper)
	},
	drop:     func(z, y float64, _ nums) float64 { return studentDrop(z, y, 1) },
	mean:     always(math.Inf(1)),
	variance: always(math.NaN()),
	mode:     always(0),
	entropy:  always(math.Ln2 + logπ),
}
