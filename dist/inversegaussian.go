package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// InverseGaussian is the distribution of the time at which a Brownian motion
// with drift reaches a level, with mean μ = loc and concentration λ:
// log p(x) = ½·log(λ/2πx³) − λ(x−μ)²/(2μ²x) for x > 0.
type InverseGaussian struct {
	Loc           autodiff.Value `file:"Loc,Mean"`
	Concentration autodiff.Value `file:"Concentration,Shape"`
}

// NewInverseGaussian returns d independent inverse Gaussian columns. It panics
// unless loc and concentration are positive.
func NewInverseGaussian(d int, loc, concentration autodiff.Value) *Columns {
	return NewColumns(d, &InverseGaussian{positive("NewInverseGaussian", "loc", loc), positive("NewInverseGaussian", "concentration", concentration)})
}

func (i *InverseGaussian) values() values  { return values{i.Loc, i.Concentration} }
func (i *InverseGaussian) family() *family { return inverseGaussianFamily }

var inverseGaussianFamily = &family{
	name: "InverseGaussian", params: []string{"loc", "concentration"},
	logDensity: within(math.SmallestNonzeroFloat64, math.Inf(1), func(x autodiff.Var, p vars) autodiff.Var {
		return inverseGaussianOp.of(x, p[0], p[1]).Add(p[1].Log().AddConst(-log2π).MulConst(0.5))
	}),
	support: positiveHalf,
	cdf: func(x float64, p nums) float64 {
		a, r, e := inverseGaussianTerms(x, p)
		if e == 0 && a < 0 {
			return 0
		}
		if a < 0 {
			return e * (special.NdtrTail(-a) + special.NdtrTail(a+2*r))
		}
		return kernel.FMA(e, special.NdtrTail(a+2*r), special.Ndtr(a))
	},
	sf: func(x float64, p nums) float64 {
		a, r, e := inverseGaussianTerms(x, p)
		if e == 0 && a < 0 {
			return 1
		}
		if e == 0 {
			return 0
		}
		if a > 0.6 || a > -0.5 && r < 0.5 {
			return e * special.NdtrTailDrop(a, 2*r)
		}
		return kernel.FMA(-e, special.NdtrTail(a+2*r), special.Ndtr(-a))
	},
	draw: drawInverseGaussian,
	drop: func(x, y float64, p nums) float64 {
		return powerDrop(1.5, x, y) + float64(0.5*p[1]*(y/p[0]/p[0]-y/x/(x+y)))
	},
	mean:     func(p nums) float64 { return p[0] },
	variance: func(p nums) float64 { return p[0] * p[0] * p[0] / p[1] },
	mode: func(p nums) float64 {
		c := 1.5 * p[0] / p[1]
		return p[0] / (special.Hypot1(c) + c)
	},
}

// inverseGaussianTerms returns a = r·(x−μ)/μ, r = √(λ/x) and e = exp(−½a²), exact also
// where a is large, with P(X ≤ x) = Φ(a) + exp(2λ/μ)·Φ(−a−2r) = Φ(a) + e·exp(½(a+2r)²)·Φ(−a−2r).
func inverseGaussianTerms(x float64, p nums) (a, r, e float64) {
	μ, λ := p[0], p[1]
	// every result of a subtraction, division or product with its rounding error
	d := x - μ
	b := d - x
	dl := (x - (d - b)) - (μ + b)
	q := d / μ
	if math.Abs(q) > 1e150 { // q² would overflow
		a = math.Copysign(math.Sqrt(2*min(inverseGaussianFar(math.Abs(x), μ, λ), 1e300)), q)
		return a, math.Sqrt(λ / math.Abs(x)), special.Exp(-0.5 * a * a)
	}
	ql := (kernel.FMA(-q, μ, d) + dl) / μ
	s := λ / math.Abs(x) // of −0 too
	sl := kernel.FMA(-s, x, λ) / x
	q2 := float64(q * q)
	q2l := kernel.FMA(q, q, -q2) + 2*float64(q*ql)
	h := float64(s * q2)
	hl := kernel.FMA(s, q2, -h) + float64(s*q2l) + float64(sl*q2)
	r = math.Sqrt(s)
	if e = special.Exp(-0.5 * h); e > 0 && !math.IsNaN(hl) {
		e = kernel.FMA(-0.5*hl, e, e)
	}
	return r * q, r, e
}

// drawInverseGaussian solves a quadratic for one of two roots: Michael,
// Schucany and Haas, Generating random variates using transformations with
// multiple roots, 1976.
func drawInverseGaussian(r *rand.Rand, p nums) float64 {
	n := r.NormFloat64()
	c := float64(0.5 * n * n * (p[0] / p[1]))
	x := p[0] / (1 + c + math.Sqrt(c*(2+c)))
	if c > 1e17 {
		x = p[1] / n / n // the limit of a long way
	}
	if u := r.Float64(); u*(1+x/p[0]) <= 1 {
		return x
	}
	return p[0] * (p[0] / x)
}

// inverseGaussianOp has inputs x, μ and λ: −½λ·(x−μ)²/(μ²x) − 1.5·log x.
var inverseGaussianOp = newFused("InverseGaussian",
	func(v args) float64 {
		e := v[0]/v[1] - 1
		h := float64(0.5 * v[2] * (e * (e / v[0])))
		if !(h < 1e300) {
			h = inverseGaussianFar(v[0], v[1], v[2])
		}
		return -h - float64(1.5*special.Log(v[0]))
	},
	func(v args) args {
		x, μ, λ := v[0], v[1], v[2]
		e := x/μ - 1
		r := e / x
		if h := 0.5 * λ * (e * r); h < 1e300 && min(x, μ) > 1e-300 {
			return args{-float64(λ*(r*(1/μ-0.5*r))) - 1.5/x, λ * (e / μ / μ), -0.5 * (e * r)}
		}
		h := inverseGaussianFar(x, μ, λ)
		switch q := min(x, μ) / max(x, μ); {
		case x < μ:
			return args{(float64(h*((1+q)/(1-q))) - 1.5) / x, -2 * h * (q / (1 - q)) / μ, -h / λ}
		case x > μ:
			return args{-(float64(h*((1+q)/(1-q))) + 1.5) / x, 2 * h / (1 - q) / μ, -h / λ}
		}
		return args{-1.5 / x}
	})

// inverseGaussianFar returns ½λ·(x−μ)²/(μ²x) where products overflow.
func inverseGaussianFar(x, μ, λ float64) float64 {
	return 0.5 * special.Exp(special.Log(λ)-special.Log(x)+2*special.Log(math.Abs(x-μ))-2*special.Log(μ))
}
