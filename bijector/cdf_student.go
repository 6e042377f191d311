package bijector

import (
	"cmp"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// StudentTCDF is the distribution function of Student's t distribution with ν
// degrees of freedom:
//
//	y = ½·I(ν/(ν+z²); ν/2, ½) for z < 0, 1 − the same for z ≥ 0,  z = (x − loc)/scale
//	log y′ = −½·log ν − log B(ν/2, ½) − ½·(ν + 1)·log(1 + z²/ν) − log scale
//
// with the regularised incomplete beta function I. DF is ν > 0, fixed or
// learned; Loc is 0 and Scale > 0 is 1 if empty. It costs a continued fraction
// per number forward, several backward; the gradient by a learned ν has about ten digits.
type StudentTCDF struct{ DF, Loc, Scale autodiff.Value }

// NewStudentTCDF returns a Student t distribution function. It panics if
// degrees of freedom or scale are not positive.
func NewStudentTCDF(df, loc, scale autodiff.Value) *StudentTCDF {
	const what = "bijector: StudentTCDF"
	b := &StudentTCDF{DF: df.Positive(what + ": df"), Loc: loc, Scale: positive(what+": scale", scale)}
	must(b.Restore())
	return b
}

// Restore checks the numbers.
func (b *StudentTCDF) Restore() error {
	const what = "bijector: StudentTCDF"
	return cmp.Or(present(what+": df", b.DF, 0, math.Inf(1)), locScale(what, b.Loc, b.Scale))
}

var studentMap = newScalar("StudentTCDF", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		for i, v := range x {
			y[i] = studentTail(a.theta[0][i], math.Abs(v))
			if v >= 0 {
				y[i] = 1 - y[i]
			}
		}
		studentSlope(ls, x, a)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		for i, v := range y {
			x[i] = math.Copysign(studentQuantile(a.theta[0][i], min(v, 1-v)), v-0.5)
		}
		studentSlope(ls, x, a)
		kernel.Scale(ls, ls, -1)
		unit(x, ls, y, math.Inf(-1), math.Inf(1))
	},
	derive: func(d derivatives) {
		for i, v := range d.x {
			ν := d.theta[0][i]
			d.curve[i] = -(ν + 1) / (v + ν/v)
			if v == 0 {
				d.curve[i] = 0
			}
			if !d.needs(0) {
				continue
			}
			t := math.Abs(v)
			d.value[0][i] = logDerivative(ν, func(ν float64) float64 { return studentTail(ν, t) })
			if v >= 0 {
				d.value[0][i] = -d.value[0][i]
			}
			r := t / math.Sqrt(ν)
			d.slope[0][i] = -0.5*(1/ν+special.Digamma(ν/2)-special.Digamma(ν/2+0.5)+math.Log1p(r*r)) +
				0.5*(ν+1)/ν/(1+1/(r*r))
		}
	},
})

// studentTail returns P(T > t) for t ≥ 0.
func studentTail(ν, t float64) float64 {
	r := t / math.Sqrt(ν)
	if r > 1e100 { // x = 1/r², and I is xᵃ/(a·B)
		a := ν / 2
		return 0.5 * math.Exp(-2*a*math.Log(r)-math.Log(a)-special.LogBeta(a, 0.5))
	}
	p, _ := special.BetaInc(ν/2, 0.5, 1/(1+r*r), 1/(1+1/(r*r)))
	return 0.5 * p
}

// studentQuantile returns the t ≥ 0 with P(T > t) = p ≤ ½.
func studentQuantile(ν, p float64) float64 {
	a := ν / 2
	if !(p > 0) {
		return math.Inf(1) + p // NaN stays
	}
	if l := -(math.Log(2*p) + math.Log(a) + special.LogBeta(a, 0.5)) / ν; l > 230 {
		return math.Sqrt(ν) * math.Exp(l)
	}
	x, y := special.BetaIncInv(a, 0.5, 2*p, 1-2*p)
	return math.Sqrt(ν) * math.Sqrt(y/x)
}

// studentSlope sets ls = log y′; NaN where x is.
func studentSlope(ls, x []float64, a scalarArgs) {
	for i, v := range x {
		r := math.Abs(v) / math.Sqrt(a.theta[0][i])
		ls[i] = float64(r * r)
		if r > 1e8 {
			ls[i] = r - 1
		}
	}
	kernel.Log1p(ls, ls)
	for i, ν := range a.theta[0] {
		if math.Abs(x[i])/math.Sqrt(ν) > 1e8 {
			ls[i] *= 2
		}
		ls[i] = math.FMA(-0.5*(ν+1), ls[i], -0.5*math.Log(ν)-special.LogBeta(ν/2, 0.5))
	}
}

// logDerivative returns f′(a) of a positive f, by differences of log f of fourth order.
func logDerivative(a float64, f func(a float64) float64) float64 {
	h := 0.002 * a / (1 + math.Sqrt(a))
	g := func(k float64) float64 { return math.Log(f(a + k*h)) }
	d := f(a) * ((8*(g(1)-g(-1)) - (g(2) - g(-2))) / (12 * h))
	if math.IsNaN(d) {
		return 0 // f underflows
	}
	return d
}

func (b *StudentTCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	ν := row("bijector: StudentTCDF: df", b.DF, x)
	return cdf("bijector: StudentTCDF: loc or scale", studentMap, x, dir, b.Loc, b.Scale, ν)
}

// Forward returns f(x).
func (b *StudentTCDF) Forward(x autodiff.Var) autodiff.Var { y, _ := b.apply(x, forward); return y }

// Inverse returns f⁻¹(y).
func (b *StudentTCDF) Inverse(y autodiff.Var) autodiff.Var { x, _ := b.apply(y, inverse); return x }

// ILDJ returns Σⱼ log|dxⱼ/dyⱼ|.
func (b *StudentTCDF) ILDJ(y autodiff.Var) autodiff.Var { _, l := b.apply(y, inverse); return l }

// FLDJ returns Σⱼ log|dyⱼ/dxⱼ|.
func (b *StudentTCDF) FLDJ(x autodiff.Var) autodiff.Var { _, l := b.apply(x, forward); return l }
