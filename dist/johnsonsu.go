package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
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
	cdf:      func(z float64, p nums) float64 { u, rest := johnsonInverse(z, p); return normalTail(-u, -rest) },
	sf:       func(z float64, p nums) float64 { u, rest := johnsonInverse(z, p); return normalTail(u, rest) },
	logTails: func(z float64, p nums) (float64, float64) { return logNormalTails(johnsonInverse(z, p)) },
	quantile: func(lower, upper float64, p nums) float64 {
		u, rest := normalQuantile(lower, upper)
		t, low := standardParts(u, rest, p[2], p[3])
		s := special.Sinh(t)
		if low == 0 || math.IsInf(s, 0) {
			return s
		}
		return kernel.FMA(special.Hypot1(s), low, s)
	},
	of:     func(z float64, p nums) float64 { return special.Sinh((z - p[2]) / p[3]) },
	normal: true,
	mean: func(p nums) float64 {
		if p[2] == 0 {
			return 0
		}
		q := p[2] / p[3]
		s := special.Sinh(q)
		if math.Abs(q) < 300 { // with what the rounding of the quotient took
			s = kernel.FMA(special.Hypot1(s), kernel.FMA(-q, p[3], p[2])/p[3], s)
		}
		if e := expm1OverSquare(0.5, p[3]); e > 0 {
			s = kernel.FMA(s, e, s)
		}
		return -s
	},
	variance: func(p nums) float64 { // (e^w − 1)·(1 + ½(e^w·cosh 2q − 1)) with w = 1/δ² and q = γ/δ
		e, q := expm1OverSquare(1, p[3]), 2*p[2]/p[3]
		s := special.Sinh(0.5 * q)
		square := float64(s * s) // ½(cosh 2q − 1)
		if math.Abs(q) < 300 {   // with what the rounding of the quotient and the square took
			square += kernel.FMA(s, s, -square) + float64(s*special.Hypot1(s)*kernel.FMA(-q, p[3], 2*p[2])/p[3])
		}
		if e < 1e-300 { // it may underflow
			return (square + 1) / p[3] / p[3]
		}
		return e * (kernel.FMA(e, 0.5+square, square) + 1)
	},
}

// expm1OverSquare returns exp(a/δ²) − 1.
func expm1OverSquare(a, δ float64) float64 {
	square := float64(δ * δ)
	w := a / square
	e := special.Expm1(w)
	if w < 1e-300 || w > 700 {
		return e
	}
	rest := (kernel.FMA(-w, square, a) - float64(w*kernel.FMA(δ, δ, -square))) / square
	return kernel.FMA(rest, e+1, e)
}

// johnsonInverse returns u = γ + δ·asinh z, and what its rounding and that of asinh z took from it.
func johnsonInverse(z float64, p nums) (u, rest float64) {
	γ, δ := p[2], p[3]
	t := special.Asinh(z)
	u = γ + float64(δ*t)
	if !(math.Abs(z) < 1e150 && math.Abs(u) < 100 && δ < 1e100) {
		return u, 0
	}
	var sum special.Sum
	sum.AddProduct(δ, t)
	sum.Add(γ, -u, float64(δ*(z-special.Sinh(t)))/special.Hypot1(z))
	return u, sum.Value()
}
