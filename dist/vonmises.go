package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// VonMises is the distribution on the circle, cut at μ ± π, with direction μ and
// concentration κ: log p(x) = κ·cos(x−μ) − log 2πI₀(κ) for |x−μ| ≤ π.
type VonMises struct {
	Loc, Concentration autodiff.Value
}

// NewVonMises returns d independent von Mises columns. It panics unless
// concentration is positive, or fixed and 0: the uniform distribution.
func NewVonMises(d int, loc, concentration autodiff.Value) *Columns {
	return NewColumns(d, &VonMises{loc, bounded("NewVonMises", "concentration", concentration, 0, math.Inf(1), 0)})
}

func (v *VonMises) values() values  { return values{v.Loc, v.Concentration} }
func (v *VonMises) family() *family { return vonMisesFamily }

var vonMisesFamily = derived(circle, "VonMises", []string{"loc", "concentration"},
	func(p nums) nums { return nums{p[0], 1, p[1]} },
	func(p vars) vars { return vars{p[0], p[0].Tape().Scalar(1), p[1]} })

// CircularVariance sets dst to 1 − |E e^(ix)| = 1 − I₁(κ)/I₀(κ) of each column.
func (v *VonMises) CircularVariance(dst []float64) []float64 {
	κ := v.Concentration.Numbers()
	dst = sized("CircularVariance", dst, len(κ))
	for j, κ := range κ {
		_, slope := special.LogI(0, κ)
		dst[j] = -slope
	}
	return dst
}

// circleBase is the von Mises distribution as a location family of scale 1, by quadrature.
var circleBase = family{
	name: "VonMises", params: []string{"loc", "scale", "concentration"}, kind: locScale,
	logDensity: within(-math.Pi, math.Pi, func(z autodiff.Var, p vars) autodiff.Var {
		s := z.MulConst(0.5).Sin().Square().MulConst(-2) // cos z − 1
		return s.Mul(p[2]).Sub(logI0Op.of(p[2])).AddConst(-log2π)
	}),
	support: func(nums) (float64, float64) { return -math.Pi, math.Pi },
	draw:    drawVonMises,
	drop: func(z, y float64, p nums) float64 {
		return 2 * p[2] * special.Sin(z+0.5*y) * special.Sin(0.5*y)
	},
	mean: always(0),
	mode: always(0),
	entropy: func(p nums) float64 {
		l, slope := special.LogI(0, p[2])
		var sum special.Sum
		sum.Add(log2π, l)
		sum.AddProduct(-p[2], slope)
		return sum.Value()
	},
}

// narrow is the concentration from which a few powers of 1/κ give all digits.
const narrow = 1e8

var circle = func() *family {
	f := circleBase
	f.numeric = true
	f.both = circleTails
	f.quantile = func(lower, upper float64, p nums) float64 {
		if p[2] < narrow {
			return circleBase.solve(lower, upper, p)
		}
		s := special.NdtrInv(lower, upper)
		s += float64(s / p[2] * (1 + (float64(2*s*s)+9)/p[2]/16) / 8)
		h := 0.5 * s / math.Sqrt(p[2]) // sin ½z
		return 2 * special.Atan(h/math.Sqrt(1-float64(h*h)))
	}
	f.variance = func(p nums) float64 {
		if p[2] < narrow {
			return circleBase.expectedVariance(p)
		}
		return (1 + 0.5/p[2]) / p[2]
	}
	return &f
}()

// circleTails returns both: for large κ those of s = 2√κ·sin ½z, whose density is φ(s)/√(1−s²/4κ) but for a norm.
func circleTails(z float64, p nums) (lower, upper float64) {
	κ := p[2]
	if κ < narrow {
		return circleBase.integrate(z, p)
	}
	s := 2 * math.Sqrt(κ) * special.Sin(0.5*z)
	rest := float64(special.NormalDensity(s) * (s / κ) * (1 + (float64(3*s*s)+7)/κ/16) / 8)
	return max(special.Ndtr(s)-rest, 0), max(special.Ndtr(-s)+rest, 0)
}

// logI0Op is log(e^(−κ)·I₀(κ)).
var logI0Op = newFused("LogI0",
	func(x args) float64 { return first(special.LogI(0, x[0])) },
	func(x args) args { return args{second(special.LogI(0, x[0]))} })

// drawVonMises rejects from a wrapped Cauchy distribution: Best and Fisher,
// Efficient simulation of the von Mises distribution, 1979. With ρ near 1 for large κ,
// all is computed from 1−ρ, and the angle from 1−cos.
func drawVonMises(r *rand.Rand, p nums) float64 {
	κ := p[2]
	switch {
	case κ < 1e-17:
		return math.Pi * (2*uniform(r) - 1)
	case κ > 1e16: // the limits are as good as float64
		return r.NormFloat64() / math.Sqrt(κ)
	}
	h := special.Hypot1(2 * κ)
	τ := 1 + h
	root := τ + math.Sqrt(2*τ)
	ρ, rest := 2*κ/root, (1+1/(h+2*κ)+math.Sqrt(2*τ))/root // ρ and 1−ρ
	excess := float64(0.5 * rest * (rest / ρ))             // s − 1, with s = (1+ρ²)/2ρ
	for range tries {
		half := special.Sin(0.5 * math.Pi * uniform(r))
		c := float64(2 * half * half)      // 1 − cos of a uniform angle
		v := excess * c / (excess + 2 - c) // 1 − cos of that drawn
		w := float64(κ * (excess + v))
		if u := uniform(r); w*(2-w) > u || special.Log(w/u)+1 >= w {
			return math.Copysign(2*special.Atan(math.Sqrt(v/max(2-v, 0))), r.Float64()-0.5)
		}
	}
	return 0
}
