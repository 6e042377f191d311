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
// learned; Loc is 0 and Scale > 0 is 1 if empty. It costs a continued fraction
// per element forward, several backward; the gradient by a learned ν has about ten digits.
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
		var s students
		for i, v := range x {
			y[i] = s.of(a.theta[0][i], a.theta[1][i]).Tail(math.Abs(v))
			if v >= 0 {
				y[i] = 1 - y[i]
			}
		}
		studentSlope(ls, x, a)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		var s students
		for i, v := range y {
			x[i] = math.Copysign(s.of(a.theta[0][i], a.theta[1][i]).Inv(2*min(v, 1-v), 2*math.Abs(v-0.5)), v-0.5)
		}
		studentSlope(ls, x, a)
		kernel.Scale(ls, ls, -1)
		unit(x, ls, y, math.Inf(-1), math.Inf(1))
	},
	derive: func(d derivatives) {
		l := d.temp(len(d.x))
		studentLog(l, d.x, d.scalarArgs)
		var s stencil[special.Student]
		for i, v := range d.x {
			ν := d.theta[0][i]
			d.lsByX[i] = -(ν + 1) / (v + ν/v)
			if v == 0 {
				d.lsByX[i] = 0
			}
			d.yByTheta[1][i], d.lsByTheta[1][i] = 0, -1
			if !d.needs(0) {
				continue
			}
			t := math.Abs(v)
			s.move(ν, 0.5, func(ν float64) special.Student { return special.NewStudent(ν, special.LogBeta(ν/2, 0.5)) })
			d.yByTheta[0][i] = s.derivative(func(s special.Student) float64 { return s.Tail(t) })
			if v >= 0 {
				d.yByTheta[0][i] = -d.yByTheta[0][i]
			}
			w := t / ν * t
			d.lsByTheta[0][i] = -0.5/ν - 0.5*l[i] + 0.5*(ν+1)/ν/(1+1/w)
		}
	},
})

// students is the distribution last asked for: its constants cost more than a value.
type students struct{ special.Student }

func (s *students) of(ν, logBeta float64) special.Student {
	if s.DF != ν {
		s.Student = special.NewStudent(ν, logBeta)
	}
	return s.Student
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
		ls[i] = math.FMA(-0.5*(ν+1), l[i], math.FMA(-0.5, ls[i], -a.theta[1][i]))
	}
}

// A stencil holds the values of a function at a point and at the points around it for a
// derivative of fourth order.
type stencil[T any] struct {
	at, other, h float64
	mid          T
	around       [4]T
}

// move puts the stencil around a; other is a further argument of make. It costs nothing where
// the stencil stands already.
func (s *stencil[T]) move(a, other float64, make func(a float64) T) {
	if s.at == a && s.other == other {
		return
	}
	s.at, s.other, s.h = a, other, 0.002*a/(1+math.Sqrt(a))
	s.mid = make(a)
	for i, k := range [4]float64{1, -1, 2, -2} {
		s.around[i] = make(math.FMA(k, s.h, a))
	}
}

// derivative returns tail′(a) of a positive function by differences of its
// logarithm.
func (s *stencil[T]) derivative(tail func(T) float64) float64 {
	var g [4]float64
	for i := range g {
		g[i] = tail(s.around[i])
	}
	kernel.Log(g[:], g[:])
	d := tail(s.mid) * ((8*(g[0]-g[1]) - (g[2] - g[3])) / (12 * s.h))
	if math.IsNaN(d) {
		return 0 // the function underflows
	}
	return d
}

func (b *StudentTCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	ν := p[0].on(x)
	half := logBeta(ν.MulConst(0.5), x.Tape().Scalar(0.5))
	return cdf(studentMap, x, dir, p[1], p[2], ν, half)
}
