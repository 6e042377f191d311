package onnx

import (
	"math"

	"github.com/normflow/normflow/bijector"
)

// softClip bends numbers to between two bounds, one, or none.
func (g *graph) softClip(b *bijector.SoftClip, v value, dir direction) (w, l value) {
	h := g.numbersOf(b.Hinge, 1)
	switch {
	case b.Low.IsZero() && b.High.IsZero():
		return v, v.sub(v)
	case b.High.IsZero():
		return v.bent(g.numbersOf(b.Low, 0), h, dir)
	case b.Low.IsZero(): // the same, mirrored
		w, l = v.neg().bent(g.numbersOf(b.High, 0).neg(), h, dir)
		return w.neg(), l
	}
	low, high := g.numbersOf(b.Low, 0), g.numbersOf(b.High, 0)
	if dir == forward {
		return v.clipTo(low, high, h)
	}
	return v.unclip(low, high, h)
}

// bent is low + s(x − low).
func (v value) bent(low, h value, dir direction) (w, l value) {
	if dir == forward {
		return v.sub(low).above(low, h, forward)
	}
	w, l = v.above(low, h, back)
	return w.add(low), l
}

// clipTo is y = high − c·s(w − s(x − low)), with a formula for x below, one for above, and one between, where y is x and a
// correction; c is w/s(w).
func (x value) clipTo(low, high, h value) (y, l value) {
	w, zero := high.sub(low).div(h), x.c(0)
	t := x.sub(low).div(h)
	u := w.sub(t.softplus())
	lt, lu, s := t.logSigmoid(), u.logSigmoid(), u.softplus()
	c := w.div(w.softplus())
	ch := c.mul(h)
	below := low.sub(ch.mul(t.min(zero).sigmoid().mul(w.sigmoid()).neg().log1p()))
	rest := w.neg().softplus().div(w.softplus()) // 1 − c
	between := x.add(h.mul(lu.sub(lt).add(rest.mul(s))))
	y = below.where(t.less(zero), high.sub(ch.mul(s)).where(u.less(zero), between))
	return y, lt.add(lu).add(rest.neg().log1p())
}

// unclip is x = low + h·(log(eᵃ − 1) − log(1 − e⁻ᵇ)) with a = (y − low)/ch and b = (high − y)/ch.
func (y value) unclip(low, high, h value) (x, l value) {
	w := high.sub(low).div(h)
	ch := w.div(w.softplus()).mul(h)
	above := y.sub(low)
	la, lb := above.div(ch).log1mExp(), high.sub(y).div(ch).log1mExp()
	rest := w.neg().softplus().div(w) // 1/c − 1
	x = y.add(above.mul(rest).add(la.sub(lb).mul(h)))
	return x, w.logSigmoid().add(rest.log1p()).sub(la).sub(lb)
}

// johnson is loc + scale·sinh((x − γ)/δ).
func (g *graph) johnson(b *bijector.JohnsonSU, v value, dir direction) (w, l value) {
	γ, δ := g.numbersOf(b.Skewness, 0), g.numbersOf(b.Tailweight, 1)
	loc, scale := g.numbersOf(b.Loc, 0), g.numbersOf(b.Scale, 1)
	if dir == forward {
		w, l = v.sub(γ).div(δ).sinhCurve(dir)
		return loc.add(scale.mul(w)), l.add(scale.log()).sub(δ.log())
	}
	w, l = v.sub(loc).div(scale).sinhCurve(dir)
	return γ.add(δ.mul(w)), l.add(δ.log()).sub(scale.log())
}

// sinhArcsinh is m·sinh((asinh x + ε)·t), m = 2/sinh(t·asinh 2).
func (g *graph) sinhArcsinh(b *bijector.SinhArcsinh, v value, dir direction) (w, l value) {
	ε, t := g.numbersOf(b.Skewness, 0), []float64{1}
	if !b.Tailweight.IsZero() {
		t = b.Tailweight.Numbers()
	}
	height, log := make([]float64, len(t)), make([]float64, len(t))
	for j, t := range t {
		height[j] = 2 / math.Sinh(t*math.Asinh(2))
		log[j] = math.Log(height[j] * t)
	}
	m, weight, rate := g.constant(len(t), height...), g.constant(len(t), t...), g.constant(len(t), log...)
	if dir == forward {
		u, lu := v.sinhCurve(back)
		w, lw := u.add(ε).mul(weight).sinhCurve(forward)
		return w.mul(m), lu.add(lw).add(rate)
	}
	u, lu := v.div(m).sinhCurve(back)
	w, lw := u.div(weight).sub(ε).sinhCurve(forward)
	return w, lu.add(lw).sub(rate)
}
