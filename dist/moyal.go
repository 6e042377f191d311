package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Moyal is Moyal's approximation of the distribution of energy losses by
// ionisation: log p(x) = −½·(z + e⁻ᶻ + log 2π) − log σ with z = (x−μ)/σ.
type Moyal struct {
	Loc, Scale autodiff.Value
}

// NewMoyal returns d independent Moyal columns. It panics unless scale is
// positive.
func NewMoyal(d int, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &Moyal{loc, positive("NewMoyal", "scale", scale)})
}

func (m *Moyal) values() values  { return values{m.Loc, m.Scale} }
func (m *Moyal) family() *family { return moyalFamily }

var moyalFamily = &family{
	name: "Moyal", params: []string{"loc", "scale"}, kind: locScale,
	logDensity: func(z autodiff.Var, _ vars) autodiff.Var {
		return moyalOp.of(z).AddConst(-log2π / 2)
	},
	cdf: func(z float64, _ nums) float64 { return 2 * special.Ndtr(-special.Exp(-0.5*z)) },
	sf:  func(z float64, _ nums) float64 { return special.NdtrWithin(special.Exp(-0.5 * z)) },
	quantile: func(lower, upper float64, _ nums) float64 {
		return -2 * special.Log(special.NdtrWithinInv(upper, lower))
	},
	of:       func(z float64, _ nums) float64 { return -2 * special.Log(math.Abs(z)) },
	normal:   true,
	drop:     func(z, y float64, p nums) float64 { return 0.5 * gumbelDrop(z, y, p) },
	mean:     always(eulerγ + math.Ln2),
	variance: always(math.Pi * math.Pi / 2),
	mode:     always(0),
	entropy:  always((1 + log2π + eulerγ + math.Ln2) / 2),
}

// moyalOp is −½·(z + e⁻ᶻ), also where only e⁻ᶻ itself overflows.
var moyalOp = fused{&autodiff.Op{
	Name: "Moyal",
	Forward: func(c *autodiff.Call) {
		z, y := c.In(0), c.Out(0)
		kernel.Scale(y, z, -1)
		kernel.Exp(y, y)
		for i, e := range y {
			if e *= 0.5; math.IsInf(e, 1) {
				e = special.Exp(-0.5 * z[i])
				e *= 0.5 * e
			}
			if y[i] = -0.5*z[i] - e; math.IsInf(e, 1) {
				y[i] = math.Inf(-1)
			}
		}
	},
	Backward: func(c *autodiff.Call) { addGumbelSlope(c, 0.5) },
}}
