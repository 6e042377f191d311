package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// LogNormal is the distribution of eᵘ with u from N(μ, σ²):
// log p(x) = log N(log x | μ, σ²) − log x for x > 0.
type LogNormal struct {
	Loc, Scale autodiff.Value
}

// NewLogNormal returns d independent log-normal columns. It panics unless scale
// is positive.
func NewLogNormal(d int, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &LogNormal{loc, positive("NewLogNormal", "scale", scale)})
}

func (l *LogNormal) values() values  { return values{l.Loc, l.Scale} }
func (l *LogNormal) family() *family { return logNormalFamily }

var logNormalFamily = func() *family {
	f := pushed(normalFamily, "LogNormal", exponential)
	f.cdf = func(x float64, p nums) float64 { z, rest := logStandardParts(x, p); return normalTail(-z, -rest) }
	f.sf = func(x float64, p nums) float64 { z, rest := logStandardParts(x, p); return normalTail(z, rest) }
	f.mean = func(p nums) float64 { return expPlusSquare(p[0], 0.5*p[1], p[1]) }
	f.variance = func(p nums) float64 {
		s := float64(p[1] * p[1])
		if s > 40 { // e^s − 1 is e^s, which may overflow
			return special.Exp(2 * (p[0] + s))
		}
		v := special.Expm1(s)
		return kernel.FMA(kernel.FMA(p[1], p[1], -s), v+1, v) * expPlusSquare(2*p[0], p[1], p[1])
	}
	f.mode = func(p nums) float64 { return special.Exp(p[0] - float64(p[1]*p[1])) }
	f.entropy = func(p nums) float64 {
		var sum special.Sum
		sum.Add(p[0], (1+log2π)/2)
		sum.AddLog(1, p[1])
		return sum.Value()
	}
	return f
}()

// exponential is u ↦ eᵘ. At 0 densities that it carries are 0.
var exponential = monotone{
	forward: special.Exp, inverse: special.Log,
	inverseVar: func(x autodiff.Var) autodiff.Var { return x.Log() },
	ildj:       func(_, u autodiff.Var) autodiff.Var { return u.Neg() },
	step: func(x, y float64) (du, drop float64) {
		du = special.Log1p(y / x)
		return du, du
	},
	lo: math.SmallestNonzeroFloat64, hi: math.Inf(1),
}

// expPlusSquare returns exp(x + y·z).
func expPlusSquare(x, y, z float64) float64 {
	var sum special.Sum
	sum.Add(x)
	sum.AddProduct(y, z)
	v := sum.Value()
	sum.Add(-v)
	return kernel.ExpSum(v, sum.Value())
}
