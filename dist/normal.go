package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Normal is the normal distribution N(μ, σ²):
// log p(x) = −½·z² − log σ − ½·log 2π with z = (x−μ)/σ.
type Normal struct {
	Loc, Scale autodiff.Value
}

// NewNormal returns d independent normal columns, a diagonal normal
// distribution. It panics unless scale is positive.
func NewNormal(d int, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &Normal{loc, positive("NewNormal", "scale", scale)})
}

func (n *Normal) values() values  { return values{n.Loc, n.Scale} }
func (n *Normal) family() *family { return normalFamily }

const log2π = 1.8378770664093454835606594728112352797227949472756

var normalFamily = &family{
	name: "Normal", params: []string{"loc", "scale"}, kind: locScale,
	logDensity: func(z autodiff.Var, _ vars) autodiff.Var {
		return z.Square().MulConst(-0.5).AddConst(-log2π / 2)
	},
	rows:        autodiff.Var.StdNormalLogDensity,
	cdf:         func(z float64, _ nums) float64 { return special.Ndtr(z) },
	sf:          func(z float64, _ nums) float64 { return special.Ndtr(-z) },
	logTails:    func(z float64, _ nums) (float64, float64) { return special.LogNdtr(z), special.LogNdtr(-z) },
	drop:        normalDrop,
	quantile:    func(p, q float64, _ nums) float64 { return special.NdtrInv(p, q) },
	logQuantile: func(lower, upper float64, _ nums) float64 { return special.LogNdtrInv(lower, upper) },
	line:        func(p nums) (loc, scale float64) { return p[0], p[1] },
	normal:      true,
	mean:        always(0),
	variance:    always(1),
	mode:        always(0),
	entropy:     always((1 + log2π) / 2),
}

// normalQuantile returns the z with Φ(z) = lower, and what its rounding took from it.
func normalQuantile(lower, upper float64) (z, rest float64) {
	z = special.NdtrInv(lower, upper)
	switch d := special.NormalDensity(z); {
	case d == 0 || math.Abs(z) < 1: // where one step cannot gain
		return z, 0
	case z < 0:
		return z, (lower - special.Ndtr(z)) / d
	default:
		return z, (special.Ndtr(-z) - upper) / d
	}
}

// logNormalTails returns log Φ(u+rest) and log Φ(−u−rest), where one of them is far out.
func logNormalTails(u, rest float64) (lower, upper float64) {
	lower, upper = special.LogNdtr(u), special.LogNdtr(-u)
	if u < 0 {
		return lower - float64(rest*u), upper
	}
	return lower, upper - float64(rest*u)
}

// normalTail returns Φ(−u−rest) for what u lacks by rounding, which counts far out.
func normalTail(u, rest float64) float64 {
	q := special.Ndtr(-u)
	if !(math.Abs(rest) < 1e-8*math.Abs(u)) || q == 0 {
		return q
	}
	return kernel.FMA(-q*special.Hazard(-u), rest, q)
}
