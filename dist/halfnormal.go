package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// HalfNormal is the distribution of |u| with u from N(0, σ²):
// log p(x) = ½·log(2/π) − log σ − ½·(x/σ)² for x ≥ 0.
type HalfNormal struct {
	Scale autodiff.Value
}

// NewHalfNormal returns d independent half-normal columns. It panics unless scale
// is positive.
func NewHalfNormal(d int, scale autodiff.Value) *Columns {
	return NewColumns(d, &HalfNormal{positive("NewHalfNormal", "scale", scale)})
}

func (h *HalfNormal) values() values  { return values{h.Scale} }
func (h *HalfNormal) family() *family { return halfNormalFamily }

var halfNormalFamily = &family{
	name: "HalfNormal", params: []string{"scale"}, kind: scaled,
	logDensity: within(0, math.Inf(1), func(z autodiff.Var, p vars) autodiff.Var {
		return normalFamily.logDensity(z, p).AddConst(math.Ln2)
	}),
	support:  positiveHalf,
	cdf:      func(z float64, _ nums) float64 { return special.NdtrWithin(z) },
	sf:       func(z float64, _ nums) float64 { return 2 * special.Ndtr(-z) },
	quantile: func(lower, upper float64, _ nums) float64 { return special.NdtrWithinInv(lower, upper) },
	of:       func(z float64, _ nums) float64 { return math.Abs(z) },
	normal:   true,
	drop:     normalDrop,
	mean:     always(math.Sqrt2 / math.SqrtPi),
	variance: always(1 - 2/math.Pi),
	mode:     always(0),
	entropy:  always((1 + logπ - math.Ln2) / 2),
}
