package onnx

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// columns returns the log-density of rows of independent columns: its shape by a formula of z = (x − μ)/s, and its height, which is that
// at μ, as the distribution itself gives it.
func (g *graph) columns(d *dist.Columns, x value) value {
	if of, ok := d.Of.(*dist.Uniform); ok {
		return g.uniform(of, x)
	}
	var loc, scale autodiff.Value
	var shape func(z value) value
	switch of := d.Of.(type) {
	case *dist.Normal:
		loc, scale = of.Loc, of.Scale
		shape = func(z value) value { return z.square().times(-0.5) }
	case *dist.StudentT:
		loc, scale = of.Loc, of.Scale
		shape = func(z value) value { return g.studentShape(z, of.DF) }
	case *dist.Laplace:
		loc, scale = of.Loc, of.Scale
		shape = func(z value) value { return z.abs().neg() }
	case *dist.Logistic:
		loc, scale = of.Loc, of.Scale
		shape = func(z value) value { // that at 0 is −2·log 2
			return z.abs().neg().sub(z.abs().neg().exp().log1p().times(2)).plus(2 * math.Ln2)
		}
	case *dist.Cauchy:
		loc, scale = of.Loc, of.Scale
		shape = func(z value) value { return z.log1pSquare().neg() }
	default:
		g.refuse("got columns of %T, which have no translation", d.Of)
	}
	t := autodiff.Borrow()
	defer t.Release()
	peak := 0.0
	for _, v := range d.LogDensities(loc.On(t).Expand(1, d.D)).Data() {
		peak += v
	}
	z := x.sub(g.numbersOf(loc, 0)).div(g.numbersOf(scale, 1))
	return shape(z).rowSum().plus(peak)
}

// uniform returns the log-density of rows of a box, −∞ outside.
func (g *graph) uniform(u *dist.Uniform, x value) value {
	low, high := g.numbersOf(u.Low, 0), g.numbersOf(u.High, 1)
	outside := x.less(low).truth().add(high.less(x).truth())
	flat := x.sub(x).sub(high.sub(low).log()) // a NaN stays one
	return x.c(math.Inf(-1)).where(x.c(0).less(outside), flat).rowSum()
}

// studentShape returns −½(ν+1)·log(1 + z²/ν).
func (g *graph) studentShape(z value, df autodiff.Value) value {
	ν := df.Numbers()
	root, half := make([]float64, len(ν)), make([]float64, len(ν))
	for j, n := range ν {
		root[j], half[j] = math.Sqrt(n), -0.5*(n+1)
	}
	return z.div(g.constant(len(ν), root...)).log1pSquare().mul(g.constant(len(ν), half...))
}

// joint returns the sum of the log-densities of neighbouring columns.
func (g *graph) joint(d *dist.Joint, x, c value) (lp value) {
	at := 0
	for _, p := range d.Parts {
		lp = sum(lp, g.density(p, x.slice(at, at+p.Dim()), c))
		at += p.Dim()
	}
	return lp
}
