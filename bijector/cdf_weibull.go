package bijector

import (
	"cmp"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// WeibullCDF is the distribution function of the Weibull distribution:
//
//	y = 1 − exp(−zᵏ),  z = x/scale > 0
//	log y′ = log k + (k − 1)·log z − zᵏ − log scale
//
// Concentration is k > 0; Scale > 0; both are 1 if empty. An x ≤ 0 goes to 0
// with log-determinant −∞. It costs a power, an exponential and a
// logarithm per number.
type WeibullCDF struct{ Concentration, Scale autodiff.Value }

// NewWeibullCDF returns a Weibull distribution function. It panics if a
// parameter is not positive.
func NewWeibullCDF(concentration, scale autodiff.Value) *WeibullCDF {
	const what = "bijector: WeibullCDF"
	b := &WeibullCDF{Concentration: positive(what+": concentration", concentration), Scale: positive(what+": scale", scale)}
	must(b.Restore())
	return b
}

// Restore checks the numbers.
func (b *WeibullCDF) Restore() error {
	const what = "bijector: WeibullCDF"
	return cmp.Or(inside(what+": concentration", b.Concentration, 0, math.Inf(1)), locScale(what, autodiff.Value{}, b.Scale))
}

// weibullMap has the parameters k and log(k/scale), as if they were independent,
// and −log scale.
var weibullMap = newScalar("WeibullCDF", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		w := a.temp(len(x))
		a.logs(ls, x)
		kernel.PowEach(w, x, a.theta[0])
		kernel.Scale(y, w, -1)
		kernel.Expm1(y, y)
		for i, k := range a.theta[0] {
			y[i], ls[i] = -y[i], math.FMA(k-1, ls[i], a.theta[1][i])-w[i]
		}
		notPositive(y, ls, x)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		w := a.temp(len(y)) // −zᵏ
		kernel.Scale(w, y, -1)
		kernel.Log1p(w, w)
		kernel.Scale(x, w, -1)
		a.logs(ls, x)
		kthRoots(x, x, a.theta[0], a)
		for i, k := range a.theta[0] {
			ls[i] = math.FMA((1-k)/k, ls[i], -a.theta[1][i]) - w[i]
		}
		unit(x, ls, y, 0, math.Inf(1))
	},
	derive: func(d derivatives) {
		n := len(d.x)
		l, w, e := d.temp(n), d.temp(n), d.temp(n)
		kernel.Log(l, d.x)
		kernel.Mul(w, l, d.theta[0])
		kernel.Exp(w, w) // zᵏ, exact enough for gradients
		kernel.Scale(e, w, -1)
		kernel.Exp(e, e)
		for i, k := range d.theta[0] {
			d.curve[i] = math.FMA(-k, w[i], k-1) / d.x[i]
			d.value[0][i], d.slope[0][i] = w[i]*l[i]*e[i], math.FMA(-w[i], l[i], l[i])
			d.value[1][i], d.slope[1][i] = 0, 1
		}
	},
	outer: true,
})

// kthRoots sets x[i] to w[i] to the power 1/k[i].
func kthRoots(x, w, k []float64, a scalarArgs) {
	p := a.temp(len(w))
	for i, v := range k {
		p[i] = 1 / v
	}
	kernel.PowEach(x, w, p)
}

func (b *WeibullCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	k := rowOr("bijector: WeibullCDF: concentration", b.Concentration, x, 1)
	s := rowOr("bijector: WeibullCDF: scale", b.Scale, x, 1)
	return scaledCDF("bijector: WeibullCDF: scale", weibullMap, x, dir, autodiff.Value{}, b.Scale, k, k.Div(s).Log(), s.Log().Neg())
}

// RayleighCDF is the distribution function of the Rayleigh distribution:
//
//	y = 1 − exp(−z²/2),  z = x/scale > 0,  log y′ = log z − z²/2 − log scale
//
// Scale > 0 is 1 if empty. An x ≤ 0 goes to 0 with log-determinant −∞. It
// costs two exponentials or logarithms per number.
type RayleighCDF struct{ Scale autodiff.Value }

// NewRayleighCDF returns a Rayleigh distribution function. It panics if the
// scale is not positive.
func NewRayleighCDF(scale autodiff.Value) *RayleighCDF {
	b := &RayleighCDF{Scale: positive("bijector: RayleighCDF: scale", scale)}
	must(b.Restore())
	return b
}

// Restore checks the scale.
func (b *RayleighCDF) Restore() error {
	return locScale("bijector: RayleighCDF", autodiff.Value{}, b.Scale)
}

