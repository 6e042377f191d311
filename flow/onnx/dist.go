package onnx

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// logProb returns the log-density of the rows x of a flow, given the context c: −∞ where there is no preimage, NaN where x or c
// holds a NaN.
func (g *graph) logProb(m *flow.Transformed, x, c value) value {
	g.unbound(m)
	if m.CondDim() == 0 {
		c = none
	}
	z, logDet := g.within("Map", func() (value, value) { return g.through(m.Map, x, c, back) })
	lp, _ := g.within("Base", func() (value, value) { return g.density(m.Base, z, c), none })
	lp = sum(lp, logDet).like(x)
	in := x
	if c != none {
		in = concat(x, c)
	}
	unknown := lp.c(math.NaN())
	lp = lp.c(math.Inf(-1)).where(lp.isNaN(), lp)
	return unknown.where(lp.c(0).less(in.isNaN().truth().rowSum()), lp)
}

// noise returns how many normal numbers a row is drawn by.
func noise(d dist.Distribution) int {
	switch d := d.(type) {
	case *flow.Transformed:
		return noise(d.Base)
	case *dist.Embedded:
		return noise(d.Of)
	}
	return d.Dim()
}

// sample returns the rows of a flow that standard normal numbers z lead to, given the context c.
func (g *graph) sample(m *flow.Transformed, z, c value) value {
	g.unbound(m)
	if m.CondDim() == 0 {
		c = none
	}
	z, _ = g.within("Base", func() (value, value) { return g.draw(m.Base, z, c), none })
	x, _ := g.within("Map", func() (value, value) { return g.through(m.Map, z, c, forward) })
	return x.like(z)
}

// draw returns the rows of a distribution that standard normal numbers z lead to.
func (g *graph) draw(d dist.Distribution, z, c value) value {
	x, _ := g.within(nameOf(d), func() (value, value) {
		switch d := d.(type) {
		case *dist.StdNormal:
			return z, none
		case *dist.MultivariateNormal:
			n := d.Dim()
			t := autodiff.Borrow()
			defer t.Release()
			l := t.View(n, n, identity(n)).TriMul(t.Use(d.L), autodiff.Tri{}).Data() // Lᵀ
			return z.matmul(g.constant(n, l...)).add(g.numbersOf(d.Loc, 0)), none
		case *dist.Columns:
			if of, ok := d.Of.(*dist.Normal); ok {
				return z.mul(g.numbersOf(of.Scale, 1)).add(g.numbersOf(of.Loc, 0)), none
			}
		case *flow.Transformed:
			return g.sample(d, z, c), none
		case *dist.Embedded:
			return g.draw(d.Of, z, g.network(d.Net, c)), none
		}
		g.refuse("got a distribution %T, of which rows are not drawn by normal numbers, one for one", d)
		return none, none
	})
	return x
}

// unbound refuses a model that Given has bound to a context, of which the graph would have to know the rows.
func (g *graph) unbound(m *flow.Transformed) {
	if m.CondDim() == 0 && (m.Map.CondDim() > 0 || dist.CondDim(m.Base) > 0) {
		g.refuse("got a model that is bound to a context by Given, want the one that Given was called on")
	}
}

// density returns the log-density of rows of a distribution, n×1.
func (g *graph) density(d dist.Distribution, x, c value) value {
	lp, _ := g.within(nameOf(d), func() (value, value) {
		if e, ok := ellipticalOf(d); ok {
			return g.ellipticals([]elliptical{e}, x), none
		}
		switch d := d.(type) {
		case *dist.StdNormal:
			return x.square().rowSum().plus(float64(d.D) * log2π).times(-0.5), none
		case *flow.Transformed:
			return g.logProb(d, x, c), none
		case *dist.Columns:
			return g.columns(d, x), none
		case *dist.Mixture:
			return g.mixture(d, x, c), none
		case *dist.Joint:
			return g.joint(d, x, c), none
		case *dist.KernelDensity:
			return g.kernelDensity(d, x), none
		case *dist.MADE:
			return g.made(d, x, c), none
		case *dist.Embedded:
			return g.density(d.Of, x, g.network(d.Net, c)), none
		}
		g.refuse("got a distribution %T, which has no translation", d)
		return none, none
	})
	return lp
}

const log2π = 1.8378770664093454835606594728112352797227949472756
