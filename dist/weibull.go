package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Weibull is the Weibull distribution with concentration k and scale λ:
// log p(x) = log k + (k−1)·log z − zᵏ − log λ for z = x/λ ≥ 0.
type Weibull struct {
	Concentration autodiff.Value `file:"Concentration,Shape"`
	Scale         autodiff.Value
}

// NewWeibull returns d independent Weibull columns. It panics unless concentration and
// scale are positive.
func NewWeibull(d int, concentration, scale autodiff.Value) *Columns {
	return NewColumns(d, &Weibull{positive("NewWeibull", "concentration", concentration), positive("NewWeibull", "scale", scale)})
}

func (w *Weibull) values() values  { return values{w.Scale, w.Concentration} }
func (w *Weibull) family() *family { return weibullFamily }

var weibullFamily = &family{
	name: "Weibull", params: []string{"scale", "concentration"}, kind: scaled,
	logDensity: within(0, math.Inf(1), func(z autodiff.Var, p vars) autodiff.Var { return weibullOp.of(z, p[1]) }),
	high:       weibullEnd,
	low:        weibullEnd,
	highTails:  weibullTails,
	lowTails:   weibullTails,
	support:    positiveHalf,
	cdf:        func(z float64, p nums) float64 { return -special.Expm1(-special.Pow(z, p[1])) },
	sf:         func(z float64, p nums) float64 { return special.Exp(-special.Pow(z, p[1])) },
	quantile: func(lower, upper float64, p nums) float64 {
		return special.Pow(minusLog(upper, lower), 1/p[1])
	},
	drop: func(z, y float64, p nums) float64 {
		l := special.Log1p(y / z)
		return scaledExpm1(special.Pow(z, p[1]), p[1]*l) - float64((p[1]-1)*l)
	},
	mean: func(p nums) float64 { return special.Gamma(1 + 1/p[1]) },
	variance: func(p nums) float64 { // Γ(1+2/k) − Γ(1+1/k)²
		r := 1 / p[1]
		if r < 1 || r > 80 {
			return extremeVariance(-r) / (p[1] * p[1])
		}
		// with what the rounding of 1/k and of 1 + 2/k takes
		a, b := 1+r, 1+2*r
		rest, ga, gb := kernel.FMA(-r, p[1], 1)/p[1], special.Gamma(a), special.Gamma(b)
		low := float64((2*rest+(2*r-(b-1)))*special.Digamma(b)*gb) - float64(2*(rest+(r-(a-1)))*special.Digamma(a)*ga*ga)
		return kernel.FMA(-ga, ga, gb) + low
	},
	mode: func(p nums) float64 { return special.Pow(max(p[1]-1, 0)/p[1], 1/p[1]) },
	entropy: func(p nums) float64 {
		var sum special.Sum
		sum.Add(1, eulerγ, -eulerγ/p[1])
		sum.AddLog(-1, p[1])
		return sum.Value()
	},
}

func weibullEnd(_, l, sign autodiff.Var, p vars) autodiff.Var {
	return sideOp.of(sign, p[1]).Add(p[1].Log()).Add(l.Mul(p[1].AddConst(-1))).Sub(l.Mul(p[1]).Exp())
}

func weibullTails(l, _ float64, p nums) (lower, upper float64) {
	l *= p[1]
	return log1mExpExp(l), -special.Exp(l)
}

// weibullOp has inputs z and k.
var weibullOp = fused{&autodiff.Op{
	Name: "Weibull",
	Forward: func(c *autodiff.Call) {
		z, y, columns := c.In(0), c.Out(0), columnsOf(c, weibullColumn)
		hi, lo := c.Temp(len(z)), c.Temp(len(z))
		kernel.LogSums(hi, lo, z)
		weibullPowers(c, y, 0)
		for i, t := range y {
			p := columns.next()
			if z[i] == 0 {
				y[i] = p[1] + special.XLogY(p[0]-1, 0) - t
				continue
			}
			var sum special.Sum
			sum.AddTimes(p[0]-1, hi[i], lo[i])
			sum.Add(p[1], -t)
			y[i] = sum.Value()
		}
	},
	Backward: func(c *autodiff.Call) {
		in, grads, z := inputs(c), inputGrads(c), c.In(0)
		l, powers, lower := c.Temp(len(z)), c.Temp(len(z)), c.Temp(len(z))
		kernel.Log(l, z)
		weibullPowers(c, powers, 0)
		weibullPowers(c, lower, -1)
		for i, dy := range c.OutGrad(0) {
			if k := in.num(1); dy != 0 && !math.IsInf(c.Out(0)[i], 0) {
				grads.add(&in, 0, over(k-1, z[i])-float64(k*lower[i]), dy)
				dk := 1/k + l[i]
				if powers[i] != 0 {
					dk -= float64(powers[i] * l[i])
				}
				grads.add(&in, 1, dk, dy)
			}
			in.next()
		}
	},
}}

func weibullColumn(p args) columnNumbers { return columnNumbers{p[0], special.Log(p[0])} }

// weibullPowers sets y to the powers of z with exponents k + e.
func weibullPowers(c *autodiff.Call, y []float64, e float64) {
	in := inputs(c)
	for i := range y {
		y[i] = in.num(1) + e
		in.next()
	}
	kernel.PowEach(y, c.In(0), y)
}
