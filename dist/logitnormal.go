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
	f := pushed(normalFamily, "LogitNormal", logistic, normalQuantile)
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
	near:    sigmoidNear,
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
	hi, lo := special.TwoSum(l.sign*l.hi, -l.sign*l.rest)
	return standardParts(hi, lo+float64(l.sign*l.lo), μ, σ)
}

// logits has the parts of many.
type logits struct{ x, hi, lo, rest []float64 }

func logitsOf(c *autodiff.Call) logits {
	x, small := c.In(0), c.Temp(len(c.In(0)))
	l := logits{x, c.Temp(len(x)), c.Temp(len(x)), c.Temp(len(x))}
	for i, x := range x {
		small[i] = min(x, 1-x)
	}
	kernel.LogSums(l.hi, l.lo, small)
	kernel.Scale(small, small, -1)
	kernel.Log1p(l.rest, small)
	return l
}

func (l logits) at(i int) logit {
	if l.x[i] > 0.5 {
		return logit{-1, l.hi[i], l.lo[i], l.rest[i]}
	}
	return logit{1, l.hi[i], l.lo[i], l.rest[i]}
}

// logs returns log x and log(1−x).
func (l logit) logs() (lx, ly float64) {
	if l.sign < 0 {
		return l.rest, l.hi
	}
	return l.hi, l.rest
}

// logitNormalOp has inputs x, μ and σ.
var logitNormalOp = fused{&autodiff.Op{
	Name: "LogitNormal",
	Forward: func(c *autodiff.Call) {
		all, saved := logitsOf(c), c.Save(len(c.In(0)))
		columns := columnsOf(c, func(p args) columnNumbers {
			hi, lo := kernel.LogSum(p[1])
			return columnNumbers{p[0], p[1], hi, lo}
		})
		for i := range c.Out(0) {
			l, p := all.at(i), columns.next()
			z, rest := l.standard(p[0], p[1])
			square := float64(0.5 * z * z)
			if saved[i] = z; math.IsInf(square, 0) {
				c.Out(0)[i] = math.Inf(-1)
				continue
			}
			s, a := special.TwoSum(-square, -l.hi)
			s, b := special.TwoSum(s, -l.rest)
			s, d := special.TwoSum(s, -p[2])
			s, e := special.TwoSum(s, -log2π/2)
			c.Out(0)[i] = s + (a + b + d + e - kernel.FMA(0.5*z, z, -square) - kernel.FMA(z, rest, l.lo+p[3]))
		}
	},
	Backward: func(c *autodiff.Call) {
		s := append(c.Temp(len(c.In(0)))[:0], c.Saved()...)
		addStandardGrads(c, c.Saved(), s)
		dx, x, y := c.InGrad(0), c.In(0), c.Out(0)
		for i, dy := range c.OutGrad(0) {
			if x := x[i]; dx != nil && dy != 0 && !math.IsInf(y[i], 0) {
				dx[i] = kernel.FMA((2*x-1-s[i])/(x*(1-x)), dy, dx[i])
			}
		}
	},
}}
