package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// LeakyTanh is [Tanh] that goes on linearly, with the slope it has there,
// beyond ±m, and so maps the real line to itself:
//
//	y = tanh x,  log y′ = −2·log cosh x                          for |x| < m
//	y = sign(x)·(tanh m + (|x| − m)/cosh² m),  log y′ = −2·log cosh m  elsewhere
//
// Cut is m > 0, fixed or learned. It costs three exponentials and logarithms
// per element.
type LeakyTanh struct{ Cut autodiff.Value }

// NewLeakyTanh returns a leaky tanh. It panics if the cut is not positive.
func NewLeakyTanh(cut autodiff.Value) *LeakyTanh { return made(&LeakyTanh{cut}) }

func (b *LeakyTanh) params() params { return params{{"LeakyTanh: cut", &b.Cut, positive, required}} }

// leakyTanhMap has the parameters m, tanh m and −2·log cosh m, as if they were
// independent: the tape knows how the latter depend on m.
var leakyTanhMap = newScalar("LeakyTanh", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		m, th, l := a.theta[0], a.theta[1], a.theta[2]
		s := a.temp(len(x))
		kernel.Exp(s, l)
		kernel.TanhOf(y, x)
		if !a.valueOnly {
			kernel.LogCosh(ls, x)
		}
		for i, v := range x {
			ls[i] *= -2
			if t := math.Abs(v); t >= m[i] {
				y[i], ls[i] = math.Copysign(kernel.FMA(t-m[i], s[i], th[i]), v), l[i]
			}
		}
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		m, th, l := a.theta[0], a.theta[1], a.theta[2]
		s := a.temp(len(y))
		kernel.Exp(s, l)
		kernel.Atanh(x, y)
		if !a.valueOnly {
			kernel.Log1mSquare(ls, y)
		}
		for i, v := range y {
			ls[i] = -ls[i]
			if t := math.Abs(v); t >= th[i] {
				x[i], ls[i] = math.Copysign((t-th[i])/s[i]+m[i], v), -l[i]
			}
		}
	},
	derive: func(d derivatives) {
		s := d.temp(len(d.x))
		kernel.Exp(s, d.ls)
		for i, v := range d.x {
			t := math.Abs(v) - d.theta[0][i]
			sign := math.Copysign(1, v)
			d.lsByX[i] = 0
			d.yByTheta[0][i], d.yByTheta[1][i], d.yByTheta[2][i] = -sign*s[i], sign, float64(sign*t)*s[i]
			d.lsByTheta[0][i], d.lsByTheta[1][i], d.lsByTheta[2][i] = 0, 0, 1
			if t < 0 {
				d.lsByX[i] = -2 * d.y[i]
				d.yByTheta[0][i], d.yByTheta[1][i], d.yByTheta[2][i], d.lsByTheta[2][i] = 0, 0, 0, 0
			}
		}
	},
})

func (b *LeakyTanh) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	m := b.params()[0].on(x)
	th, slope := scalar(tanhMap, m, forward)
	return summed(scalar(leakyTanhMap, x, dir, m, th, slope))
}
