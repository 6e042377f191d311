package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// SinhArcsinh is the distribution of μ + s·c·sinh((asinh u + ε)·δ) with u standard
// normal and c = 2/sinh(δ·asinh 2), so that δ changes the tails and little else:
// Jones and Pewsey, Sinh-arcsinh distributions, Biometrika 2009.
type SinhArcsinh struct {
	Skewness, Tail, Loc, Scale autodiff.Value
}

// NewSinhArcsinh returns d independent sinh-arcsinh columns with ε = skewness and
// δ = tail; heavier tails for larger δ. It panics unless tail and scale are positive.
func NewSinhArcsinh(d int, skewness, tail, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &SinhArcsinh{skewness, positive("NewSinhArcsinh", "tail", tail), loc, positive("NewSinhArcsinh", "scale", scale)})
}

func (s *SinhArcsinh) values() values  { return values{s.Loc, s.Scale, s.Skewness, s.Tail} }
func (s *SinhArcsinh) family() *family { return sinhArcsinhFamily }

var sinhArcsinhFamily = &family{
	name: "SinhArcsinh", params: []string{"loc", "scale", "skewness", "tail"}, kind: locScale,
	logDensity: func(z autodiff.Var, p vars) autodiff.Var {
		δ := p[3]
		invC := δ.MulConst(special.Asinh(2)).Sinh().MulConst(0.5)
		y := z.Mul(invC)
		u := y.Asinh().Div(δ).Sub(p[2])
		slope := log1pSquareOp.of(y).MulConst(-0.5).Sub(δ.Log()).Add(invC.Log())
		return sinhNormalOp.of(u).Add(slope)
	},
	cdf: func(z float64, p nums) float64 { return special.Ndtr(sinhArcsinhInverse(z, p)) },
	sf:  func(z float64, p nums) float64 { return special.Ndtr(-sinhArcsinhInverse(z, p)) },
	quantile: func(lower, upper float64, p nums) float64 {
		return sinhArcsinhForward(special.NdtrInv(lower, upper), p)
	},
	draw: func(r *rand.Rand, p nums) float64 { return sinhArcsinhForward(r.NormFloat64(), p) },
}

func sinhArcsinhForward(u float64, p nums) float64 {
	return special.Sinh((special.Asinh(u)+p[2])*p[3]) * 2 / sinhOfTwo(p[3])
}

func sinhArcsinhInverse(z float64, p nums) float64 {
	s := 0.5 * sinhOfTwo(p[3])
	y := float64(z * s)
	if u := special.Sinh(special.Asinh(y)/p[3] - p[2]); math.Abs(u) < 40 { // with what y lacks
		return math.FMA(math.FMA(z, s, -y)/(special.Hypot1(y)*p[3]), special.Hypot1(u), u)
	}
	return special.Sinh(special.Asinh(y)/p[3] - p[2])
}

// asinh2 + asinh2Low is asinh 2.
const (
	asinh2    = 0x1.719218313d087p+0
	asinh2Low = 0x1.7c7418c1bf875p-55
)

// sinhOfTwo returns sinh(δ·asinh 2).
func sinhOfTwo(δ float64) float64 {
	h := float64(asinh2 * δ)
	low := math.FMA(asinh2, δ, -h) + float64(asinh2Low*δ)
	s := special.Sinh(h)
	if math.IsInf(s, 0) {
		return s
	}
	return math.FMA(low, special.Cosh(h), s)
}

// sinhNormalOp is log N(sinh u) + log cosh u.
var sinhNormalOp = newFused("SinhNormal",
	func(x args) float64 {
		s := special.Sinh(x[0])
		if math.Abs(s) > 1e100 {
			return math.Inf(-1)
		}
		return float64(-0.5*s*s) + 0.5*special.Log1p(s*s) - log2π/2
	},
	func(x args) args { return args{float64(-special.Sinh(x[0])*special.Cosh(x[0])) + special.Tanh(x[0])} })
