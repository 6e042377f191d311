package bijector

import (
	"cmp"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// cdf applies op, the map of a standard distribution, to (x − loc)/scale.
func cdf(what string, op *autodiff.Op, x autodiff.Var, dir direction, loc, scale autodiff.Value, theta ...autodiff.Var) (v, l autodiff.Var) {
	v, l = scaledCDF(what, op, x, dir, loc, scale, theta...)
	return v, logScale(what, l, x, scale, -dir.sign())
}

// scaledCDF is cdf for an op that has an outer map, which is the division by scale.
func scaledCDF(what string, op *autodiff.Op, x autodiff.Var, dir direction, loc, scale autodiff.Value, theta ...autodiff.Var) (v, l autodiff.Var) {
	if dir.back() {
		v, l = scalar(op, x, dir, theta...)
		return fromStandard(what, v, loc, scale), rowSum(l)
	}
	return summed(scalar(op, toStandard(what, x, loc, scale), dir, theta...))
}

// locScale returns an error unless loc is finite and scale positive.
func locScale(what string, loc, scale autodiff.Value) error {
	return cmp.Or(finite(what+": loc", loc), inside(what+": scale", scale, 0, math.Inf(1)))
}

// unit sets x to its limits and ls to −∞ where y is not between 0 and 1.
func unit(x, ls, y []float64, lo, hi float64) {
	for i, v := range y {
		if v <= 0 {
			x[i], ls[i] = lo, math.Inf(-1)
		} else if v >= 1 {
			x[i], ls[i] = hi, math.Inf(-1)
		}
	}
}

// NormalCDF is the distribution function of the normal distribution:
//
//	y = Φ(z),  z = (x − loc)/scale,  log y′ = −z²/2 − ½·log 2π − log scale
//
// Loc is 0 and Scale > 0 is 1 if empty. Both tails are exact: Φ(−38) is
// 2.9·10⁻³¹⁶. A y ≤ 0 or ≥ 1 comes from ±∞ with log-determinant −∞, in this
// and all the distribution functions. It costs an exponential and a polynomial
// per number.
type NormalCDF struct{ Loc, Scale autodiff.Value }

// NewNormalCDF returns a normal distribution function. It panics if the scale
// is not positive.
func NewNormalCDF(loc, scale autodiff.Value) *NormalCDF {
	b := &NormalCDF{Loc: loc, Scale: positive("bijector: NormalCDF: scale", scale)}
	must(b.Restore())
	return b
}

// Restore checks the numbers.
func (b *NormalCDF) Restore() error { return locScale("bijector: NormalCDF", b.Loc, b.Scale) }

// halfLog2π is ½·log 2π.
const halfLog2π = 0.91893853320467274178032973640561763986139747363778

var normalMap = newScalar("NormalCDF", scalarMap{
	forward: func(y, ls, x []float64, _ scalarArgs) {
		kernel.NormalCDF(y, x)
		for i, v := range x {
			ls[i] = math.FMA(-0.5*v, v, -halfLog2π)
		}
	},
	inverse: func(x, ls, y []float64, _ scalarArgs) {
		kernel.NormalQuantile(x, y)
		for i, v := range x {
			ls[i] = math.FMA(0.5*v, v, halfLog2π)
		}
		unit(x, ls, y, math.Inf(-1), math.Inf(1))
	},
	derive: func(d derivatives) { kernel.Scale(d.curve, d.x, -1) },
})

func (b *NormalCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return cdf("bijector: NormalCDF: loc or scale", normalMap, x, dir, b.Loc, b.Scale)
}

// LogisticCDF is the distribution function of the logistic distribution:
//
//	y = σ(z),  z = (x − loc)/scale,  log y′ = log σ(z) + log σ(−z) − log scale
//
// Loc is 0 and Scale > 0 is 1 if empty. It costs two exponentials and a
// logarithm per number.
type LogisticCDF struct{ Loc, Scale autodiff.Value }

// NewLogisticCDF returns a logistic distribution function. It panics if the
// scale is not positive.
func NewLogisticCDF(loc, scale autodiff.Value) *LogisticCDF {
	b := &LogisticCDF{Loc: loc, Scale: positive("bijector: LogisticCDF: scale", scale)}
	must(b.Restore())
	return b
}

// Restore checks the numbers.
func (b *LogisticCDF) Restore() error { return locScale("bijector: LogisticCDF", b.Loc, b.Scale) }

func (b *LogisticCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	const what = "bijector: LogisticCDF: loc or scale"
	return cdf(what, sigmoidMap, x, dir, b.Loc, b.Scale, x.Tape().Scalar(0), x.Tape().Scalar(1))
}

// LaplaceCDF is the distribution function of the Laplace distribution:
//
//	y = ½·exp(−|z|) for z < 0, 1 − ½·exp(−|z|) for z ≥ 0,  z = (x − loc)/scale
//	log y′ = −|z| − log 2 − log scale
//
// Loc is 0 and Scale > 0 is 1 if empty. It costs an exponential or logarithm
// per number.
type LaplaceCDF struct{ Loc, Scale autodiff.Value }

// NewLaplaceCDF returns a Laplace distribution function. It panics if the scale
// is not positive.
func NewLaplaceCDF(loc, scale autodiff.Value) *LaplaceCDF {
	b := &LaplaceCDF{Loc: loc, Scale: positive("bijector: LaplaceCDF: scale", scale)}
	must(b.Restore())
	return b
}

// Restore checks the numbers.
func (b *LaplaceCDF) Restore() error { return locScale("bijector: LaplaceCDF", b.Loc, b.Scale) }

var laplaceMap = newScalar("LaplaceCDF", scalarMap{
	forward: func(y, ls, x []float64, _ scalarArgs) {
		kernel.Abs(ls, x)
		kernel.Scale(ls, ls, -1)
		kernel.Exp(y, ls)
		for i, v := range x {
			y[i] *= 0.5
			if v >= 0 {
				y[i] = 1 - y[i]
			}
			ls[i] -= math.Ln2
		}
	},
	inverse: func(x, ls, y []float64, _ scalarArgs) {
		for i, v := range y {
			x[i] = 2 * min(v, 1-v)
		}
		kernel.Log(x, x)
		for i, v := range y {
			ls[i] = math.Ln2 - x[i]
			if v > 0.5 {
				x[i] = -x[i]
			}
		}
		unit(x, ls, y, math.Inf(-1), math.Inf(1))
	},
	derive: func(d derivatives) {
		for i, v := range d.x {
			d.curve[i] = -math.Copysign(1, v)
		}
	},
})

func (b *LaplaceCDF) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	return cdf("bijector: LaplaceCDF: loc or scale", laplaceMap, x, dir, b.Loc, b.Scale)
}
