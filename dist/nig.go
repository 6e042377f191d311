package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// NormalInverseGaussian is the distribution of a Brownian motion with drift β at
// an inverse Gaussian time: with γ = √(α²−β²) and r = √(δ²+(x−μ)²),
// log p(x) = log αδ/(πr) + log K₁(αr) + δγ + β(x−μ): Barndorff-Nielsen, Normal inverse
// Gaussian distributions and stochastic volatility modelling, 1997.
type NormalInverseGaussian struct {
	Tailweight           autodiff.Value `file:"Tailweight,Tail"`
	Skewness, Loc, Scale autodiff.Value
}

// NewNormalInverseGaussian returns d independent columns with α = tailweight,
// β = skewness, μ = loc and δ = scale. Its density costs about a microsecond per element;
// its distribution function is by quadrature. It panics unless tailweight and scale are
// positive, their product is finite and |skewness| < tailweight.
func NewNormalInverseGaussian(d int, tailweight, skewness, loc, scale autodiff.Value) *Columns {
	checkBelow("NewNormalInverseGaussian", "−tailweight < skewness", negated(tailweight), skewness)
	checkBelow("NewNormalInverseGaussian", "skewness < tailweight", skewness, tailweight)
	n := &NormalInverseGaussian{positive("NewNormalInverseGaussian", "tailweight", tailweight), skewness, loc, positive("NewNormalInverseGaussian", "scale", scale)}
	if err := n.Restore(); err != nil {
		panic(err.Error())
	}
	return NewColumns(d, n)
}

// Restore checks that tailweight·scale is a number.
func (n *NormalInverseGaussian) Restore() error {
	if n.Tailweight.IsZero() || n.Scale.IsZero() {
		return nil // which NewColumns says
	}
	a, s := n.Tailweight.Numbers(), n.Scale.Numbers()
	for j := range max(len(a), len(s)) {
		if a, s := of(a, min(j, len(a)-1)), of(s, min(j, len(s)-1)); math.IsInf(a*s, 0) {
			return fmt.Errorf("dist: NormalInverseGaussian: got tailweight %v and scale %v, want a product below 1.8e308", a, s)
		}
	}
	return nil
}

func (n *NormalInverseGaussian) values() values {
	return values{n.Loc, n.Scale, n.Tailweight, n.Skewness}
}
func (n *NormalInverseGaussian) family() *family { return nigFamily }

var nigFamily = func() *family {
	f := derived(nigStandard, "NormalInverseGaussian", []string{"loc", "scale", "tailweight", "skewness"},
		func(p nums) nums { return nums{p[0], p[1], p[1] * p[2], p[1] * p[3]} },
		func(p vars) vars { return vars{p[0], p[1], p[1].Mul(p[2]), p[1].Mul(p[3])} })
	f.draw = drawNIG
	f.mean = func(p nums) float64 { return kernel.FMA(p[3]/nigGamma(p[2], p[3]), p[1], p[0]) }
	f.variance = func(p nums) float64 {
		α, β := p[2], p[3] // γ² is (α−β)(α+β)
		return p[1] / nigGamma(α, β) * (α / (α - β)) * (0.5 * α / (0.5*α + 0.5*β))
	}
	return f
}()

// drawNIG returns a normal sample with a mean and a variance that grow with an inverse
// Gaussian time; for large γδ that is a normal sample.
func drawNIG(r *rand.Rand, p nums) float64 {
	loc, δ, α, β := p[0], p[1], p[2], p[3]
	γ := nigGamma(α, β)
	if δ*γ > 1e290 {
		return loc + float64(β/γ*δ) + float64(math.Sqrt(δ)/math.Sqrt(γ)*(α/γ)*r.NormFloat64())
	}
	t := drawInverseGaussian(r, nums{1 / (δ * γ), 1})
	return loc + float64(δ*(float64(δ*β*t)+float64(math.Sqrt(t)*r.NormFloat64())))
}

// nigGamma returns γ = √(α²−β²).
func nigGamma(α, β float64) float64 {
	if sum := α + β; !math.IsInf(sum, 1) {
		return math.Sqrt(α-β) * math.Sqrt(sum)
	}
	return math.Sqrt(α-β) * math.Sqrt(0.5*α+0.5*β) * math.Sqrt2
}

