package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Zipf is the zeta distribution with power s: log P(k) = −s·log k − log ζ(s) for
// k = 1, 2, ….
type Zipf struct {
	Power autodiff.Value
}

// NewZipf returns d independent Zipf columns. It panics unless power > 1.
func NewZipf(d int, power autodiff.Value) *Columns {
	return NewColumns(d, &Zipf{power.Within("dist: NewZipf: power", 1, math.Inf(1))})
}

func (z *Zipf) values() values  { return values{z.Power} }
func (z *Zipf) family() *family { return zipfFamily }

var zipfFamily = &family{
	name: "Zipf", params: []string{"power"}, integer: true,
	logDensity: func(x autodiff.Var, p vars) autodiff.Var {
		k, penalty := integers(x, x.Tape().Scalar(1), x.Tape().Scalar(math.Inf(1)))
		return k.Log().Mul(p[0]).Add(logZetaOp.of(p[0])).Neg().Add(penalty)
	},
	support: func(nums) (float64, float64) { return 1, math.Inf(1) },
	cdf:     func(k float64, p nums) float64 { return 1 - zeta(p[0], k+1)/zeta(p[0], 1) },
	sf:      func(k float64, p nums) float64 { return zeta(p[0], k+1) / zeta(p[0], 1) },
	draw:    drawZipf,
	drop:    func(k, y float64, p nums) float64 { return powerDrop(p[0], k, y) },
	mean:    func(p nums) float64 { return momentUpTo(2, p[0], zeta(p[0]-1, 1)/zeta(p[0], 1)) },
	variance: func(p nums) float64 {
		if p[0] <= 3 {
			return math.Inf(1)
		}
		s0, s1, s2 := zeta(p[0], 2), zeta(p[0]-1, 2), zeta(p[0]-2, 2) // all but the first term
		return (kernel.FMA(-s1, s1, s0*s2) + (s2 - 2*s1 + s0)) / ((1 + s0) * (1 + s0))
	},
	mode: always(1),
	entropy: func(p nums) float64 {
		z, slope := hurwitz(p[0], 1)
		return special.Log(z) - p[0]*slope/z
	},
}

// drawZipf rejects from the integer part of a Pareto sample: Devroye, Non-uniform
// random variate generation, 1986, X.6.1.
func drawZipf(r *rand.Rand, p nums) float64 {
	a := p[0] - 1
	top := -special.Expm1(-a * math.Ln2)
	for range tries {
		x := math.Floor(special.Pow(uniform(r), -1/a))
		ratio := -float64(x*special.Expm1(-a*special.Log1p(1/x))) / top
		if math.IsInf(x, 1) || uniform(r)*ratio <= 1 {
			return x
		}
	}
	return 1
}

func zeta(s, a float64) float64 { return first(hurwitz(s, a)) }

// hurwitz is special.HurwitzZeta, also of powers that leave one term at most.
func hurwitz(s, a float64) (z, slope float64) {
	if s < 1e4 {
		return special.HurwitzZeta(s, a)
	} else if a == 1 {
		return 1, 0
	}
	return 0, 0
}

// logZetaOp is log ζ(s).
var logZetaOp = newFused("LogZeta",
	func(x args) float64 { return special.Log(zeta(x[0], 1)) },
	func(x args) args {
		z, slope := hurwitz(x[0], 1)
		return args{slope / z}
	})
