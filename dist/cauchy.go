package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
)

// Cauchy is the Cauchy distribution with location μ and scale γ:
// log p(x) = −log(1+z²) − log πγ with z = (x−μ)/γ. It has no mean.
type Cauchy struct {
	Loc, Scale autodiff.Value
}

// NewCauchy returns d independent Cauchy columns. It panics unless scale is
// positive.
func NewCauchy(d int, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &Cauchy{loc, positive("NewCauchy", "scale", scale)})
}

func (c *Cauchy) values() values  { return values{c.Loc, c.Scale} }
func (c *Cauchy) family() *family { return cauchyFamily }

var cauchyFamily = &family{
	name: "Cauchy", params: []string{"loc", "scale"}, kind: locScale,
	logDensity: func(z autodiff.Var, _ vars) autodiff.Var {
		return log1pSquareOp.of(z).Neg().AddConst(-math.Log(math.Pi))
	},
	cdf:      func(z float64, _ nums) float64 { return math.Atan2(1, -z) / math.Pi },
	sf:       func(z float64, _ nums) float64 { return math.Atan2(1, z) / math.Pi },
	quantile: func(lower, upper float64, _ nums) float64 { return tanTurn(lower, upper) },
	mean:     always(math.NaN()),
	variance: always(math.NaN()),
	mode:     always(0),
	entropy:  always(math.Ln2 + math.Ln2 + logπ),
}

const logπ = 1.1447298858494001741434273513530587116472948129153

// tanTurn returns tan π(p−½), p + q = 1.
func tanTurn(p, q float64) float64 {
	switch {
	case p < 0.25:
		return -1 / math.Tan(math.Pi*p)
	case q < 0.25:
		return 1 / math.Tan(math.Pi*q)
	}
	return math.Tan(0.5 * math.Pi * (p - q))
}
