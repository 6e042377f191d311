package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
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
		return log1pSquareOp.of(z).Neg().AddConst(-special.Log(math.Pi))
	},
	high:      cauchyHigh,
	highTails: func(l, sign float64, _ nums) (float64, float64) { return swapped(sign, -l-logπ) },
	cdf:       func(z float64, _ nums) float64 { return cauchyTail(-z) },
	sf:        func(z float64, _ nums) float64 { return cauchyTail(z) },
	logTails:  func(z float64, _ nums) (float64, float64) { return swapped(z, -special.Log(math.Abs(z))-logπ) },
	quantile:  func(lower, upper float64, _ nums) float64 { return tanTurn(lower, upper) },
	between:   cauchyBetween,
	drop:      func(z, y float64, _ nums) float64 { return studentDrop(z, y, 1) },
	mean:      always(math.NaN()),
	variance:  always(math.NaN()),
	mode:      always(0),
	entropy:   always(math.Ln2 + math.Ln2 + logπ),
}

var cauchyHigh = powerHigh(func(p vars) autodiff.Var { return p[0].Tape().Scalar(-2) })

const logπ = 1.1447298858494001741434273513530587116472948129153

// cauchyTail returns P(Z > z).
func cauchyTail(z float64) float64 {
	if z > 1 {
		return special.Atan(1/z) / math.Pi
	}
	return 0.5 - special.Atan(z)/math.Pi
}

// cauchyBetween is the angle between the directions of z and y over π.
func cauchyBetween(z, y, w float64, _ nums) float64 {
	c := kernel.FMA(z, y, 1)
	switch {
	case math.IsInf(c, 0):
		return math.NaN()
	case c > w:
		return special.Atan(w/c) / math.Pi
	}
	return 0.5 - special.Atan(c/w)/math.Pi
}

// tanTurn returns tan π(p−½), p + q = 1.
func tanTurn(p, q float64) float64 {
	switch {
	case p < 0.25:
		return -1 / special.Tan(math.Pi*p)
	case q < 0.25:
		return 1 / special.Tan(math.Pi*q)
	}
	return special.Tan(0.5 * math.Pi * (p - q))
}
