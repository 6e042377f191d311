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
	logDensity: func(z autodiff.Var, p vars) autodiff.Var { return sinhArcsinhOp.of(z, p[2], p[3]) },
	cdf:        func(z float64, p nums) float64 { return special.Ndtr(sinhArcsinhInverse(z, p)) },
	sf:         func(z float64, p nums) float64 { return special.Ndtr(-sinhArcsinhInverse(z, p)) },
	quantile: func(lower, upper float64, p nums) float64 {
		return sinhArcsinhForward(special.NdtrInv(lower, upper), p)
	},
	draw: func(r *rand.Rand, p nums) float64 { return sinhArcsinhForward(r.NormFloat64(), p) },
}

func sinhArcsinhForward(u float64, p nums) float64 {
	v := (special.Asinh(u) + p[2]) * p[3]
	if math.Abs(v) > 600 { // where the quotient of the hyperbolic sines is that of exponentials
		return math.Copysign(2*special.Exp(math.Abs(v)-asinh2*p[3]), v)
	}
	return special.Sinh(v) * 2 / sinhOfTwo(p[3])
}

func sinhArcsinhInverse(z float64, p nums) float64 {
	_, t, _ := sinhArcsinhTerms(z, p[3])
	s := 0.5 * sinhOfTwo(p[3])
	y, u := float64(z*s), special.Sinh(t/p[3]-p[2])
	if math.Abs(u) < 40 && math.Abs(y) < 1e300 { // with what y lacks
		return math.FMA(math.FMA(z, s, -y)/(special.Hypot1(y)*p[3]), special.Hypot1(u), u)
	}
	return u
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

// sinhArcsinhTerms returns log s, s = ½·sinh(δ·asinh 2), t = asinh y and w = y/√(1+y²)
// for y = zs, also where this overflows.
func sinhArcsinhTerms(z, δ float64) (logS, t, w float64) {
	s := 0.5 * sinhOfTwo(δ)
	logS = special.Log(s)
	if math.IsInf(s, 1) {
		logS = asinh2*δ - 2*math.Ln2
	}
	y := float64(z * s)
	switch {
	case z == 0:
		return logS, 0, 0
	case math.Abs(y) < 1e150:
		return logS, special.Asinh(y), y / special.Hypot1(y)
	}
	return logS, math.Copysign(special.Log(math.Abs(z))+logS+math.Ln2, z), math.Copysign(1, z)
}

// sinhArcsinhOp has inputs z, ε and δ: log N(sinh u) + log cosh u − ½·log(1+y²) − log δ + log s
// with u = t/δ − ε.
var sinhArcsinhOp = newFused("SinhArcsinh",
	func(x args) float64 {
		z, ε, δ := x[0], x[1], x[2]
		logS, t, _ := sinhArcsinhTerms(z, δ)
		v := special.Sinh(t/δ - ε)
		if math.Abs(v) > 1e100 {
			return math.Inf(-1)
		}
		slope := -0.5 * special.Log1p(special.Sinh(t)*special.Sinh(t))
		if math.Abs(t) > 100 {
			slope = math.Ln2 - math.Abs(t)
		}
		return float64(-0.5*v*v) + 0.5*special.Log1p(v*v) - log2π/2 + slope - special.Log(δ) + logS
	},
	func(x args) args {
		z, ε, δ := x[0], x[1], x[2]
		logS, t, w := sinhArcsinhTerms(z, δ)
		u := t/δ - ε
		g := special.Tanh(u) - float64(special.Sinh(u)*special.Cosh(u))
		dt := min(special.Exp(logS), math.MaxFloat64) // dt/dz
		if z != 0 {
			dt = w / z
		}
		c := asinh2 / special.Tanh(asinh2*δ) // d log s/dδ
		dδ := float64(g*(float64(w*c)-t/δ)/δ) + float64((1-float64(w*w))*c) - 1/δ
		return args{math.FMA(g, dt/δ, -float64(w*dt)), -g, dδ}
	})
