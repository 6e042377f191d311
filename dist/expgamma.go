package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// ExpGamma is the distribution of log g with g gamma with concentration a and rate b:
// log p(x) = a·log b − log Γ(a) + ax − b·eˣ.
type ExpGamma struct {
	Concentration autodiff.Value `file:"Concentration,Shape"`
	Rate          autodiff.Value
}

// NewExpGamma returns d independent columns of the logarithms of gamma variables.
// It panics unless concentration and rate are positive.
func NewExpGamma(d int, concentration, rate autodiff.Value) *Columns {
	return NewColumns(d, &ExpGamma{positive("NewExpGamma", "concentration", concentration), positive("NewExpGamma", "rate", rate)})
}

func (e *ExpGamma) values() values  { return values{e.Concentration, e.Rate} }
func (e *ExpGamma) family() *family { return expGammaFamily }

var expGammaFamily = &family{
	name: "ExpGamma", params: []string{"concentration", "rate"},
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		return expGammaOp.of(x, p[0], p[1]).Add(gammaNormOp.of(p[0]))
	},
	both: func(x float64, p nums) (lower, upper float64) { return gammaIncAtLog(x, p) },
	logTails: func(x float64, p nums) (float64, float64) {
		return special.LogGammaIncAt(p[0], p[1]*special.Exp(x), x+special.Log(p[1]))
	},
	quantile: func(lower, upper float64, p nums) float64 {
		hi, lo := special.LogGammaIncInvSum(p[0], lower, upper)
		var sum special.Sum
		sum.Add(hi, lo)
		sum.AddLog(-1, p[1])
		return sum.Value()
	},
	draw: func(r *rand.Rand, p nums) float64 { return drawLogGamma(r, p[0]) - special.Log(p[1]) },
	drop: func(x, y float64, p nums) float64 { return scaledExpm1(p[1]*special.Exp(x), y) - float64(p[0]*y) },
	mean: func(p nums) float64 {
		var sum special.Sum
		addDigamma(&sum, 1, p[0])
		sum.AddLog(-1, p[1])
		return sum.Value()
	},
	variance: func(p nums) float64 { return first(special.HurwitzZeta(2, p[0])) },
	mode:     func(p nums) float64 { return special.Log(p[0] / p[1]) },
	entropy:  func(p nums) float64 { return gammaEntropy(p[0], 0) },
}

// expGammaOp has inputs x, a and b: a·y − eʸ with y = x + log b, or for large shapes less the
// deviance a·(eᵘ−1−u), u = y − log a.
var expGammaOp = fused{&autodiff.Op{
	Name: "ExpGamma",
	Forward: func(c *autodiff.Call) {
		x, y, columns := c.In(0), c.Out(0), columnsOf(c, expGammaColumn)
		e, rise := c.Temp(len(x)), c.Temp(len(x))
		for i, x := range x {
			if p := columns.next(); !smallShape(p[0]) {
				x = shifted(x, p)
			}
			y[i] = x
		}
		kernel.Exp(e, x)
		kernel.Expm1(rise, y)
		for i, x := range x {
			p := columns.next()
			a, b, u := p[0], p[1], y[i]
			if !smallShape(a) && u <= 1 {
				y[i] = a * (u - rise[i])
				continue
			}
			if e[i] *= b; math.Abs(x) >= 700 { // where only eˣ overflows
				e[i] = special.Exp(x + special.Log(b))
			}
			if u = float64(a * (u + 1)); smallShape(a) {
				var sum special.Sum
				sum.AddProduct(a, x)
				sum.AddTimes(a, p[2], p[3])
				u = sum.Value()
			}
			y[i] = minusExp(u, e[i])
		}
	},
	Backward: func(c *autodiff.Call) {
		in, grads, columns := inputs(c), inputGrads(c), columnsOf(c, expGammaColumn)
		u, e, rise := c.Temp(len(c.In(0))), c.Temp(len(c.In(0))), c.Temp(len(c.In(0)))
		for i, x := range c.In(0) {
			u[i] = shifted(x, columns.next())
		}
		kernel.Exp(e, u)
		kernel.Expm1(rise, u)
		for i, dy := range c.OutGrad(0) {
			a := in.num(1)
			slope := -a * rise[i]
			if smallShape(a) {
				slope = a - e[i]
			}
			if dy != 0 && !math.IsInf(c.Out(0)[i], 0) {
				grads.add(&in, 0, slope, dy)
				grads.add(&in, 1, u[i], dy)
				grads.add(&in, 2, slope/in.num(2), dy)
			}
			in.next()
		}
	},
}}

// expGammaColumn returns a, b, and log b, or for large shapes log(b/a), in two parts.
func expGammaColumn(p args) columnNumbers {
	a, b := p[0], p[1]
	if smallShape(a) {
		hi, lo := kernel.LogSum(b)
		return columnNumbers{a, b, hi, lo}
	}
	q := b / a
	if !(q > 1e-300 && q < 1e300) {
		return columnNumbers{a, b, special.Log(b) - special.Log(a)}
	}
	hi, lo := kernel.LogSum(q)
	return columnNumbers{a, b, hi, lo + kernel.FMA(-q, a, b)/b}
}

// shifted returns x + log b, or for large shapes x + log(b/a), which may cancel.
func shifted(x float64, p *columnNumbers) float64 {
	var sum special.Sum
	sum.Add(x, p[2], p[3])
	return sum.Value()
}

// minusExp returns u − e, e being an exponential, which wins where it overflows.
func minusExp(u, e float64) float64 {
	if math.IsInf(e, 1) {
		return math.Inf(-1)
	}
	return u - e
}

func gammaIncAtLog(x float64, p nums) (lower, upper float64) {
	return special.GammaIncAt(p[0], p[1]*special.Exp(x), x+special.Log(p[1]))
}
