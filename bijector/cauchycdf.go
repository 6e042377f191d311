package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// CauchyCDF is the distribution function of the Cauchy distribution:
//
//	y = ½ + atan(z)/π,  z = (x − loc)/scale,  log y′ = −log(1 + z²) − log π − log scale
//
// Loc is 0 and Scale > 0 is 1 if empty. Both tails are exact. It costs an
// arc tangent and a logarithm per element forward, sine, cosine and logarithm
// backward.
type CauchyCDF struct{ Loc, Scale autodiff.Value }

// NewCauchyCDF returns a Cauchy distribution function. It panics if the scale
// is not positive.
func NewCauchyCDF(loc, scale autodiff.Value) *CauchyCDF { return made(&CauchyCDF{loc, scale}) }

func (b *CauchyCDF) params() params {
	return params{
		{"CauchyCDF: loc", &b.Loc, finite, 0},
		{"CauchyCDF: scale", &b.Scale, positive, 1},
	}
}

const logπ = 1.1447298858494001741434273513530587116472948129153

var cauchyMap = newScalar("CauchyCDF", scalarMap{
	// In the tails, atan z = ±π/2 − atan(1/z).
	forward: func(y, ls, x []float64, a scalarArgs) {
		for i, v := range x {
			y[i] = v
			if math.Abs(v) > 1 {
				y[i] = -1 / v
			}
		}
		kernel.Atan(y, y)
		for i, v := range x {
			y[i] /= math.Pi
			switch {
			case math.Abs(v) <= 1:
				y[i] += 0.5
			case v > 0:
				y[i] += 1
			}
		}
		cauchySlope(ls, x, a)
	},
	// x = tan(π·(y − ½)), about an end −1/tan of the angle from there.
	inverse: func(x, ls, y []float64, a scalarArgs) {
		s := a.temp(len(y))
		for i, v := range y {
			x[i] = math.Pi * (v - 0.5)
			if v < 0.25 {
				x[i] = math.Pi * v
			} else if v > 0.75 {
				x[i] = math.Pi * (1 - v)
			}
		}
		kernel.Sin(s, x)
		kernel.Cos(x, x)
		for i, v := range y {
			switch {
			case v < 0.25:
				x[i] = -x[i] / s[i]
			case v > 0.75:
				x[i] /= s[i]
			default:
				x[i] = s[i] / x[i]
			}
		}
		cauchySlope(ls, x, a)
		kernel.Scale(ls, ls, -1)
		unit(x, ls, y, math.Inf(-1), math.Inf(1))
	},
	derive: arctanLogSlopeGrad,
})

// cauchySlope sets ls = −log(1 + x²) − log π.
func cauchySlope(ls, x []float64, a scalarArgs) {
	logOnePlusSquare(ls, x, a)
	for i, l := range ls {
		ls[i] = -logπ - l
	}
}

func (b *CauchyCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	return cdf(cauchyMap, x, dir, p[0], p[1])
}