// negated returns minus the current elements of v.
func negated(v autodiff.Value) autodiff.Value {
	x := v.Numbers()
	for i := range x {
		x[i] = -x[i]
	}
	return autodiff.Fixed(x...)
}

// nigStandard measures α and β in units of 1/δ.
var nigStandard = &family{
	name: "NIG", params: []string{"loc", "scale", "tailweight", "skewness"}, kind: locScale,
	logDensity: func(z autodiff.Var, p vars) autodiff.Var {
		return nigOp.of(z, p[2], p[3])
	},
	mode:     nigMode,
	mean:     func(p nums) float64 { return nigStandardMean(p[2], p[3]) },
	variance: func(p nums) float64 { γ := nigGamma(p[2], p[3]); return p[2] / γ * (p[2] / γ) / γ },
}

// nigStandardMean is β/γ, or 0 where α and β underflow: Cauchy's distribution.
func nigStandardMean(α, β float64) float64 {
	if β == 0 {
		return 0
	}
	return β / nigGamma(α, β)
}

// nigMode returns where the density stops rising, between 0 and the mean.
func nigMode(p nums) float64 {
	lo, hi := 0.0, nigStandardMean(p[2], p[3])
	rises := nigSlope(lo, p[2], p[3]) > 0
	for range 100 {
		if mid := middle(lo, hi); (nigSlope(mid, p[2], p[3]) > 0) == rises {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

func nigSlope(z, α, β float64) float64 { return nigSlopes(args{z, α, β})[0] }

// nigOp has inputs z, α and β: log(e^(αr)·K₁(αr)) − log r + log α − log π + e with
// r = √(1+z²) and e = γ + βz − αr ≤ 0, γ = √(α²−β²); αK₁(αr) is 1/r for tiny α.
var nigOp = newFused("NIG",
	func(x args) float64 {
		z, α, β := x[0], x[1], x[2]
		if math.IsInf(z, 0) || math.IsInf(α, 1) { // next to a peak that is narrower than numbers are dense
			return math.Inf(-1)
		}
		r, γ := special.Hypot1(z), nigGamma(α, β)
		e, d := kernel.FMA(β, z, γ), kernel.FMA(-γ, z, β)
		switch {
		case α > 1e150 && math.Abs(z) < 1e100: // in units of α, where products overflow
			e, d := kernel.FMA(β/α, z, γ/α), kernel.FMA(-γ/α, z, β/α)
			if e > 0 {
				e = -d * (d / (r + e))
			} else {
				e -= r
			}
			return special.Log(math.Sqrt(0.5*math.Pi/α)) - float64(0.5*special.Log(r)) + special.Log(α/r) - logπ + float64(α*e)
		case math.Abs(z) > 1e100:
			e = γ - float64((α-math.Copysign(β, β*z))*r)
		case e > 0: // (αr)² − (γ+βz)² = (β−γz)²
			e = -d * (d / kernel.FMA(α, r, e))
		default:
			e -= float64(α * r)
		}
		if α*r < nigTiny {
			return -2*special.Log(r) - logπ + e
		}
		_, k1 := special.BesselK01(α * r)
		if α/r < 1e-290 { // their quotient underflows
			return special.Log(k1) + (special.Log(α) - special.Log(r)) - logπ + e
		}
		if αr := float64(α * r); αr < 1e6 {
			return special.Log(α/r*k1*(1/math.Pi)) + e
		}
		return special.Log(k1) + special.Log(α/r) - logπ + e
	},
	nigSlopes)

// nigTiny is an x up to which x·K₁(x) is 1.
const nigTiny = 1e-150

// nigSlopes returns the derivatives of nigOp.
func nigSlopes(x args) args {
	z, α, β := x[0], x[1], x[2]
	r, γ := special.Hypot1(z), nigGamma(α, β)
	k := 1.0 // K₀(αr)/K₁(αr), by which and 1/(αr) the logarithm of K₁ falls
	switch αr := float64(α * r); {
	case αr < nigTiny:
		k = 0
	case αr < 1e300:
		k0, k1 := special.BesselK01(αr)
		k = k0 / k1
	}
	steep, skew := 1.0, 0.0 // α/γ and β/γ
	if γ > 0 {
		steep, skew = α/γ, β/γ
	}
	return args{(float64(-α*k)-2/r)*z/r + β, kernel.FMA(-k, r, steep), z - skew}
}
