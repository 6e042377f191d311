package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// JohnsonSU is the distribution of μ + s·sinh((u−γ)/δ) with u standard normal:
// log p(x) = log N(γ + δ·asinh z) + log δ − ½·log(1+z²) − log s with z = (x−μ)/s.
type JohnsonSU struct {
	Skewness   autodiff.Value
	Tailweight autodiff.Value `file:"Tailweight,Tail"`
	Loc, Scale autodiff.Value
}

// NewJohnsonSU returns d independent Johnson SU columns with γ = skewness and
// δ = tailweight; heavier tails for smaller δ. It panics unless tailweight and scale are
// positive.
func NewJohnsonSU(d int, skewness, tailweight, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &JohnsonSU{skewness, positive("NewJohnsonSU", "tailweight", tailweight), loc, positive("NewJohnsonSU", "scale", scale)})
}

func (j *JohnsonSU) values() values  { return values{j.Loc, j.Scale, j.Skewness, j.Tailweight} }
func (j *JohnsonSU) family() *family { return johnsonSUFamily }

var johnsonSUFamily = &family{
	name: "JohnsonSU", params: []string{"loc", "scale", "skewness", "tailweight"}, kind: locScale,
	logDensity: func(z autodiff.Var, p vars) autodiff.Var {
		u := z.Asinh().Mul(p[3]).Add(p[2])
		return normalFamily.logDensity(u, p).Sub(log1pSquareOp.of(z).MulConst(0.5)).Add(p[3].Log())
	},
	high: func(_, l, sign autodiff.Var, p vars) autodiff.Var {
		u := l.AddConst(math.Ln2).Mul(sign).Mul(p[3]).Add(p[2])
		return normalFamily.logDensity(u, p).Sub(l).Add(p[3].Log())
	},
	highTails: func(l, sign float64, p nums) (float64, float64) {
		return normalTails(p[2] + float64(sign*p[3]*(l+math.Ln2)))
	},
	cdf: func(z float64, p nums) float64 { return special.Ndtr(p[2] + float64(p[3]*special.Asinh(z))) },
	sf:  func(z float64, p nums) float64 { return special.Ndtr(-p[2] - float64(p[3]*special.Asinh(z))) },
	quantile: func(lower, upper float64, p nums) float64 {
		return special.Sinh((special.NdtrInv(lower, upper) - p[2]) / p[3])
	},
	of:     func(z float64, p nums) float64 { return special.Sinh((z - p[2]) / p[3]) },
	normal: true,
	mean: func(p nums) float64 {
		if p[2] == 0 {
			return 0
		}
		return -special.Exp(0.5/(p[3]*p[3])) * special.Sinh(p[2]/p[3])
	},
	variance: func(p nums) float64 {
		w := 1 / (p[3] * p[3])
		wide := 0.5 * (float64(special.Exp(w)*special.Cosh(2*p[2]/p[3])) + 1)
		if w < 1e-300 { // it may underflow
			return wide / p[3] / p[3]
		}
		return special.Expm1(w) * wide
	},
}
