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
var weibullOp = newFused("Weibull",
	func(x args) float64 {
		z, k := x[0], x[1]
		if z > 0 {
			var sum special.Sum
			sum.AddLog(k-1, z)
			sum.Add(special.Log(k), -special.Pow(z, k))
			return sum.Value()
		}
		return special.Log(k) + special.XLogY(k-1, z) - special.Pow(z, k)
	},
	func(x args) args {
		z, k := x[0], x[1]
		t, l := special.Pow(z, k), special.Log(z)
		return args{over(k-1, z) - float64(k*special.Pow(z, k-1)), 1/k + l - special.XLogY(t, z)}
	})
