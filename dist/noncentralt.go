package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/special"
)

// NoncentralT is the noncentral t distribution with ν degrees of freedom and noncentrality δ, of μ + s·(Z+δ)/U for a
// normal Z and a U distributed as √(χ²/ν): p(x) = 1/s·∫ u·φ(zu − δ)·p(u) du with z = (x−μ)/s.
type NoncentralT struct {
	DF, Noncentrality, Loc, Scale autodiff.Value
}

// NewNoncentralT returns d independent noncentral t columns with ν = df and δ = noncentrality. A density or a
// distribution function is an integral of some hundred points, about 20 microseconds. It panics unless df and scale
// are positive; a fixed df may be infinite, which is the normal distribution around δ.
func NewNoncentralT(d int, df, noncentrality, loc, scale autodiff.Value) *Columns {
	return NewColumns(d, &NoncentralT{degrees("NewNoncentralT", "df", df), noncentrality, loc, positive("NewNoncentralT", "scale", scale)})
}

func (n *NoncentralT) values() values  { return values{n.Loc, n.Scale, n.DF, n.Noncentrality} }
func (n *NoncentralT) family() *family { return noncentralTFamily }

// noncentralTBase has its mode as its mean, around which entropies are integrated.
var noncentralTBase = family{
	name: "NoncentralT", params: []string{"loc", "scale", "df", "noncentrality"}, kind: locScale,
	logDensity: func(z autodiff.Var, p vars) autodiff.Var { return noncentralTOp.of(z, p[2], p[3]) },
	high:       studentHigh,
	highTails: powerTails(
		func(z float64, p nums) (lower, upper float64) { return special.LogNoncentralTTails(z, p[2], p[3]) },
		func(p nums) float64 { return p[2] }),
	draw: func(r *rand.Rand, p nums) float64 {
		return (r.NormFloat64() + p[3]) * drawStudentScale(r, p[2])
	},
	mean: noncentralTMode,
	mode: noncentralTMode,
}

var noncentralTFamily = func() *family {
	f := noncentralTBase
	f.logTails = func(z float64, p nums) (lower, upper float64) { return special.LogNoncentralTTails(z, p[2], p[3]) }
	f.both = exponentials(f.logTails)
	f.mean = func(p nums) float64 {
		if p[2] <= 1 {
			return math.NaN()
		}
		return p[3] * special.Exp(noncentralTRise(p[2]))
	}
	f.quantile = func(lower, upper float64, p nums) float64 {
		start := noncentralTStart(lower, upper, p)
		if math.Abs(p[3]) > 1e17 {
			return start
		}
		return f.solveFrom(f.unstretch(start, p), lower, upper, p)
	}
	f.numeric = true
	f.variance = noncentralTVariance
	f.entropy = func(p nums) float64 { return noncentralTBase.coverEntropy(nums{0, 1, p[2], p[3]}) }
	return &f
}()

// noncentralTStart returns where to look for a quantile: that of δ/U, which is far from 0, for large δ.
func noncentralTStart(lower, upper float64, p nums) float64 {
	ν, δ := p[2], p[3]
	if math.Abs(δ) < 1e8 {
		return 0
	}
	if δ > 0 {
		lower, upper = upper, lower
	}
	z := δ / math.Sqrt(special.GammaIncInv(0.5*ν, lower, upper)/(0.5*ν))
	if math.IsNaN(z) || math.IsInf(z, 0) {
		return δ
	}
	return z
}

// noncentralTRise returns log E 1/U = log(√(ν/2)·Γ((ν−1)/2)/Γ(ν/2)).
func noncentralTRise(ν float64) float64 { return -special.LogRise(0.5*ν-0.5, 0.5, 0.5*ν) }

// noncentralTVariance is E 1/U² + δ²·Var 1/U.
func noncentralTVariance(p nums) float64 {
	switch ν, δ := p[2], p[3]; {
	case ν > 2:
		return ν/(ν-2) + float64(δ*δ*(2/(ν-2)-special.Expm1(2*noncentralTRise(ν))))
	case ν > 1:
		return math.Inf(1)
	}
	return math.NaN()
}

// noncentralTMode returns where the density stops rising, between 0 and δ.
func noncentralTMode(p nums) float64 {
	lo, hi := 0.0, p[3]
	for range 60 {
		mid := middle(lo, hi)
		if _, slope, _, _ := special.LogNoncentralT(mid, p[2], p[3]); slope > 0 == (p[3] > 0) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// noncentralTOp has inputs z, ν and δ.
var noncentralTOp = newFused("NoncentralT",
	func(v args) float64 {
		if math.IsInf(v[0], 0) {
			return math.Inf(-1)
		}
		return special.LogNoncentralTDensity(v[0], v[1], v[2])
	},
	func(v args) args {
		_, dz, dν, dδ := special.LogNoncentralT(v[0], v[1], v[2])
		return args{dz, dν, dδ}
	})
