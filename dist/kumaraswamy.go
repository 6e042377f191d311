package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Kumaraswamy is the distribution with shapes a and b and P(X ≤ x) = 1 − (1−xᵃ)ᵇ:
// log p(x) = log ab + (a−1)·log x + (b−1)·log(1−xᵃ) for 0 ≤ x ≤ 1.
type Kumaraswamy struct {
	A, B autodiff.Value
}

// NewKumaraswamy returns d independent Kumaraswamy columns. It panics unless a
// and b are positive.
func NewKumaraswamy(d int, a, b autodiff.Value) *Columns {
	return NewColumns(d, &Kumaraswamy{positive("NewKumaraswamy", "a", a), positive("NewKumaraswamy", "b", b)})
}

func (k *Kumaraswamy) values() values  { return values{k.A, k.B} }
func (k *Kumaraswamy) family() *family { return kumaraswamyFamily }

var kumaraswamyFamily = &family{
	name: "Kumaraswamy", params: []string{"a", "b"},
	logDensity: within(0, 1, func(x autodiff.Var, p vars) autodiff.Var { return kumaraswamyOp.of(x, p[0], p[1]) }),
	support:    func(nums) (float64, float64) { return 0, 1 },
	cdf:        func(x float64, p nums) float64 { return -special.Expm1(p[1] * log1mPow(x, p[0])) },
	sf:         func(x float64, p nums) float64 { return special.Exp(p[1] * log1mPow(x, p[0])) },
	quantile: func(lower, upper float64, p nums) float64 {
		return special.Exp(special.Log1mExp(-minusLog(upper, lower)/p[1]) / p[0])
	},
	mean: func(p nums) float64 { return kumaraswamyMoment(1, p) },
	variance: func(p nums) float64 {
		m, r := kumaraswamyMoment(1, p), 1/p[0]
		if r < 0.5 { // the logarithm of E X²/(E X)², without cancellation
			return m * m * special.Expm1(r*r*(special.LgammaGap(r)-special.LgammaCurve(1+p[1], r)))
		}
		return kernel.FMA(-m, m, kumaraswamyMoment(2, p))
	},
	mode: func(p nums) float64 {
		switch a, b := p[0], p[1]; {
		case a <= 1:
			return 0
		case b <= 1:
			return 1
		default:
			return special.Pow((a-1)/(float64(a*b)-1), 1/a)
		}
	},
	entropy: func(p nums) float64 {
		a, b := p[0], p[1]
		var sum special.Sum
		sum.Add((b - 1) / b)
		sum.AddLog(-1, a)
		sum.AddLog(-1, b)
		sum.AddProduct((a-1)/a, special.Harmonic(b))
		return sum.Value()
	},
}

// log1mPow returns log(1 − xᵃ) for 0 ≤ x ≤ 1.
func log1mPow(x, a float64) float64 {
	if y := special.Pow(x, a); y < 0.5 {
		return special.Log1p(-y)
	}
	return special.Log1mExp(a * special.Log(x))
}

// kumaraswamyMoment is E Xⁿ = b·B(1+n/a, b) = Γ(1+n/a)·Γ(1+b)/Γ(1+b+n/a).
func kumaraswamyMoment(n float64, p nums) float64 {
	r := min(n/p[0], math.MaxFloat64)
	if r > 50 {
		return special.Exp(special.Log(p[1]) + special.LogBeta(1+r, p[1]))
	}
	if r > max(p[1], 0.5) {
		return special.Gamma(1+p[1]) / special.GammaRatio(1+r, p[1])
	}
	g := special.Exp(special.Lgamma1p(r))
	if r > 0.5 {
		g = special.Gamma(1 + r)
	}
	return g / special.GammaRatio(1+p[1], r)
}

// logProduct returns log ab, also where ab overflows or underflows.
func logProduct(a, b float64) float64 {
	c := float64(a * b)
	if c < 1e-290 || c > 1e300 {
		return special.Log(a) + special.Log(b)
	}
	return special.Log(c) + kernel.FMA(a, b, -c)/c
}

// kumaraswamyOp has inputs x, a and b.
var kumaraswamyOp = fused{&autodiff.Op{
	Name: "Kumaraswamy",
	Forward: func(c *autodiff.Call) {
		x, y := c.In(0), c.Out(0)
		hi, lo := c.Temp(len(x)), c.Temp(len(x))
		kernel.LogSums(hi, lo, x)
		columns := columnsOf(c, func(p args) columnNumbers {
			return columnNumbers{p[0], p[1], logProduct(p[0], p[1]), special.Log(p[0]), special.Log(p[1])}
		})
		for i, l := range hi {
			y[i] = -columns.next()[0] * l
		}
		kernel.Log1mExp(y, y)
		for i, x := range x {
			p := columns.next()
			switch a, b := p[0], p[1]; x {
			case 0:
				y[i] = atZero(a, p[4])
			case 1:
				y[i] = atZero(b, p[3])
			default:
				var sum special.Sum
				sum.AddTimes(a-1, hi[i], lo[i])
				sum.AddProduct(b-1, y[i])
				sum.Add(p[2])
				y[i] = sum.Value()
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		in, grads, x := inputs(c), inputGrads(c), c.In(0)
		l, rise, rest := c.Temp(len(x)), c.Temp(len(x)), c.Temp(len(x))
		kernel.Log(l, x)
		for i, l := range l {
			rise[i] = -in.num(1) * l
			in.next()
		}
		kernel.Log1mExp(rest, rise)
		kernel.Expm1(rise, rise)
		in = inputs(c)
		for i, dy := range c.OutGrad(0) {
			if a, b := in.num(1), in.num(2); dy != 0 && !math.IsInf(c.Out(0)[i], 0) {
				odds := over(b-1, rise[i]) // (b−1)·xᵃ/(1−xᵃ)
				slope := (a - 1 - float64(a*odds)) / x[i]
				if x[i] == 0 && a == 1 {
					slope = 1 - b
				}
				grads.add(&in, 0, slope, dy)
				da := 1/a + l[i]
				if odds != 0 {
					da -= float64(odds * l[i])
				}
				grads.add(&in, 1, da, dy)
				grads.add(&in, 2, 1/b+rest[i], dy)
			}
			in.next()
		}
	},
}}
