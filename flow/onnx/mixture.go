package onnx

import (
	"fmt"
	"math"
	"slices"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// mixture returns the log-density of rows under a mixture.
func (g *graph) mixture(m *dist.Mixture, x, c value) value {
	var round []elliptical
	for _, p := range m.Parts {
		if e, ok := ellipticalOf(p); ok {
			round = append(round, e)
		}
	}
	var all value
	if len(round) == len(m.Parts) {
		all = g.ellipticals(round, x)
	} else {
		var parts []value
		for k, p := range m.Parts {
			lp, _ := g.within(fmt.Sprint(k), func() (value, value) { return g.density(p, x, c), none })
			parts = append(parts, lp.like(x))
		}
		all = concat(parts...)
	}
	w := logSoftmax(m.Logits.Numbers())
	return all.add(g.constant(len(w), w...)).logSumExp()
}

// logSoftmax returns the logarithms of weights.
func logSoftmax(logits []float64) []float64 {
	top, sum := slices.Max(logits), 0.0
	for _, v := range logits {
		sum += math.Exp(v - top)
	}
	w := make([]float64, len(logits))
	for k, v := range logits {
		w[k] = v - top - math.Log(sum)
	}
	return w
}

// kernelDensity returns the log-density of rows under kernels around points.
func (g *graph) kernelDensity(k *dist.KernelDensity, x value) value {
	m, d := k.Points.Dims()
	h := k.Bandwidth.Numbers()
	l := identity(d)
	if k.L != nil {
		l = k.L.Data()
	}
	factor := autodiff.NewParam(d, d, nil) // L of the kernels' covariance
	for i := range d {
		for j := range i + 1 {
			factor.Data()[i*d+j] = h[i%len(h)] * l[i*d+j]
		}
	}
	kernel := elliptical{dist.NewMultivariateNormal(autodiff.Fixed(0), factor), make([]float64, d), factor, 0}
	t := autodiff.Borrow()
	defer t.Release()
	solve := func(rows int, x []float64) []float64 {
		return t.View(rows, d, x).TriSolve(t.Use(factor), autodiff.Tri{}).Data()
	}
	first := k.Points.Data()[:d]
	points := make([]float64, m*d) // less the first, as rows are
	for i, v := range k.Points.Data() {
		points[i] = v - first[i%d]
	}
	points = solve(m, points)
	z := x.sub(g.constant(d, first...)).matmul(g.constant(d, solve(d, identity(d))...))
	var q value
	column := make([]float64, m)
	for j := range d {
		for i := range m {
			column[i] = points[i*d+j]
		}
		q = sum(q, z.slice(j, j+1).sub(g.constant(m, column...)).square())
	}
	w := make([]float64, m)
	if !k.Logits.IsZero() {
		copy(w, k.Logits.Numbers())
	}
	return q.times(-0.5).add(g.constant(m, logSoftmax(w)...)).logSumExp().plus(kernel.peak())
}

// made returns the log-density of rows under an autoregressive distribution of real numbers.
func (g *graph) made(m *dist.MADE, x, c value) value {
	h, ok := m.Head.(dist.MixtureHead)
	if !ok {
		g.refuse("got the head %T, which has no translation", m.Head)
	}
	if len(m.Degrees) > 0 {
		g.refuse("got an ensemble of masked networks, which has no translation")
	}
	if m.CondDim() == 0 {
		c = none
	}
	k, d := h.Components, x.cols
	raw := g.masked(m.Net).at(x, c).reshape(3 * k)
	v, a, loc := x.reshape(1), raw.slice(0, k), raw.slice(k, 2*k)
	s := raw.slice(2*k, 3*k).softplus().plus(or(h.MinScale, 0.01))
	each := a.sub(v.sub(loc).div(s).square().times(0.5)).sub(s.log())
	return each.logSumExp().sub(a.logSumExp()).plus(-0.5 * log2π).reshape(d).rowSum()
}
