package bijector

import (
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
// learned; Loc is 0 and Scale > 0 is 1 if empty. It costs two
// polynomials per element forward, three backward, and some dozens of continued fractions
// for a ν that was not asked for lately; the gradient by a learned ν, five times a value, has about
// ten digits.
type StudentTCDF struct{ DF, Loc, Scale autodiff.Value }

// NewStudentTCDF returns a Student t distribution function. It panics if
// degrees of freedom or scale are not positive.
func NewStudentTCDF(df, loc, scale autodiff.Value) *StudentTCDF {
	return made(&StudentTCDF{df, loc, scale})
}

func (b *StudentTCDF) params() params {
	return params{
		{"StudentTCDF: df", &b.DF, positive, required},
		{"StudentTCDF: loc", &b.Loc, finite, 0},
		{"StudentTCDF: scale", &b.Scale, positive, 1},
	}
}

// studentMap has the parameters ν and log B(ν/2, ½); its values' dependence on
// the latter is counted with ν.
var studentMap = newScalar("StudentTCDF", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		eachStudent(y, x, a, (*special.StudentCurve).CDF)
		studentSlope(ls, x, a)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		eachStudent(x, y, a, (*special.StudentCurve).Quantile)
		studentSlope(ls, x, a)
		kernel.Scale(ls, ls, -1)
		unit(x, ls, y, math.Inf(-1), math.Inf(1))
	},
	derive: func(d derivatives) {
		l, t := d.temp(len(d.x)), d.temp(len(d.x))
		studentLog(l, d.x, d.scalarArgs)
		for i, v := range d.x {
			ν := d.theta[0][i]
			d.lsByX[i] = -(ν + 1) / (v + ν/v)
			if v == 0 {
				d.lsByX[i] = 0
			}
			d.yByTheta[1][i], d.lsByTheta[1][i] = 0, -1
			t[i] = -math.Abs(v)
			w := t[i] / ν * t[i]
			d.lsByTheta[0][i] = -0.5/ν - float64(0.5*l[i]) + 0.5*(ν+1)/ν/(1+1/w)
		}
		if !d.needs(0) {
			return
		}
		eachStudent(d.yByTheta[0], t, d.scalarArgs, func(c *special.StudentCurve, dst, t []float64) { studentByDF(dst, t, c, d.scalarArgs) })
		for i, v := range d.x {
			if v >= 0 {
				d.yByTheta[0][i] *= -1
			}
		}
	},
})

// eachStudent calls f for the elements of dst and x with the same degrees of freedom.
func eachStudent(dst, x []float64, a scalarArgs, f func(c *special.StudentCurve, dst, x []float64)) {
	if len(x) == 0 {
		return
	}
	ν, logBeta := a.theta[0], a.theta[1]
	period := 1 // parameters repeat after it
	for i := range min(len(x), a.call.OutShape(0).Cols) {
		if ν[i] != ν[0] {
			period = a.call.OutShape(0).Cols
		}
	}
	if period == 1 {
		f(special.NewStudentCurve(ν[0], logBeta[0]), dst, x)
		return
	}
	column, value := a.temp(len(x)/period), a.temp(len(x)/period)
	for j := range period {
		for i := range column {
			column[i] = x[i*period+j]
		}
		f(special.NewStudentCurve(ν[j], logBeta[j]), value, column)
		for i, v := range value {
			dst[i*period+j] = v
		}
	}
}

// studentByDF sets dst to the derivatives of the tails at t ≤ 0 by the degrees of freedom, by differences of
// fourth order of their logarithms.
func studentByDF(dst, t []float64, c *special.StudentCurve, a scalarArgs) {
	h := stencilStep(c.DF)
	g := a.temp(len(t))
	clear(dst)
	for i, k := range stencilPlaces {
		ν := kernel.FMA(k, h, c.DF)
		special.NewStudentCurve(ν, special.LogBeta(ν/2, 0.5)).CDF(g, t)
		kernel.Log(g, g)
		kernel.Axpy(dst, g, [4]float64{8, -8, -1, 1}[i]/(12*h))
	}
	c.CDF(g, t)
	for i, tail := range g {
		if dst[i] *= tail; math.IsNaN(dst[i]) && !math.IsNaN(t[i]) {
			dst[i] = 0 // the tail underflows
		}
	}
}

// studentLog sets l = log(1 + x²/ν), also where x² overflows.
func studentLog(l, x []float64, a scalarArgs) {
	for i, v := range x {
		r := math.Abs(v) / math.Sqrt(a.theta[0][i])
		l[i] = float64(r * r)
		if r > 1e8 {
			l[i] = r - 1
		}
	}
	kernel.Log1p(l, l)
	for i, ν := range a.theta[0] {
		if math.Abs(x[i])/math.Sqrt(ν) > 1e8 {
			l[i] *= 2
		}
	}
}

// studentSlope sets ls = log y′.
func studentSlope(ls, x []float64, a scalarArgs) {
	if a.valueOnly {
		return
	}
	l := a.temp(len(x))
	studentLog(l, x, a)
	kernel.Log(ls, a.theta[0])
	for i, ν := range a.theta[0] {
		ls[i] = kernel.FMA(-0.5*(ν+1), l[i], kernel.FMA(-0.5, ls[i], -a.theta[1][i]))
	}
}

func (b *StudentTCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	ν := p[0].on(x)
	half := logBeta(ν.MulConst(0.5), x.Tape().Scalar(0.5))
	return cdf(studentMap, x, dir, p[1], p[2], ν, half)
}
