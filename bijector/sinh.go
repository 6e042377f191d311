package bijector

import (
	"cmp"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// Sinh maps the real line to itself with exponential tails:
//
//	y = sinh x,  log y′ = log cosh x
//
// It costs two exponentials and a logarithm per number.
type Sinh struct{}

var (
	sinhMap = newScalar("Sinh", sinhWith(logRoot))
	// sinhPart is the same with the log-slope of x = asinh y as rounded, so that
	// where SinhArcsinh goes on with x the rounding cancels in the sum.
	sinhPart = newScalar("SinhPart", sinhWith(func(l, _, x []float64, _ scalarArgs) { kernel.LogCosh(l, x) }))
)

// sinhWith returns the map with the given log cosh asinh y for its inverse.
func sinhWith(logCosh func(l, y, x []float64, a scalarArgs)) scalarMap {
	return scalarMap{
		forward: func(y, ls, x []float64, _ scalarArgs) {
			kernel.Sinh(y, x)
			kernel.LogCosh(ls, x)
		},
		inverse: func(x, ls, y []float64, a scalarArgs) {
			kernel.Asinh(x, y)
			logCosh(ls, y, x, a)
			kernel.Scale(ls, ls, -1)
		},
		derive: func(d derivatives) { kernel.TanhOf(d.curve, d.x) },
	}
}

// logRoot sets l = log cosh asinh y = ½·log(1 + y²), which asinh y, rounded,
// would not give as exactly.
func logRoot(l, y, _ []float64, a scalarArgs) {
	kernel.Mul(l, y, y)
	kernel.Log1p(l, l)
	for i, v := range y {
		l[i] *= 0.5
		if math.Abs(v) > 0x1p500 { // whose square overflows
			l[i] = a.log(math.Abs(v))
		}
	}
}

func (Sinh) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	v, l = scalar(sinhMap, x, dir)
	return v, l.RowSum()
}

// Forward returns f(x).
func (b Sinh) Forward(x autodiff.Var) autodiff.Var { y, _ := b.apply(x, forward); return y }

// Inverse returns f⁻¹(y).
func (b Sinh) Inverse(y autodiff.Var) autodiff.Var { x, _ := b.apply(y, inverse); return x }

// ILDJ returns Σⱼ log|dxⱼ/dyⱼ|.
func (b Sinh) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.apply(y, inverse); return l }

// FLDJ returns Σⱼ log|dyⱼ/dxⱼ|.
func (b Sinh) FLDJ(x autodiff.Var) autodiff.Var { _, l := b.apply(x, forward); return l }

// SinhArcsinh maps the real line to itself and gives a normal skewness and
// heavier or lighter tails:
//
//	y = m·sinh((asinh x + ε)·t),  m = 2/sinh(t·asinh 2)
//	log y′ = log cosh((asinh x + ε)·t) − ½·log(1 + x²) + log t + log m
//
// Skewness is ε, 0 if empty; Tailweight is t > 0, 1 if empty, and heavier than
// normal above 1. The factor m keeps f(2) = 2 at ε = 0, as in TFP. It costs
// about five exponentials and logarithms per number.
//
// M. C. Jones and A. Pewsey, Sinh-arcsinh distributions, 2009.
type SinhArcsinh struct{ Skewness, Tailweight autodiff.Value }

// NewSinhArcsinh returns a sinh-arcsinh map. It panics if the tail weight is
// not positive.
func NewSinhArcsinh(skewness, tailweight autodiff.Value) *SinhArcsinh {
	b := &SinhArcsinh{Skewness: skewness, Tailweight: positive("bijector: SinhArcsinh: tailweight", tailweight)}
	must(b.Restore())
	return b
}

// Restore checks the numbers.
func (b *SinhArcsinh) Restore() error {
	return cmp.Or(finite("bijector: SinhArcsinh: skewness", b.Skewness),
		inside("bijector: SinhArcsinh: tailweight", b.Tailweight, 0, math.Inf(1)))
}

// asinh 2 as a sum of two numbers.
const (
	asinh2    = 0x1.719218313d087p+0
	asinh2Low = 0x1.7c7418c1bf875p-55
)

// sinhArcsinhScale has the outputs m and m·t for the tail weights t.
var sinhArcsinhScale = &autodiff.Op{
	Name: "bijector.sinhArcsinhScale",
	Forward: func(c *autodiff.Call) {
		for i, t := range c.In(0) {
			u := float64(t * asinh2)
			m := 2 / kernel.SinhSum(u, math.FMA(t, asinh2, -u)+float64(t*asinh2Low))
			c.Out(0)[i], c.Out(1)[i] = m, m*t
		}
	},
	Backward: func(c *autodiff.Call) { // m′ = −m·asinh 2·coth u
		g, m := c.InGrad(0), c.Out(0)
		coth := c.Temp(len(m))
		kernel.Scale(coth, c.In(0), asinh2)
		kernel.TanhOf(coth, coth)
		for i, t := range c.In(0) {
			slope := -m[i] * asinh2 / coth[i]
			if dm := c.OutGrad(0); dm != nil {
				g[i] += float64(dm[i] * slope)
			}
			if d := c.OutGrad(1); d != nil {
				g[i] += float64(d[i] * math.FMA(t, slope, m[i]))
			}
		}
	},
}

