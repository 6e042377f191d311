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
	for i, l := range d.ls {
		if math.IsInf(l, 0) {
			dv[i], dl[i], rate[i] = 0, 0, 0
		}
	}
	if back {
		for i, g := range dv {
			dl[i] = -dl[i]
			dv[i] = -times(g+times(dl[i], d.lsByX[i]), rate[i])
		}
	}
	if dx := c.InGrad(0); dx != nil && back {
		kernel.Sub(dx, dx, dv)
	} else if dx != nil {
		for i, g := range dv {
			dx[i] += times(g, rate[i]) + times(dl[i], d.lsByX[i])
		}
	}
	for k := range m.parameters(c) {
		if g := c.InGrad(k + 1); g != nil {
			for i, v := range dv {
				d.yByTheta[k][i] = times(v, d.yByTheta[k][i]) + times(dl[i], d.lsByTheta[k][i])
			}
			gather(g, d.yByTheta[k], c.OutShape(0))
		}
	}
}

// defined sets derivatives to 0 that do not exist, as ∞ − ∞ where x or y has
// underflown.
func defined(d, x []float64) {
	for i, v := range d {
		if v != v && x[i] == x[i] {
			d[i] = 0
		}
	}
}

// times returns g·a, and 0 for 0·∞.
func times(g, a float64) float64 {
	p := float64(g * a)
	if p != p && g == g && a == a {
		return 0
	}
	return p
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
