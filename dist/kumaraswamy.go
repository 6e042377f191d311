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
var kumaraswamyOp = newFused("Kumaraswamy",
	func(v args) float64 {
		x, a, b := v[0], v[1], v[2]
		switch {
		case x == 0:
			return atZero(a, special.Log(b))
		case x == 1:
			return atZero(b, special.Log(a))
		}
		l := special.Log(x)
		var sum special.Sum
		sum.AddLog(a-1, x)
		sum.AddProduct(b-1, special.Log1mExp(a*l))
		sum.Add(logProduct(a, b))
		return sum.Value()
	},
	func(v args) args {
		x, a, b := v[0], v[1], v[2]
		l := special.Log(x)
		odds := over(b-1, special.Expm1(-a*l)) // (b−1)·xᵃ/(1−xᵃ)
		slope := (a - 1 - float64(a*odds)) / x
		if x == 0 && a == 1 {
			slope = 1 - b
		}
		return args{slope, 1/a + l - special.XLogY(odds, x), 1/b + special.Log1mExp(a*l)}
	})
