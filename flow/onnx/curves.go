package onnx

import "math"

// Maps of numbers: each returns w and the logarithm of its slope in the direction asked for.

func (v value) expCurve(dir direction) (w, l value) {
	if dir == forward {
		return v.exp(), v
	}
	x := v.log()
	return x, x.neg()
}

func (v value) expm1Curve(dir direction) (w, l value) {
	if dir == forward {
		return v.expm1(), v
	}
	x := v.log1p()
	return x, x.neg()
}

func (v value) tanhCurve(dir direction) (w, l value) {
	if dir == forward {
		return v.tanh(), v.logCosh().times(-2)
	}
	a, b := v.log1p(), v.neg().log1p()
	return a.sub(b).times(0.5), a.add(b).neg()
}

// leakyTanh is tanh between −cut and cut, and straight lines beyond.
func (v value) leakyTanh(cut value, dir direction) (w, l value) {
	a, end, slope := v.abs(), cut.tanh(), cut.logCosh().times(-2)
	if dir == forward {
		w, l = v.tanhCurve(forward)
		within := a.less(cut)
		return w.where(within, end.add(a.sub(cut).mul(slope.exp())).signed(v)), l.where(within, slope)
	}
	within := a.less(end)
	w, l = v.c(0).where(end.less(a), v).tanhCurve(back)
	return w.where(within, cut.add(a.sub(end).div(slope.exp())).signed(v)), l.where(within, slope.neg())
}

// turned returns v + by on the circle [−bound, bound), and v outside of it.
func (v value) turned(by value, bound float64) value {
	y := v.add(by)
	y = y.sub(y.turns(bound)).clamp(-bound, bound)
	return v.where(v.c(bound).less(v.abs()), y)
}

// logCosh returns log cosh v.
func (v value) logCosh() value {
	a := v.abs()
	return a.add(a.times(-2).exp().log1p()).plus(-math.Ln2)
}

func (v value) sinhCurve(dir direction) (w, l value) {
	if dir == back {
		return v.asinh(), v.log1pSquare().times(-0.5)
	}
	a := v.abs()
	far := v.c(30).less(a)
	e := v.c(0).where(far, a).expm1()
	w = a.plus(-math.Ln2).exp().where(far, e.add(e.div(e.plus(1))).times(0.5))
	return w.signed(v), v.logCosh()
}

// signed returns v with the sign of w.
func (v value) signed(w value) value { return v.neg().where(w.less(w.c(0)), v) }

func (v value) softsign(dir direction) (w, l value) {
	a := v.abs()
	if dir == forward {
		return v.div(a.plus(1)), a.log1p().times(-2)
	}
	return v.div(a.neg().plus(1)), a.neg().log1p().times(-2)
}

// between is a sigmoid from low to high.
func (v value) between(low, high value, dir direction) (w, l value) {
	width := high.sub(low)
	if dir == forward {
		return low.add(width.mul(v.sigmoid())), v.logSigmoid().add(v.neg().logSigmoid()).add(width.log())
	}
	a, b := v.sub(low).log(), high.sub(v).log()
	return a.sub(b), width.log().sub(a).sub(b)
}

// above is a softplus from low on, with a hinge.
func (v value) above(low, hinge value, dir direction) (w, l value) {
	if dir == forward {
		t := v.div(hinge)
		return low.add(hinge.mul(t.softplus())), t.logSigmoid()
	}
	t := v.sub(low).div(hinge)
	e := t.log1mExp()
	return hinge.mul(t.add(e)), e.neg()
}

// log1mExp returns log(1 − e⁻ᵛ).
func (v value) log1mExp() value {
	return v.neg().exp().neg().log1p().where(v.c(math.Ln2).less(v), v.neg().expm1().neg().log())
}

// standard leads v through a distribution function f of z = (v − loc)/scale, or its inverse.
func (v value) standard(loc, scale value, dir direction, f func(z value) (w, l value)) (w, l value) {
	if dir == forward {
		w, l = f(v.sub(loc).div(scale))
		return w, l.sub(scale.log())
	}
	w, l = f(v)
	return loc.add(scale.mul(w)), l.add(scale.log())
}

// signedPower is sign(v)·|v|ᵖ.
func (v value) signedPower(p value, dir direction) (w, l value) {
	log := v.abs().log()
	if dir == forward {
		return log.mul(p).exp().signed(v), log.mul(p.plus(-1)).add(p.log())
	}
	x := log.div(p)
	return x.exp().signed(v), x.mul(p.neg().plus(1)).sub(p.log())
}

// power is vᵖ, of positive numbers unless p is odd.
func (v value) power(p float64, dir direction) (w, l value) {
	if p == 1 {
		return v, v.sub(v)
	}
	of := v.log() // NaN below 0
	if math.Abs(math.Mod(p, 2)) == 1 {
		of = v.abs().log()
	}
	e := p
	if dir == back {
		e = 1 / p
	}
	w = v.abs().binary("Pow", v.c(e)).signed(v)
	return w, of.times(e - 1).plus(math.Log(math.Abs(e)))
}

// boxCox is (1 + c·v)^(1/c), the inverse of Box and Cox's transform, and eᵛ where c is 0.
func (v value) boxCox(c []float64, dir direction) (w, l value) {
	power := v.g.constant(len(c), c...)
	if dir == forward {
		q := v.log1pOver(c)
		return q.exp(), q.mul(power.neg().plus(1))
	}
	q := v.log()
	return q.expm1Over(c), q.mul(power.plus(-1))
}

// log1pOver returns log(1 + c·v)/c, and v where c is 0.
func (v value) log1pOver(c []float64) value {
	rate, zero := v.rates(c)
	return v.where(zero, v.mul(rate).log1p().div(rate))
}

// expm1Over returns (e^(c·v) − 1)/c, and v where c is 0.
func (v value) expm1Over(c []float64) value {
	rate, zero := v.rates(c)
	return v.where(zero, v.mul(rate).expm1().div(rate))
}

// rates returns numbers with 1 in the place of 0, and where that is.
func (v value) rates(c []float64) (rate, zero value) {
	r, z := make([]float64, len(c)), make([]float64, len(c))
	for j, x := range c {
		if r[j] = x; x == 0 {
			r[j], z[j] = 1, 1
		}
	}
	return v.g.constant(len(c), r...), v.c(0).less(v.g.constant(len(c), z...))
}

// yeoJohnson bends either side by a power of 1 + |v|: λ above 0, 2 − λ below.
func (v value) yeoJohnson(lambda []float64, dir direction) (w, l value) {
	side := func(λ []float64) (w, l value) {
		power := v.g.constant(len(λ), λ...)
		if dir == forward {
			log := v.abs().log1p()
			return log.expm1Over(λ), log.mul(power.plus(-1))
		}
		log := v.abs().log1pOver(λ)
		return log.expm1(), log.mul(power.neg().plus(1))
	}
	opposite := make([]float64, len(lambda))
	for j, λ := range lambda {
		opposite[j] = 2 - λ
	}
	up, upSlope := side(lambda)
	down, downSlope := side(opposite)
	below := v.less(v.c(0))
	return down.neg().where(below, up), downSlope.where(below, upSlope)
}
