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
	f := pushed(normalFamily, "LogNormal", exponential, normalQuantile)
	f.logDensity = within(exponential.lo, exponential.hi, func(x autodiff.Var, p vars) autodiff.Var {
		return logNormalOp.of(x, p[0], p[1])
	})
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

// logNormalOp has inputs x, μ and σ: the terms of the density added with what their rounding takes, but for that of log x.
var logNormalOp = fused{&autodiff.Op{
	Name: "LogNormal",
	Forward: func(c *autodiff.Call) {
		l, z, y := c.Temp(len(c.In(0))), c.Save(len(c.In(0))), c.Out(0)
		kernel.Log(l, c.In(0))
		columns := columnsOf(c, logNormalColumn)
		for i, l := range l {
			p := columns.next()
			d, rest := special.TwoSum(l, -p[0])
			v := d / p[1]
			half := 0.5 * v
			square := float64(half * v)
			if z[i] = v; math.IsInf(square, 1) {
				y[i] = math.Inf(-1)
				continue
			}
			s, a := special.TwoSum(-square, -l)
			s, b := special.TwoSum(s, -p[2])
			y[i] = s + (a + b - p[3] - kernel.FMA(half, v, -square) - float64(v*p[4]*(kernel.FMA(-v, p[1], d)+rest)))
		}
	},
	Backward: func(c *autodiff.Call) {
		s := append(c.Temp(len(c.In(0)))[:0], c.Saved()...)
		addLogGrads(c, c.Saved(), s)
	},
}}

// logNormalColumn returns μ, σ, log σ√2π in two parts and 1/σ, but 0 where rests may not be multiplied by it.
func logNormalColumn(p args) columnNumbers {
	hi, lo := kernel.LogSum(p[1])
	hi, rest := special.TwoSum(log2π/2, hi)
	if p[1] > 1e-100 && p[1] < 1e100 {
		return columnNumbers{p[0], p[1], hi, lo + rest, 1 / p[1]}
	}
	return columnNumbers{p[0], p[1], hi, lo + rest}
}

// exponential is u ↦ eᵘ. At 0 densities that it carries are 0.
var exponential = monotone{
	forward: special.Exp, near: kernel.ExpSum, inverse: special.Log,
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
