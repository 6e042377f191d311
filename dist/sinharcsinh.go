package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// SinhArcsinh is the distribution of μ + s·c·sinh((asinh u + ε)·δ) with u standard
// normal and c = 2/sinh(δ·asinh 2), so that δ changes the tails and little else:
// Jones and Pewsey, Sinh-arcsinh distributions, Biometrika 2009.
type SinhArcsinh struct {
	Skewness   autodiff.Value
	Tailweight autodiff.Value `file:"Tailweight,Tail"`
	Loc, Scale autodiff.Value
}

// NewSinhArcsinh returns d independent sinh-arcsinh columns with ε = skewness and
// δ = tailweight; heavier tails for larger δ. It panics unless tailweight and scale are positive.
func NewSinhArcsinh(d int, skewness, tailweight, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &SinhArcsinh{skewness, positive("NewSinhArcsinh", "tailweight", tailweight), loc, positive("NewSinhArcsinh", "scale", scale)})
}

func (s *SinhArcsinh) values() values  { return values{s.Loc, s.Scale, s.Skewness, s.Tailweight} }
func (s *SinhArcsinh) family() *family { return sinhArcsinhFamily }

var sinhArcsinhFamily = &family{
	name: "SinhArcsinh", params: []string{"loc", "scale", "skewness", "tailweight"}, kind: locScale,
	logDensity: func(z autodiff.Var, p vars) autodiff.Var { return sinhArcsinhOp.of(z, p[2], p[3]) },
	high:       sinhArcsinhHigh,
	highTails: func(l, sign float64, p nums) (float64, float64) {
		_, logS := sinhScale(p[3])
		return normalTails(special.Sinh(sign*(l+logS+math.Ln2)/p[3] - p[2]))
	},
	cdf:      func(z float64, p nums) float64 { u, rest := sinhArcsinhInverse(z, p); return normalTail(-u, -rest) },
	sf:       func(z float64, p nums) float64 { u, rest := sinhArcsinhInverse(z, p); return normalTail(u, rest) },
	logTails: func(z float64, p nums) (float64, float64) { return logNormalTails(sinhArcsinhInverse(z, p)) },
	quantile: func(lower, upper float64, p nums) float64 {
		u, rest := normalQuantile(lower, upper)
		return sinhArcsinhNear(u, rest, p)
	},
	of:     sinhArcsinhForward,
	normal: true,
}

// sinhArcsinhHigh has asinh y = log 2|y|.
func sinhArcsinhHigh(_, l, sign autodiff.Var, p vars) autodiff.Var {
	logS := logSinhScaleOp.of(p[3])
	t := l.AddConst(math.Ln2).Add(logS)
	return sinhSquareOp.of(t.Mul(sign).Div(p[3]).Sub(p[2])).Sub(t).Add(logS).Sub(p[3].Log()).AddConst(math.Ln2 - log2π/2)
}

var (
	// logSinhScaleOp has input δ: log s, or 0 where that does not count.
	logSinhScaleOp = newFused("LogSinhScale",
		func(x args) float64 {
			if x[0] < leastShape {
				return 0
			}
			return second(sinhScale(x[0]))
		},
		func(x args) args {
			if x[0] < leastShape {
				return args{}
			}
			return args{asinh2 / special.Tanh(asinh2*x[0])}
		})
	// sinhSquareOp has input u: −½·sinh² u + log cosh u.
	sinhSquareOp = newFused("SinhSquare",
		func(x args) float64 {
			v := special.Sinh(x[0])
			if math.Abs(v) > 1e150 {
				return math.Inf(-1)
			}
			return float64(-0.5*v*v) + 0.5*special.Log1p(v*v)
		},
		func(x args) args {
			v := special.Sinh(x[0])
			h := special.Hypot1(v)
			return args{v/h - float64(v*h)}
		})
)

func sinhArcsinhForward(u float64, p nums) float64 {
	if p[3] < leastShape {
		return (special.Asinh(u) + p[2]) / lightSlope
	}
	v := (special.Asinh(u) + p[2]) * p[3]
	if math.Abs(v) > 600 { // where the quotient of the hyperbolic sines is that of exponentials
		return math.Copysign(2*special.Exp(math.Abs(v)-float64(asinh2*p[3])), v)
	}
	return special.Sinh(v) * 2 / sinhOfTwo(p[3])
}

// sinhArcsinhNear returns sinhArcsinhForward at u + rest, with what the roundings within took from it.
func sinhArcsinhNear(u, rest float64, p nums) float64 {
	y := sinhArcsinhForward(u, p)
	t := special.Asinh(u)
	v := (t + p[2]) * p[3]
	if !(math.Abs(v) < 600 && math.Abs(u) < 1e10 && p[3] > leastShape && p[3] < 1e100 && math.Abs(p[2]) < 1e100) {
		return y
	}
	sum, low := special.TwoSum(t, p[2])
	low += (rest + (u - special.Sinh(t))) / special.Hypot1(u)
	slope := special.Cosh(v) * 2 / sinhOfTwo(p[3])
	return kernel.FMA(slope, kernel.FMA(sum, p[3], -v)+float64(low*p[3]), y)
}

// lightSlope is the limit of asinh(y)/(δz) for small δ: ½·asinh 2.
const lightSlope = 0.5 * asinh2

// sinhArcsinhInverse returns u, and what it lacks by rounding.
func sinhArcsinhInverse(z float64, p nums) (u, rest float64) {
	if p[3] < leastShape {
		return special.Sinh(float64(lightSlope*z) - p[2]), 0
	}
	s, logS := sinhScale(p[3])
	y, t := sinhArcsinhInner(z, s, logS)
	angle, low := sinhArcsinhAngle(z, y, t, s, p[2], p[3])
	if u = special.Sinh(angle); low == 0 {
		return u, 0
	}
	return u, special.Hypot1(u) * low
}

