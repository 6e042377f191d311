package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// LogitNormal is the distribution of σ(u) = 1/(1+e⁻ᵘ) with u from N(μ, σ²):
// log p(x) = log N(logit x | μ, σ²) − log x − log(1−x) for 0 < x < 1. Its moments
// are by quadrature.
type LogitNormal struct {
	Loc, Scale autodiff.Value
}

// NewLogitNormal returns d independent logit-normal columns. It panics unless
// scale is positive.
func NewLogitNormal(d int, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &LogitNormal{loc, positive("NewLogitNormal", "scale", scale)})
}

func (l *LogitNormal) values() values  { return values{l.Loc, l.Scale} }
func (l *LogitNormal) family() *family { return logitNormalFamily }

var logitNormalFamily = pushed(normalFamily, "LogitNormal", monotone{
	forward: special.Sigmoid,
	inverse: func(x float64) float64 {
		if x > 0 && x < 1 {
			return kernel.LogitOne(x)
		}
		return special.Log(x) - special.Log1p(-x)
	},
	inverseVar: func(x autodiff.Var) autodiff.Var {
		return x.Log().Sub(x.Neg().Log1p())
	},
	step: func(x, y float64) (du, drop float64) {
		up, down := special.Log1p(y/x), special.Log1p(-y/(1-x))
		return up - down, up + down
	},
	ildj: func(x, _ autodiff.Var) autodiff.Var { return x.Log().Add(x.Neg().Log1p()).Neg() },
	lo:   math.SmallestNonzeroFloat64, hi: 1 - 0x1p-53,
})