var rayleighMap = newScalar("RayleighCDF", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		a.logs(ls, x)
		for i, v := range x {
			y[i] = float64(-0.5 * v * v)
			ls[i] += y[i]
		}
		kernel.Expm1(y, y)
		kernel.Scale(y, y, -1)
		notPositive(y, ls, x)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		w := a.temp(len(y))
		kernel.Scale(w, y, -1)
		kernel.Log1p(w, w) // −z²/2
		kernel.Scale(x, w, -2)
		kernel.Sqrt(x, x)
		a.logs(ls, x)
		for i, v := range ls {
			ls[i] = -v - w[i]
		}
		unit(x, ls, y, 0, math.Inf(1))
	},
	derive: func(d derivatives) {
		for i, v := range d.x {
			d.curve[i] = 1/v - v
		}
	},
})

func (b *RayleighCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return cdf("bijector: RayleighCDF: scale", rayleighMap, x, dir, autodiff.Value{}, b.Scale)
}

// FrechetCDF is the distribution function of the Fréchet distribution:
//
//	y = exp(−z⁻ᵏ),  z = (x − loc)/scale > 0
//	log y′ = log k − (1 + k)·log z − z⁻ᵏ − log scale
//
// Loc is 0, Scale > 0 and Concentration, k > 0, are 1 if empty. An x ≤ loc goes
// to 0 with log-determinant −∞. It costs a power, an exponential and a
// logarithm per number.
type FrechetCDF struct{ Loc, Scale, Concentration autodiff.Value }

// NewFrechetCDF returns a Fréchet distribution function. It panics if scale or
// concentration is not positive.
func NewFrechetCDF(loc, scale, concentration autodiff.Value) *FrechetCDF {
	const what = "bijector: FrechetCDF"
	b := &FrechetCDF{Loc: loc, Scale: positive(what+": scale", scale), Concentration: positive(what+": concentration", concentration)}
	must(b.Restore())
	return b
}

// Restore checks the numbers.
func (b *FrechetCDF) Restore() error {
	const what = "bijector: FrechetCDF"
	return cmp.Or(locScale(what, b.Loc, b.Scale), inside(what+": concentration", b.Concentration, 0, math.Inf(1)))
}

// frechetMap has the parameters k and log(k/scale), as if they were independent,
// and −log scale.
var frechetMap = newScalar("FrechetCDF", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		w := a.temp(len(x)) // −z⁻ᵏ
		a.logs(ls, x)
		frechetPower(w, x, a)
		kernel.Exp(y, w)
		for i, k := range a.theta[0] {
			ls[i] = math.FMA(-1-k, ls[i], a.theta[1][i]) + w[i]
		}
		notPositive(y, ls, x)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		w := a.temp(len(y)) // −z⁻ᵏ
		kernel.Log(w, y)
		kernel.Scale(x, w, -1)
		a.logs(ls, x)
		k := a.temp(len(y))
		kernel.Scale(k, a.theta[0], -1)
		kthRoots(x, x, k, a)
		for i, k := range a.theta[0] {
			ls[i] = math.FMA(-(1+k)/k, ls[i], -a.theta[1][i]) - w[i]
		}
		unit(x, ls, y, 0, math.Inf(1))
	},
	derive: func(d derivatives) {
		n := len(d.x)
		l, w := d.temp(n), d.temp(n)
		kernel.Log(l, d.x)
		kernel.Mul(w, l, d.theta[0])
		kernel.Scale(w, w, -1)
		kernel.Exp(w, w)
		kernel.Scale(w, w, -1) // −z⁻ᵏ, exact enough for gradients
		for i, k := range d.theta[0] {
			d.curve[i] = -math.FMA(k, w[i], 1+k) / d.x[i]
			d.value[0][i], d.slope[0][i] = -d.y[i]*w[i]*l[i], math.FMA(-w[i], l[i], -l[i])
			d.value[1][i], d.slope[1][i] = 0, 1
		}
	},
	outer: true,
})

// frechetPower sets w = −x⁻ᵏ.
func frechetPower(w, x []float64, a scalarArgs) {
	k := a.temp(len(x))
	kernel.Scale(k, a.theta[0], -1)
	kernel.PowEach(w, x, k)
	kernel.Scale(w, w, -1)
}

func (b *FrechetCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	k := rowOr("bijector: FrechetCDF: concentration", b.Concentration, x, 1)
	s := rowOr("bijector: FrechetCDF: scale", b.Scale, x, 1)
	return scaledCDF("bijector: FrechetCDF: loc or scale", frechetMap, x, dir, b.Loc, b.Scale, k, k.Div(s).Log(), s.Log().Neg())
}
