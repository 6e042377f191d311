package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// ShiftedGompertzCDF is the distribution function of the shifted Gompertz
// distribution, with the concentration as in TFP:
//
//	y = (1 − e)·exp(−e/c),  e = exp(−u),  u = rate·x > 0
//	log y′ = −u − e/c + log(1 + (1 − e)/c) + log rate
//
// Concentration is c > 0; Rate > 0. An x ≤ 0 goes to 0 with log-determinant
// −∞. The inverse is by Lambert's W, polished in the upper tail. It costs four
// exponentials or logarithms per element forward, about twelve backward.
type ShiftedGompertzCDF struct{ Concentration, Rate autodiff.Value }

// NewShiftedGompertzCDF returns a shifted Gompertz distribution function. It
// panics if a parameter is not positive.
func NewShiftedGompertzCDF(concentration, rate autodiff.Value) *ShiftedGompertzCDF {
	return made(&ShiftedGompertzCDF{concentration, rate})
}

func (b *ShiftedGompertzCDF) params() params {
	return params{
		{"ShiftedGompertzCDF: concentration", &b.Concentration, positive, required},
		{"ShiftedGompertzCDF: rate", &b.Rate, positive, required},
	}
}

// shiftedGompertzMap has the parameters c, rate, for the log-slope, and log rate.
var shiftedGompertzMap = newScalar("ShiftedGompertzCDF", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		e, w := a.temp(len(x)), a.temp(len(x))
		kernel.Scale(w, x, -1)
		kernel.Exp(e, w)
		kernel.Expm1(y, w)
		for i, c := range a.theta[0] {
			e[i], w[i] = -e[i]/c, -y[i]/c
		}
		shiftedGompertzSlope(ls, e, w, x, a)
		kernel.Exp(e, e)
		for i, v := range e {
			y[i] *= -v
		}
		notPositive(y, ls, x)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		n := len(y)
		e, l, w, s := a.temp(n), a.temp(n), a.temp(n), a.temp(n)
		kernel.Log(l, y)
		shiftedGompertzRoot(s, y, l, a)
		for i, c := range a.theta[0] {
			e[i] = 1 - s[i]
			if e[i] < 1e-3 { // the series that solves k·e + e²/2 + e³/3 + … = −log y
				k := 1 + 1/c
				u := -l[i] / k
				e[i] = u * kernel.FMA(-u/k, kernel.FMA(-u, 0.5/k-1.0/3, 0.5), 1)
			}
			w[i] = -e[i]
		}
		kernel.Log1p(w, w)
		for i, c := range a.theta[0] { // a step of Newton's method for log(1−e) − e/c = log y
			e[i] += (w[i] - e[i]/c - l[i]) / (1/(1-e[i]) + 1/c)
		}
		for i, v := range e {
			x[i] = max(v, 5e-324)
			w[i] = -s[i]
		}
		kernel.Log(x, x)
		kernel.Log1p(w, w)
		for i, v := range s {
			x[i] = -x[i]
			if v < 0.5 {
				x[i], e[i] = -w[i], 1-v
			}
		}
		for i, c := range a.theta[0] {
			e[i], w[i] = -e[i]/c, (1-e[i])/c
		}
		shiftedGompertzSlope(ls, e, w, x, a)
		kernel.Scale(ls, ls, -1)
		unit(x, ls, y, 0, math.Inf(1))
	},
	derive: func(d derivatives) {
		e := d.temp(len(d.x))
		kernel.Scale(e, d.x, -1)
		kernel.Exp(e, e)
		for i, c := range d.theta[0] {
			v, p := e[i], c+1-e[i]
			d.lsByX[i] = v/c + v/p - 1
			d.yByTheta[0][i] = d.y[i] * v / c / c
			d.lsByTheta[0][i] = (v/c - (1-v)/p) / c
			d.yByTheta[1][i], d.lsByTheta[1][i] = 0, 1/d.theta[1][i]
		}
	},
	prescaled: true,
})

// shiftedGompertzSlope sets ls = −e/c − x + log rate·(1 + w), given ec = −e/c; w is spoilt.
func shiftedGompertzSlope(ls, ec, w, x []float64, a scalarArgs) {
	if a.valueOnly {
		return
	}
	for i, rate := range a.theta[1] {
		w[i] = kernel.FMA(rate, w[i], rate)
	}
	kernel.Log(w, w)
	for i, v := range x {
		ls[i] = w[i] - v + ec[i]
	}
}

// shiftedGompertzRoot sets s = 1−e = c·W(y·exp(1/c)/c), given l = log y.
func shiftedGompertzRoot(s, y, l []float64, a scalarArgs) {
	k := a.temp(len(y))
	for i, c := range a.theta[0] {
		k[i] = 1 / c
	}
	kernel.Exp(s, k)
	for i, v := range y {
		s[i] *= v * k[i]
	}
	kernel.LambertW(s, s)
	for i, c := range a.theta[0] {
		if k[i] > 600 {
			k[i] += l[i] - a.log(c)
			kernel.LambertWExp(s[i:i+1], k[i:i+1])
		}
		s[i] *= c
	}
}

func (b *ShiftedGompertzCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	c, r := b.params().pair(x)
	return rated(shiftedGompertzMap, x, dir, r, c, r, r.Log())
}
