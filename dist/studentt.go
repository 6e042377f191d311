package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// StudentT is Student's t distribution with ν degrees of freedom, location μ and
// scale s: log p(x) = −½(ν+1)·log(1+z²/ν) − log(√ν·B(½, ν/2)) − log s with
// z = (x−μ)/s.
type StudentT struct {
	DF, Loc, Scale autodiff.Value
}

// NewStudentT returns d independent Student t columns. It panics unless df and
// scale are positive; a fixed df may be infinite, which is the normal distribution.
func NewStudentT(d int, df, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &StudentT{degrees("NewStudentT", "df", df), loc, positive("NewStudentT", "scale", scale)})
}

func (s *StudentT) values() values  { return values{s.Loc, s.Scale, s.DF} }
func (s *StudentT) family() *family { return studentTFamily }

var studentTFamily = &family{
	name: "StudentT", params: []string{"loc", "scale", "df"}, kind: locScale,
	logDensity: studentT,
	high:       studentHigh,
	highTails: func(l, sign float64, p nums) (float64, float64) {
		outside, _ := student(p[2]).LogSidesFar(l)
		return swapped(sign, outside-math.Ln2)
	},
	cdf: func(z float64, p nums) float64 { return studentTail(-z, p[2]) },
	sf:  func(z float64, p nums) float64 { return studentTail(z, p[2]) },
	logTails: func(z float64, p nums) (float64, float64) {
		outside, _ := student(p[2]).LogSides(math.Abs(z))
		return swapped(z, outside-math.Ln2)
	},
	quantile: func(lower, upper float64, p nums) float64 {
		return math.Copysign(studentQuantile(2*min(lower, upper), math.Abs(lower-upper), p[2]), lower-upper)
	},
	draw: func(r *rand.Rand, p nums) float64 { return r.NormFloat64() * drawStudentScale(r, p[2]) },
	drop: func(z, y float64, p nums) float64 { return studentDrop(z, y, p[2]) },
	mean: func(p nums) float64 {
		if p[2] <= 1 {
			return math.NaN()
		}
		return 0
	},
	variance: studentVariance,
	mode:     always(0),
	entropy:  studentEntropy,
}

var studentHigh = powerHigh(func(p vars) autodiff.Var { return p[2].AddConst(1).Neg() })

func studentT(z autodiff.Var, p vars) autodiff.Var {
	ν := p[2]
	half := ν.MulConst(0.5)
	norm := studentNormOp.of(ν, ν.Tape().Scalar(0.5)).AddConst(0.5 * logπ)
	return log1pShareOp.of(z, ν).Mul(half.AddConst(0.5)).Add(norm).Neg()
}

// log1pShareOp has inputs z and ν: log(1 + z²/ν).
var log1pShareOp = fused{&autodiff.Op{
	Name: "Log1pShare",
	Forward: func(c *autodiff.Call) {
		in, y := inputs(c), c.Out(0)
		for i := range y {
			z := in.num(0)
			y[i] = z * z / in.num(1)
			in.next()
		}
		kernel.Log1p(y, y)
		in = inputs(c)
		for i := range y {
			if y[i] > 600 { // the square or the quotient may overflow
				t := math.Abs(in.num(0)) / math.Sqrt(in.num(1))
				if y[i] = special.Log1p(t * t); t > 1e8 {
					y[i] = 2 * special.Log(t)
				}
			}
			in.next()
		}
	},
	Backward: func(c *autodiff.Call) {
		in, grads := inputs(c), inputGrads(c)
		for _, dy := range c.OutGrad(0) {
			if z, ν := in.num(0), in.num(1); dy != 0 && z != 0 {
				rest := ν / z
				grads.add(&in, 0, 2/(z+rest), dy)
				grads.add(&in, 1, -1/(ν*(1+rest/z)), dy)
			}
			in.next()
		}
	},
}}

// studentNormOp has inputs ν and h: h·log ν − log(Γ(½ν+h)/Γ(½ν)), which tends to h·log 2.
var studentNormOp = newFused("StudentNorm",
	func(x args) float64 {
		ν, h := x[0], x[1]
		switch {
		case ν < leastShape:
			return math.Ln2 + float64((h-1)*special.Log(ν)) - special.Lgamma(h)
		case ν < 20:
			return special.LogBeta(0.5*ν, h) + float64(h*special.Log(ν)) - special.Lgamma(h)
		}
		return float64(h*math.Ln2) - special.LogRise(0.5*ν, h, 0.5*ν)
	},
	func(x args) args {
		a, h := 0.5*x[0], x[1]
		if x[0] < leastShape {
			return args{(h - 1) / x[0]}
		}
		gap := special.DigammaGap(a) - special.DigammaGap(a+h)
		return args{-0.5 * (special.Log1pMinus(h/a) + gap)}
	})

// drawStudentScale returns the deviation of the normal variable that a t variate is.
func drawStudentScale(r *rand.Rand, ν float64) float64 {
	d, l := drawGammaParts(r, half(ν))
	switch {
	case math.IsInf(d, 1):
		return 1
	case math.IsInf(l, -1): // a gamma sample that underflows
		return math.Inf(1)
	}
	return special.Exp(0.5 * (special.Log(half(ν)/d) - l))
}

// studentTail returns P(T > z): half of P(|T| > z) = I_x(ν/2, ½) with
// x = ν/(ν+z²).
func studentTail(z, ν float64) float64 {
	outside, _ := studentSides(z, ν)
	if z < 0 {
		return 1 - 0.5*outside
	}
	return 0.5 * outside
}

// swapped returns the logarithms of both tails at z, given that of P(|X| > |z|)/2,
// which is far below −log 2.
func swapped(z, tail float64) (lower, upper float64) {
	if z < 0 {
		return tail, special.Log1mExp(tail)
	}
	return special.Log1mExp(tail), tail
}

func student(ν float64) special.Student {
	return special.NewStudent(ν, special.LogBeta(half(ν), 0.5))
}

// studentSides returns P(|T| > z) and P(|T| ≤ z).
func studentSides(z, ν float64) (outside, inside float64) {
	return student(ν).Sides(math.Abs(z))
}

// studentQuantile returns the z ≥ 0 with P(|T| > z) = outside = 1 − inside.
func studentQuantile(outside, inside, ν float64) float64 {
	return student(ν).Inv(outside, inside)
}

func studentVariance(p nums) float64 {
	switch ν := p[2]; {
	case ν > 2:
		return ν / (ν - 2)
	case ν > 1:
		return math.Inf(1)
	}
	return math.NaN()
}

func studentEntropy(p nums) float64 {
	ν := p[2]
	slope := special.Log1p(1/ν) - special.DigammaGap(0.5*(ν+1)) + special.DigammaGap(0.5*ν) // ψ(½(ν+1)) − ψ(½ν)
	var sum special.Sum
	sum.AddProduct(0.5*(ν+1), slope)
	sum.AddLog(0.5, ν)
	sum.Add(special.LogBeta(half(ν), 0.5))
	return sum.Value()
}
