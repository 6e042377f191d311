package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// NoncentralChiSquared is the distribution of the sum of ν squared normal variables of variance 1 whose squared means
// sum to λ: log p(x) = −log 2 − ½(x+λ) + (¼ν−½)·log(x/λ) + log I_{ν/2−1}(√λx) for x ≥ 0.
type NoncentralChiSquared struct {
	DF, Noncentrality autodiff.Value
}

// NewNoncentralChiSquared returns d independent noncentral χ² columns with ν = df, any positive number, and
// λ = noncentrality. A density costs about a microsecond; the distribution function is a sum of about a hundred
// terms, or by quadrature. It panics unless df is positive, and noncentrality too or fixed and 0.
func NewNoncentralChiSquared(d int, df, noncentrality autodiff.Value) *Columns {
	const what = "NewNoncentralChiSquared"
	return NewColumns(d, &NoncentralChiSquared{positive(what, "df", df), bounded(what, "noncentrality", noncentrality, 0, math.Inf(1), 0)})
}

func (n *NoncentralChiSquared) values() values  { return values{n.DF, n.Noncentrality} }
func (n *NoncentralChiSquared) family() *family { return noncentralChiSquaredFamily }

// noncentralChiSquaredBase has what needs nothing else of the family.
var noncentralChiSquaredBase = family{
	name: "NoncentralChiSquared", params: []string{"df", "noncentrality"},
	logDensity: within(0, math.Inf(1), func(x autodiff.Var, p vars) autodiff.Var {
		return noncentralChiSquaredOp.of(x, p[0], p[1])
	}),
	support: positiveHalf,
	draw: func(r *rand.Rand, p nums) float64 { // a χ² variable of ν + 2·Poisson degrees of freedom
		d, l := drawGammaParts(r, half(p[0])+drawPoisson(r, 0.5*p[1]))
		return 2 * d * special.Exp(l)
	},
	mean:     func(p nums) float64 { return p[0] + p[1] },
	variance: func(p nums) float64 { return 2 * (p[0] + 2*p[1]) },
	mode:     noncentralChiSquaredMode,
}

var noncentralChiSquaredFamily = func() *family {
	f := noncentralChiSquaredBase
	f.both = exponentials(noncentralChiSquaredTails)
	f.logTails = noncentralChiSquaredTails
	f.quantile = noncentralChiSquaredQuantile
	f.entropy = noncentralChiSquaredBase.coverEntropy
	return &f
}()

// noncentralChiSquaredTails returns the logarithms of both, where sums are long that of the one that starts at x away
// from the mean by quadrature.
func noncentralChiSquaredTails(x float64, p nums) (lower, upper float64) {
	if x == 0 {
		return math.Inf(-1), 0
	}
	if lower, upper, ok := special.LogNoncentralChiSquareTails(x, p[0], p[1]); ok {
		return lower, upper
	}
	e := edge{&noncentralChiSquaredBase, p, x, -1, 0.999 * x} // without a pole at 0, whose mass is negligible here
	if x >= p[0]+p[1] {
		e.sign, e.width = 1, math.Inf(1)
	}
	l := min(e.at([]float64{x}, p)[0]+e.logBetween(0, e.width), 0)
	if e.sign < 0 {
		return l, special.Log1mExp(l)
	}
	return special.Log1mExp(l), l
}

// noncentralChiSquaredQuantile starts from a normal approximation to the cube root: M. Sankaran, Approximations to the
// non-central chi-square distribution, Biometrika 1963.
func noncentralChiSquaredQuantile(lower, upper float64, p nums) float64 {
	ν, λ := p[0], p[1]
	h := (ν + 2*λ) / (ν + λ) / (ν + λ)
	root := 1 - 2*h/9 + float64(special.NdtrInv(lower, upper)*math.Sqrt(2*h/9))
	u := special.Log(ν+λ) + 3*special.Log(max(root, 1e-3))
	return special.Exp(special.Root(u, func(u float64) (v, slope float64) {
		x := special.Exp(u)
		if x == 0 {
			return math.Inf(-1), 1
		}
		l, r := noncentralChiSquaredTails(x, p)
		density, _, _, _ := special.LogNoncentralChiSquare(x, ν, λ)
		if lower <= upper {
			return l - special.Log(lower), special.Exp(density + u - l)
		}
		return special.Log(upper) - r, special.Exp(density + u - r)
	}))
}

// noncentralChiSquaredMode returns where the density stops rising, 0 if it has a pole or falls there.
func noncentralChiSquaredMode(p nums) float64 {
	lo, hi := 0.0, p[0]+p[1]
	if p[0] < 2 {
		return 0
	}
	for range 100 {
		mid := middle(lo, hi)
		if _, slope, _, _ := special.LogNoncentralChiSquare(mid, p[0], p[1]); slope > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// noncentralChiSquaredOp has inputs x, ν and λ.
var noncentralChiSquaredOp = newFused("NoncentralChiSquared",
	func(v args) float64 {
		if v[0] == 0 {
			return atZero(0.5*v[1], -math.Ln2-float64(0.5*v[2]))
		}
		l, _, _, _ := special.LogNoncentralChiSquare(v[0], v[1], v[2])
		return l
	},
	func(v args) args {
		if v[0] == 0 {
			return args{over(0.5*v[1]-1, 0), 0, -0.5}
		}
		_, dx, dν, dλ := special.LogNoncentralChiSquare(v[0], v[1], v[2])
		return args{dx, dν, dλ}
	})
