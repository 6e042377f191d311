package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// MoyalCDF is the distribution function of the Moyal distribution, that of
// energy loss in thin layers:
//
//	y = erfc(exp(−z/2)/√2),  z = (x − loc)/scale
//	log y′ = −½·(z + exp(−z) + log 2π) − log scale
//
// Loc is 0 and Scale > 0 is 1 if empty. It costs two exponentials and a
// polynomial per element.
//
// J. E. Moyal, Theory of ionization fluctuations, 1955.
type MoyalCDF struct{ Loc, Scale autodiff.Value }

// NewMoyalCDF returns a Moyal distribution function. It panics if the scale is
// not positive.
func NewMoyalCDF(loc, scale autodiff.Value) *MoyalCDF { return made(&MoyalCDF{loc, scale}) }

func (b *MoyalCDF) params() params {
	return params{
		{"MoyalCDF: loc", &b.Loc, finite, 0},
		{"MoyalCDF: scale", &b.Scale, positive, 1},
	}
}

// moyalMap uses erfc(w/√2) = 2·Φ(−w), w = exp(−z/2).
var moyalMap = newScalar("MoyalCDF", scalarMap{
	forward: func(y, ls, x []float64, _ scalarArgs) {
		kernel.Scale(y, x, -0.5)
		kernel.Exp(y, y)
		kernel.Scale(y, y, -1)
		moyalSlope(ls, y, x)
		kernel.NormalCDF(y, y)
		kernel.Scale(y, y, 2)
	},
	inverse: func(x, ls, y []float64, a scalarArgs) {
		w := a.temp(len(y))
		for i, v := range y {
			w[i] = 0.5 * v
			if v == 5e-324 { // half of it underflows
				w[i] = v
			}
		}
		kernel.NormalQuantile(w, w)
		kernel.Scale(x, w, -1)
		kernel.Log(x, x)
		kernel.Scale(x, x, -2)
		moyalSlope(ls, w, x)
		kernel.Scale(ls, ls, -1)
		unit(x, ls, y, math.Inf(-1), math.Inf(1))
	},
	derive: func(d derivatives) { // ½·(exp(−z) − 1)
		kernel.Scale(d.lsByX, d.x, -1)
		kernel.Expm1(d.lsByX, d.lsByX)
		kernel.Scale(d.lsByX, d.lsByX, 0.5)
	},
})

// moyalSlope sets ls = −½·(w² + z) − ½·log 2π.
func moyalSlope(ls, w, z []float64) {
	for i, v := range w {
		ls[i] = kernel.FMA(-0.5*v, v, -0.5*z[i]-halfLog2π)
	}
}

func (b *MoyalCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	p := b.params()
	return cdf(moyalMap, x, dir, p[0], p[1])
}
