package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// differentiate is the chain rule, and for the inverse the implicit function
// theorem: with x = f⁻¹(y) and l = −log|f′(x)|,
//
//	∂x/∂y = 1/f′,  ∂x/∂θ = −(∂f/∂θ)/f′,  ∂l/∂• = −∂ls/∂x·∂x/∂• − ∂ls/∂•
func (m scalarMap) differentiate(c *autodiff.Call) {
	n, back := len(c.In(0)), direction(c.Args().J).back()
	d := derivatives{x: c.In(0), y: c.Out(0), ls: c.Out(1), scalarArgs: newScalarArgs(c), lsByX: c.Temp(n)}
	for k := range m.parameters(c) {
		d.yByTheta[k], d.lsByTheta[k] = c.Temp(n), c.Temp(n)
	}
	rate := c.Temp(n) // derivative of the value by the argument
	copy(rate, d.ls)
	if m.prescaled && back {
		kernel.Add(rate, rate, d.theta[c.Len()-2])
	} else if m.prescaled {
		kernel.Sub(rate, rate, d.theta[c.Len()-2])
	}
	kernel.Exp(rate, rate)
	if m.decreasing {
		kernel.Scale(rate, rate, -1)
	}
	if back {
		d.x, d.y, d.ls = d.y, d.x, c.Temp(n)
		kernel.Scale(d.ls, c.Out(1), -1)
	}
	m.derive(d)
	defined(d.lsByX, d.x)
	for k := range m.parameters(c) {
		defined(d.yByTheta[k], d.x)
		defined(d.lsByTheta[k], d.x)
	}

	// Gradients of value and log-slope at fixed x; for the inverse, of f and
	// log|f′|.
	dv, dl := c.Temp(n), c.Temp(n)
	copyOrClear(dv, c.OutGrad(0))
	copyOrClear(dl, c.OutGrad(1))
	clearInfinite(d.ls, dv, dl, rate)
	sum, more := c.Temp(n), c.Temp(n)
	if back {
		kernel.Scale(dl, dl, -1)
		products(sum, dl, d.lsByX)
		kernel.Accumulate(dv, sum)
		products(sum, dv, rate)
		kernel.Scale(dv, sum, -1)
	}
	if dx := c.InGrad(0); dx != nil && back {
		kernel.Sub(dx, dx, dv)
	} else if dx != nil {
		twoProducts(sum, more, dv, rate, dl, d.lsByX)
		kernel.Accumulate(dx, sum)
	}
	for k := range m.parameters(c) {
		if g := c.InGrad(k + 1); g != nil {
			twoProducts(sum, more, dv, d.yByTheta[k], dl, d.lsByTheta[k])
			gather(g, sum, c.OutShape(0))
		}
	}
}

// clearInfinite sets the numbers of dv, dl and rate to 0 where ls is infinite.
func clearInfinite(ls, dv, dl, rate []float64) {
	if allFinite(ls) {
		return
	}
	for i, l := range ls {
		if math.IsInf(l, 0) {
			dv[i], dl[i], rate[i] = 0, 0, 0
		}
	}
}

// defined sets derivatives to 0 that do not exist, as ∞ − ∞ where x or y has
// underflown.
func defined(d, x []float64) {
	if allFinite(d) {
		return
	}
	for i, v := range d {
		if v != v && x[i] == x[i] {
			d[i] = 0
		}
	}
}

// products sets dst to g·a, and to 0 for 0·∞.
func products(dst, g, a []float64) {
	kernel.Mul(dst, g, a)
	if allFinite(dst) {
		return
	}
	for i, p := range dst {
		if p != p && g[i] == g[i] && a[i] == a[i] {
			dst[i] = 0
		}
	}
}

// twoProducts sets dst to g·a + h·b, by way of temp.
func twoProducts(dst, temp, g, a, h, b []float64) {
	products(dst, g, a)
	products(temp, h, b)
	kernel.Accumulate(dst, temp)
}

func copyOrClear(dst, src []float64) {
	clear(dst[copy(dst, src):])
}

// gather adds d, of the given shape, to the gradient of a scalar or a row.
func gather(g, d []float64, s autodiff.Shape) {
	if len(g) == 1 {
		g[0] += kernel.Sum(d)
		return
	}
	kernel.ColSum(g, d, s.Rows, s.Cols)
}
