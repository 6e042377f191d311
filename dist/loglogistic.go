package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// LogLogistic is the distribution of eᵘ with u logistic with mean μ and scale s:
// log p(x) = log Logistic(log x | μ, s) − log x for x > 0.
type LogLogistic struct {
	Loc, Scale autodiff.Value
}

// NewLogLogistic returns d independent log-logistic columns. It panics unless
// scale is positive.
func NewLogLogistic(d int, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &LogLogistic{loc, positive("NewLogLogistic", "scale", scale)})
}

func (l *LogLogistic) values() values  { return values{l.Loc, l.Scale} }
func (l *LogLogistic) family() *family { return logLogisticFamily }

var logLogisticFamily = func() *family {
	f := pushed(logisticFamily, "LogLogistic", exponential, logisticQuantile)
	f.logDensity = within(exponential.lo, exponential.hi, func(x autodiff.Var, p vars) autodiff.Var {
		return logLogisticOp.of(x, p[0], p[1])
	})
	f.cdf = func(x float64, p nums) float64 { z, rest := logStandardParts(x, p); return sigmoidNear(z, rest) }
	f.sf = func(x float64, p nums) float64 { z, rest := logStandardParts(x, p); return sigmoidNear(-z, -rest) }
	f.mean = func(p nums) float64 { return momentUpTo(1, 1/p[1], special.Exp(p[0])*hump(p[1])) }
	f.variance = func(p nums) float64 { // e^2μ·(2t/sin 2t − t²/sin² t) with t = πs
		s := p[1]
		return momentUpTo(2, 1/s, special.Exp(2*p[0])*hump(s)*sinMinus(float64(math.Pi*s))/(sinPi(s)*sinPi(0.5-s)))
	}
	f.mode = func(p nums) float64 {
		if p[1] >= 1 {
			return 0
		}
		return special.Exp(p[0]) * special.Pow((1-p[1])/(1+p[1]), p[1])
	}
	f.entropy = func(p nums) float64 {
		var sum special.Sum
		sum.Add(p[0], 2)
		sum.AddLog(1, p[1])
		return sum.Value()
	}
	return f
}()

// logLogisticOp has inputs x, μ and σ: −|z| − log x − 2·log(1+e^−|z|) − log σ, with z = (log x − μ)/σ. Below the
// median z and log x cancel: the first two terms are one, ((1−σ)·log x − μ)/σ there and (μ − (1+σ)·log x)/σ above.
var logLogisticOp = fused{&autodiff.Op{
	Name: "LogLogistic",
	Forward: func(c *autodiff.Call) {
		x, y := c.In(0), c.Out(0)
		hi, lo, z := c.Temp(len(x)), c.Temp(len(x)), c.Save(len(x))
		kernel.LogSums(hi, lo, x)
		columns := columnsOf(c, func(p args) columnNumbers { return columnNumbers{p[0], p[1], special.Log(p[1])} })
		for i := range y {
			p := columns.next()
			y[i], z[i] = logLogisticTerm(hi[i], lo[i], p[0], p[1])
		}
		kernel.Abs(lo, z)
		kernel.LogSigmoid(lo, lo)
		for i, l := range lo {
			y[i] = kernel.FMA(2, l, y[i]) - columns.next()[2]
		}
	},
	Backward: func(c *autodiff.Call) {
		s := c.Temp(len(c.In(0)))
		kernel.Scale(s, c.Saved(), 0.5)
		kernel.TanhOf(s, s)
		addLogGrads(c, c.Saved(), s)
	},
}}

// logLogisticTerm returns −|z| − log x and z for log x = hi + lo.
func logLogisticTerm(hi, lo, μ, σ float64) (term, z float64) {
	if z = (hi - μ + lo) / σ; σ > 1e100 { // where the product may overflow
		return -math.Abs(z) - hi, z
	}
	side := -math.Copysign(1, z)
	c, rest := special.TwoSum(1, -side*σ)
	p := float64(c * hi)
	sum, low := special.TwoSum(p, -μ)
	low += kernel.FMA(c, hi, -p) + kernel.FMA(c, lo, float64(rest*hi))
	return side * (sum + low) / σ, z
}

// hump returns πs/sin πs.
func hump(s float64) float64 { return math.Pi * s / sinPi(s) }

// sinPi returns sin πs for 0 ≤ s ≤ 1, exact near 1 too.
func sinPi(s float64) float64 { return special.Sin(math.Pi * min(s, 1-s)) }

// sinMinus returns sin t − t·cos t, exact near 0, for 0 ≤ t < ½π.
func sinMinus(t float64) float64 {
	sum, w := 0.0, float64(t*t) // Σ (−1)ᵏ⁺¹·2k·t²ᵏ⁺¹/(2k+1)!
	for k := 12.0; k >= 1; k-- {
		sum = (1 - float64(sum*w)*(k+1)/k) / ((2*k + 1) * (2 * k))
	}
	return float64(2 * t * w * sum)
}
