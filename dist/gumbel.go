package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Gumbel is the distribution of maxima with location μ and scale β:
// log p(x) = −z − e⁻ᶻ − log β with z = (x−μ)/β.
type Gumbel struct {
	Loc, Scale autodiff.Value
}

// NewGumbel returns d independent Gumbel columns. It panics unless scale is
// positive.
func NewGumbel(d int, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &Gumbel{loc, positive("NewGumbel", "scale", scale)})
}

func (g *Gumbel) values() values  { return values{g.Loc, g.Scale} }
func (g *Gumbel) family() *family { return gumbelFamily }

var gumbelFamily = &family{
	name: "Gumbel", params: []string{"loc", "scale"}, kind: locScale,
	logDensity: func(z autodiff.Var, _ vars) autodiff.Var { return gumbelOp.of(z) },
	cdf:        func(z float64, _ nums) float64 { return gumbelCDF(z, 0) },
	sf:         func(z float64, _ nums) float64 { return gumbelSurvival(z, 0) },
	quantile:   func(lower, upper float64, _ nums) float64 { return -special.Log(minusLog(lower, upper)) },
	drop:       gumbelDrop,
	mean:       always(eulerγ),
	variance:   always(math.Pi * math.Pi / 6),
	mode:       always(0),
	entropy:    always(eulerγ + 1),
}

// gumbelCDF returns exp(−e⁻ᶻ) at z + rest.
func gumbelCDF(z, rest float64) float64 {
	e, low := expParts(-z, -rest)
	return kernel.ExpSum(-e, -low)
}

// gumbelSurvival returns 1 − exp(−e⁻ᶻ) at z + rest.
func gumbelSurvival(z, rest float64) float64 {
	e, low := expParts(-z, -rest)
	v := special.Expm1(-e)
	return kernel.FMA(v+1, low, -v)
}

const eulerγ = 0.57721566490153286060651209008240243104215933593992

// gumbelOp is −z − e⁻ᶻ, where e⁻ᶻ dominates if it overflows.
var gumbelOp = fused{&autodiff.Op{
	Name: "Gumbel",
	Forward: func(c *autodiff.Call) {
		z, y := c.In(0), c.Out(0)
		kernel.Scale(y, z, -1)
		kernel.Exp(y, y)
		for i, e := range y {
			if y[i] = -(z[i] + e); math.IsInf(e, 1) {
				y[i] = math.Inf(-1)
			}
		}
	},
	Backward: func(c *autodiff.Call) { addGumbelSlope(c, 1) },
}}

// addGumbelSlope adds the gradient of −w·(z + e⁻ᶻ) by z.
func addGumbelSlope(c *autodiff.Call, w float64) {
	dz, dy, d := c.InGrad(0), c.OutGrad(0), c.Temp(len(c.In(0)))
	kernel.Scale(d, c.In(0), -1)
	kernel.Expm1(d, d)
	for i, g := range dy {
		if g != 0 {
			dz[i] = kernel.FMA(float64(w*d[i]), g, dz[i])
		}
	}
}
