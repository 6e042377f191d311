package dist

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
)

// A Univariate is a distribution of one number, whose parameters are
// [autodiff.Value]s. The types of this package that implement it are listed in
// the package's index; [NewColumns] makes a [Distribution] of one.
type Univariate interface {
	family() *family
	values() values
}

// maxParams is the largest number of parameters of a univariate distribution.
const maxParams = 6

type (
	values = [maxParams]autodiff.Value // unused ones are zero
	vars   = [maxParams]autodiff.Var   // each 1×1 or 1×d
	nums   = [maxParams]float64        // those of one column
)

// A family holds the formulas of a univariate distribution as functions of a
// number and the parameters, in the order in which values lists them.
//
// In a location-scale family the first two parameters are location and scale;
// the formulas are those of the standard form, in z = (x−loc)/scale. In a scale
// family the first is the scale. Missing formulas are computed from others:
// see numeric.go.
type family struct {
	kind    standard
	integer bool

	logDensity func(z autodiff.Var, p vars) autodiff.Var
	// rows, if set, is the sum of logDensity over the columns in one operation.
	rows func(z autodiff.Var) autodiff.Var

	support func(p nums) (lo, hi float64) // nil is the real line

	cdf, sf func(z float64, p nums) float64
	// quantile gets p and 1−p, the smaller of which is accurate.
	quantile func(lower, upper float64, p nums) float64
	draw     func(r *rand.Rand, p nums) float64

	mean, variance, mode, entropy func(p nums) float64
}

// standard says which parameters are a location and a scale.
type standard int

const (
	plain standard = iota
	locScale
	scaled
)

// where returns location and scale.
func (f *family) where(p nums) (loc, scale float64) {
	switch f.kind {
	case locScale:
		return p[0], p[1]
	case scaled:
		return 0, p[0]
	}
	return 0, 1
}

// standardise returns z and the scale, the zero Var if there is none.
func (f *family) standardise(x autodiff.Var, p vars) (z, scale autodiff.Var) {
	switch f.kind {
	case locScale:
		return x.Sub(p[0]).Div(p[1]), p[1]
	case scaled:
		return x.Div(p[0]), p[0]
	}
	return x, autodiff.Var{}
}

// logDensityOf returns log p of each number: n×d.
func (f *family) logDensityOf(x autodiff.Var, p vars) autodiff.Var {
	z, scale := f.standardise(x, p)
	lp := f.logDensity(z, p)
	if f.kind != plain {
		lp = lp.Sub(scale.Log())
	}
	return lp
}

// logDensityRows returns log p of each row: n×1.
func (f *family) logDensityRows(x autodiff.Var, p vars) autodiff.Var {
	z, scale := f.standardise(x, p)
	var lp autodiff.Var
	if f.rows != nil {
		lp = f.rows(z)
	} else {
		lp = f.logDensity(z, p).RowSum()
	}
	if f.kind != plain {
		lp = lp.Sub(scale.Log().Expand(1, x.Cols()).RowSum())
	}
	return lp
}

// drawOf returns a sample.
func (f *family) drawOf(r *rand.Rand, p nums) float64 {
	loc, scale := f.where(p)
	if f.draw != nil {
		return math.FMA(scale, f.draw(r, p), loc)
	}
	u := uniform(r)
	return math.FMA(scale, f.quantile(u, 1-u, p), loc)
}

// uniform returns a number strictly between 0 and 1.
func uniform(r *rand.Rand) float64 {
	return (float64(r.Uint64()>>12) + 0.5) / (1 << 52)
}