func (b *SinhArcsinh) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	e := rowOr("bijector: SinhArcsinh: skewness", b.Skewness, x, 0)
	t := rowOr("bijector: SinhArcsinh: tailweight", b.Tailweight, x, 1)
	m, mt := sinhArcsinhScale.Apply2(nil, autodiff.Args{}, t.Shape(), t.Shape(), t)
	constant := sumOver(mt.Log(), x.Cols())
	if dir == inverse {
		u, lu := scalar(sinhPart, x.Div(m), inverse) // u = (asinh x + ε)·t
		v, lv := scalar(sinhPart, u.Div(t).Sub(e), forward)
		return v, lu.Add(lv).RowSum().Sub(constant)
	}
	a, la := scalar(sinhPart, x, inverse)
	v, lv := scalar(sinhPart, a.Add(e).Mul(t), forward)
	return v.Mul(m), la.Add(lv).RowSum().Add(constant)
}

// Forward returns f(x).
func (b *SinhArcsinh) Forward(x autodiff.Var) autodiff.Var { y, _ := b.apply(x, forward); return y }

// Inverse returns f⁻¹(y).
func (b *SinhArcsinh) Inverse(y autodiff.Var) autodiff.Var { x, _ := b.apply(y, inverse); return x }

// ILDJ returns Σⱼ log|dxⱼ/dyⱼ|.
func (b *SinhArcsinh) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.apply(y, inverse); return l }

// FLDJ returns Σⱼ log|dyⱼ/dxⱼ|.
func (b *SinhArcsinh) FLDJ(x autodiff.Var) autodiff.Var { _, l := b.apply(x, forward); return l }

// JohnsonSU maps the real line to itself, a standard normal to Johnson's
// unbounded distribution:
//
//	y = loc + scale·sinh((x − γ)/δ)
//	log y′ = log cosh((x − γ)/δ) + log(scale/δ)
//
// Skewness is γ, Tailweight is δ > 0; Loc, Scale > 0 and they are 0, 1, 0 and 1 if
// empty. It costs two exponentials and a logarithm per number.
//
// N. L. Johnson, Systems of frequency curves generated by methods of
// translation, 1949.
type JohnsonSU struct{ Skewness, Tailweight, Loc, Scale autodiff.Value }

// NewJohnsonSU returns Johnson's map. It panics if tail weight or scale is not
// positive.
func NewJohnsonSU(skewness, tailweight, loc, scale autodiff.Value) *JohnsonSU {
	b := &JohnsonSU{Skewness: skewness, Tailweight: positive("bijector: JohnsonSU: tailweight", tailweight),
		Loc: loc, Scale: positive("bijector: JohnsonSU: scale", scale)}
	must(b.Restore())
	return b
}

// Restore checks the numbers.
func (b *JohnsonSU) Restore() error {
	return cmp.Or(finite("bijector: JohnsonSU: skewness", b.Skewness),
		inside("bijector: JohnsonSU: tailweight", b.Tailweight, 0, math.Inf(1)),
		finite("bijector: JohnsonSU: loc", b.Loc), inside("bijector: JohnsonSU: scale", b.Scale, 0, math.Inf(1)))
}

func (b *JohnsonSU) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	const in, out = "bijector: JohnsonSU: skewness or tailweight", "bijector: JohnsonSU: loc or scale"
	if dir == inverse {
		v, l = scalar(sinhMap, toStandard(out, x, b.Loc, b.Scale), dir)
		v, l = fromStandard(in, v, b.Skewness, b.Tailweight), l.RowSum()
		return v, logScale(out, logScale(in, l, x, b.Tailweight, 1), x, b.Scale, -1)
	}
	v, l = scalar(sinhMap, toStandard(in, x, b.Skewness, b.Tailweight), dir)
	v, l = fromStandard(out, v, b.Loc, b.Scale), l.RowSum()
	return v, logScale(out, logScale(in, l, x, b.Tailweight, -1), x, b.Scale, 1)
}

// Forward returns f(x).
func (b *JohnsonSU) Forward(x autodiff.Var) autodiff.Var { y, _ := b.apply(x, forward); return y }

// Inverse returns f⁻¹(y).
func (b *JohnsonSU) Inverse(y autodiff.Var) autodiff.Var { x, _ := b.apply(y, inverse); return x }

// ILDJ returns Σⱼ log|dxⱼ/dyⱼ|.
func (b *JohnsonSU) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.apply(y, inverse); return l }

// FLDJ returns Σⱼ log|dyⱼ/dxⱼ|.
func (b *JohnsonSU) FLDJ(x autodiff.Var) autodiff.Var { _, l := b.apply(x, forward); return l }
