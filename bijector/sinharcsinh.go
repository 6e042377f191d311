package bijector

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// SinhArcsinh maps the real line to itself and gives a normal skewness and
// heavier or lighter tails:
//
//	y = m·sinh((asinh x + ε)·t),  m = 2/sinh(t·asinh 2)
//	log y′ = log cosh((asinh x + ε)·t) − ½·log(1 + x²) + log t + log m
//
// Skewness is ε, 0 if empty; Tailweight is t > 0, 1 if empty, and heavier than
// normal above 1. The factor m keeps f(2) = 2 at ε = 0, as in TFP. It costs
// about five exponentials and logarithms per element.
//
// M. C. Jones and A. Pewsey, Sinh-arcsinh distributions, 2009.
type SinhArcsinh struct{ Skewness, Tailweight autodiff.Value }

// NewSinhArcsinh returns a sinh-arcsinh map. It panics if the tail weight is
// not positive.
func NewSinhArcsinh(skewness, tailweight autodiff.Value) *SinhArcsinh {
	return made(&SinhArcsinh{skewness, tailweight})
}

func (b *SinhArcsinh) params() params {
	return params{
		{"SinhArcsinh: skewness", &b.Skewness, finite, 0},
		{"SinhArcsinh: tailweight", &b.Tailweight, positive, 1},
	}
}

// asinh 2 as a sum of two values.
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
			m := 2 / kernel.SinhSum(u, kernel.FMA(t, asinh2, -u)+float64(t*asinh2Low))
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
				g[i] += float64(d[i] * kernel.FMA(t, slope, m[i]))
			}
		}
	},
}

func (b *SinhArcsinh) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	e, t := b.params().pair(x)
	m, mt := sinhArcsinhScale.Apply2(nil, autodiff.Args{}, t.Shape(), t.Shape(), t)
	var lu, lv autodiff.Var
	if dir.back() {
		v, lu = scalar(sinhPart, x.Div(m), dir) // (asinh x + ε)·t
		v, lv = scalar(sinhPart, v.Div(t).Sub(e), dir.other())
	} else {
		v, lu = scalar(sinhPart, x, dir.other())
		v, lv = scalar(sinhPart, v.Add(e).Mul(t), dir)
		v = v.Mul(m)
	}
	if dir.valueOnly() {
		return v, l
	}
	return v, lu.Add(lv).RowSum().Add(sumOver(mt.Log(), x.Cols()).MulConst(dir.sign()))
}
