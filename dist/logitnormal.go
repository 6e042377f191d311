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

var logitNormalFamily = func() *family {
	f := pushed(normalFamily, "LogitNormal", logistic)
	f.logDensity = within(logistic.lo, logistic.hi, func(x autodiff.Var, p vars) autodiff.Var {
		return logitNormalOp.of(x, p[0], p[1])
	})
	f.cdf = func(x float64, p nums) float64 {
		z, rest := logitParts(x).standard(p[0], p[1])
		return normalTail(-z, -rest)
	}
	f.sf = func(x float64, p nums) float64 {
		z, rest := logitParts(x).standard(p[0], p[1])
		return normalTail(z, rest)
	}
	return f
}()

// logistic is u ↦ 1/(1+e⁻ᵘ).
var logistic = monotone{
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
}

// A logit is log(x/(1−x)) in parts: ±(hi + lo − rest), with hi + lo the logarithm of the smaller of x and 1 − x and
// rest that of the larger.
type logit struct{ sign, hi, lo, rest float64 }

func logitParts(x float64) logit {
	l := logit{sign: 1}
	if x > 0.5 {
		x, l.sign = 1-x, -1
	}
	l.hi, l.lo = kernel.LogSum(x)
	l.rest = special.Log1p(-x)
	return l
}

// standard returns z = (logit − μ)/σ, and what its rounding and that of the parts took from it.
func (l logit) standard(μ, σ float64) (z, rest float64) {
	var sum special.Sum
	sum.Add(l.sign*l.hi, -l.sign*l.rest, -μ, l.sign*l.lo)
	d := sum.Value()
	sum.Add(-d)
	z = d / σ
	if !(math.Abs(z) < 1e100) || σ < 1e-100 {
		return z, 0
	}
	return z, (kernel.FMA(-z, σ, d) + sum.Value()) / σ
}

// logitNormalOp has inputs x, μ and σ.
var logitNormalOp = newFused("LogitNormal",
	func(v args) float64 {
		l := logitParts(v[0])
		z, rest := l.standard(v[1], v[2])
		if math.IsInf(z, 0) {
			return math.Inf(-1)
		}
		var sum special.Sum
		sum.AddProduct(-0.5*z, z)
		sum.Add(-l.hi, -l.rest, -special.Log(v[2]), -log2π/2, -float64(z*rest)-l.lo)
		return sum.Value()
	},
	func(v args) args {
		x, σ := v[0], v[2]
		z := (special.Log(x) - special.Log1p(-x) - v[1]) / σ
		return args{(2*x - 1 - z/σ) / (x * (1 - x)), z / σ, (float64(z*z) - 1) / σ}
	})