// sinhArcsinhAngle returns asinh(y)/δ − ε, with y = zs and t = asinh y, and what it and y lack by rounding.
func sinhArcsinhAngle(z, y, t, s, ε, δ float64) (u, rest float64) {
	q := t / δ
	u = q - ε
	if !(math.Abs(u) < 300 && math.Abs(q) < 1e10 && math.Abs(y) < 1e150 && s < 1e300) {
		return u, 0
	}
	b := u - q
	rest = (q - (u - b)) - (ε + b)
	return u, rest + (kernel.FMA(-q, δ, t)+(kernel.FMA(z, s, -y)+(y-special.Sinh(t)))/special.Hypot1(y))/δ
}

// asinh2 + asinh2Low is asinh 2.
const (
	asinh2    = 0x1.719218313d087p+0
	asinh2Low = 0x1.7c7418c1bf875p-55
)

// sinhOfTwo returns sinh(δ·asinh 2).
func sinhOfTwo(δ float64) float64 {
	h := float64(asinh2 * δ)
	low := kernel.FMA(asinh2, δ, -h) + float64(asinh2Low*δ)
	s := special.Sinh(h)
	if math.IsInf(s, 0) {
		return s
	}
	return kernel.FMA(low, special.Cosh(h), s)
}

// sinhScale returns s = ½·sinh(δ·asinh 2) and its logarithm.
func sinhScale(δ float64) (s, logS float64) {
	if s = 0.5 * sinhOfTwo(δ); math.IsInf(s, 1) {
		return s, float64(asinh2*δ) - 2*math.Ln2
	}
	return s, special.Log(s)
}

// sinhArcsinhInner returns y = zs and asinh y, also where y overflows.
func sinhArcsinhInner(z, s, logS float64) (y, t float64) {
	switch y = float64(z * s); {
	case z == 0:
		return 0, 0
	case math.Abs(y) < 1e150:
		return y, special.Asinh(y)
	}
	return y, math.Copysign(special.Log(math.Abs(z))+logS+math.Ln2, z)
}

// sinhArcsinhOp has inputs z, ε and δ: log N(sinh u) + log cosh u − ½·log(1+y²) − log δ + log s
// with u = asinh(y)/δ − ε.
var sinhArcsinhOp = fused{&autodiff.Op{
	Name: "SinhArcsinh",
	Forward: func(c *autodiff.Call) {
		in := inputs(c)
		s, logS := sinhScales(c)
		for i := range c.Out(0) {
			x, k := in.all(), in.at[2]
			in.next()
			y, t := sinhArcsinhInner(x[0], s[k], logS[k])
			u, rest := sinhArcsinhAngle(x[0], y, t, s[k], x[1], x[2])
			v, far := special.Sinh(u), logS[k]-special.Log(x[2])
			if rest != 0 {
				v = kernel.FMA(special.Hypot1(v), rest, v)
			}
			if x[2] < leastShape {
				y, v, far = 0, special.Sinh(float64(lightSlope*x[0])-x[1]), special.Log(lightSlope)
			}
			if math.Abs(v) > 1e100 {
				c.Out(0)[i] = math.Inf(-1)
				continue
			}
			slope := -0.5 * special.Log1p(y*y)
			if math.Abs(t) > 100 {
				slope = math.Ln2 - math.Abs(t)
			}
			c.Out(0)[i] = float64(-0.5*v*v) + 0.5*special.Log1p(v*v) + (slope + far - log2π/2)
		}
	},
	Backward: func(c *autodiff.Call) {
		in, grads := inputs(c), inputGrads(c)
		s, logS := sinhScales(c)
		for _, dy := range c.OutGrad(0) {
			if dy != 0 {
				k := in.at[2]
				slopes := sinhArcsinhSlopes(in.num(0), in.num(1), in.num(2), s[k], logS[k])
				for n := range in.n {
					grads.add(&in, n, slopes[n], dy)
				}
			}
			in.next()
		}
	},
}}

// sinhScales returns sinhScale of each number of the third input.
func sinhScales(c *autodiff.Call) (s, logS []float64) {
	δ := c.In(2)
	s, logS = c.Temp(len(δ)), c.Temp(len(δ))
	for k, v := range δ {
		s[k], logS[k] = sinhScale(v)
	}
	return s, logS
}

// sinhArcsinhSlopes returns the derivatives in z, ε and δ.
func sinhArcsinhSlopes(z, ε, δ, s, logS float64) args {
	if δ < leastShape {
		v := special.Sinh(float64(lightSlope*z) - ε)
		h := special.Hypot1(v)
		g := v/h - float64(v*h)
		return args{lightSlope * g, -g, 0}
	}
	y, t := sinhArcsinhInner(z, s, logS)
	u := t/δ - ε
	v := special.Sinh(u)
	h := special.Hypot1(v)
	g := v/h - float64(v*h)               // in u: tanh u − sinh u·cosh u
	w, dt := 0.0, min(s, math.MaxFloat64) // y/√(1+y²) and dt/dz
	if z != 0 {
		w = math.Copysign(1, z)
		if math.Abs(y) < 1e150 {
			w = y / special.Hypot1(y)
		}
		dt = min(w/z, math.MaxFloat64)
	}
	c := asinh2 / special.Tanh(asinh2*δ) // d log s/dδ
	dδ := float64(g*(float64(w*c)-t/δ)/δ) + float64((1-float64(w*w))*c) - 1/δ
	dz := kernel.FMA(g, dt/δ, -float64(w*dt))
	return args{min(max(dz, -math.MaxFloat64), math.MaxFloat64), -g, dδ}
}
