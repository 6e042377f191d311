package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// NormalCDF is the distribution function of the normal distribution:
//
//	y = Φ(z),  z = (x − loc)/scale,  log y′ = −z²/2 − ½·log 2π − log scale
//
// Loc is 0 and Scale > 0 is 1 if empty. Both tails are exact: Φ(−38) is
// 2.9·10⁻³¹⁶. A y ≤ 0 or ≥ 1 comes from ±∞ with log-determinant −∞, in this
// and all the distribution functions. It costs an exponential and a polynomial
// per element.
type NormalCDF struct{ Loc, Scale autodiff.Value }

// NewNormalCDF returns a normal distribution function. It panics if the scale
// is not positive.
func NewNormalCDF(loc, scale autodiff.Value) *NormalCDF { return made(&NormalCDF{loc, scale}) }

func (b *NormalCDF) params() params {
	return params{
		{"NormalCDF: loc", &b.Loc, finite, 0},
		{"NormalCDF: scale", &b.Scale, positive, 1},
	}
}

// halfLog2π is ½·log 2π.
const halfLog2π = 0.91893853320467274178032973640561763986139747363778

var normalMap = newScalar("NormalCDF", scalarMap{
	forward: func(y, ls, x []float64, a scalarArgs) {
		kernel.NormalCDF(y, x)
		normalSlope(ls, x, a)
		kernel.Scale(ls, ls, -1)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		kernel.NormalQuantile(x, y)
		normalSlope(ls, x, a)
		if !allFinite(ls) {
			unit(x, ls, y, math.Inf(-1), math.Inf(1))
		}
	},
	derive: func(d derivatives) { kernel.Scale(d.lsByX, d.x, -1) },
})

// normalSlope sets ls = x²/2 + ½·log 2π.
func normalSlope(ls, x []float64, a scalarArgs) {
	half := a.temp(len(x))
	kernel.Scale(half, x, 0.5)
	repeat(ls, halfLogs[:])
	kernel.MulAdd(ls, half, x)
}

var halfLogs = [1]float64{halfLog2π}

func (b *NormalCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	return cdf(normalMap, x, dir, p[0], p[1])
}
