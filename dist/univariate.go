package dist

import (
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
)

// A Univariate is a distribution of one variable, whose parameters are
// [autodiff.Value]s. The types of this package that implement it are listed in
// the package's index; [NewColumns] makes a [Distribution] of one.
//
// Its methods are not exported: missing formulas are computed from the others, in ways that may
// change. A distribution of one's own, of one column or many, is a [Distribution]: LogDensity, Draw
// and Dim, with the optional interfaces of this package for what else is known of it.
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
// value and the parameters, in the order in which values lists them.
//
// In a location-scale family the first two parameters are location and scale;
// the formulas are those of the standard form, in z = (x−loc)/scale. In a scale
// family the first is the scale, in a rate family its inverse. Formulas other than
// the density's that are missing are computed from the rest: see numeric.go.
type family struct {
	name    string
	params  []string
	kind    standard
	integer bool
	numeric bool // cdf or quantile, if set, are by quadrature and roots

	logDensity func(z autodiff.Var, p vars) autodiff.Var
	// high and low, if set, are logDensity where z overflows, and where it is next to 0 and may have underflowed.
	high, low end
	// highTails and lowTails are the distribution functions there.
	highTails, lowTails endTails
	// rows, if set, is the sum of logDensity over the columns in one operation.
	rows func(z autodiff.Var) autodiff.Var

	support func(p nums) (lo, hi float64) // nil is the real line

	// Either both, or each by itself, or all where each is cheaper alone.
	both    func(z float64, p nums) (lower, upper float64)
	cdf, sf func(z float64, p nums) float64
	// logTails, if set, returns the logarithms of cdf and sf where one of them
	// underflows.
	logTails func(z float64, p nums) (lower, upper float64)
	// between, if set, is P(z < Z < y), which loses no digits given w = y − z, or NaN where another formula is better.
	between func(z, y, w float64, p nums) float64
	// drop, if set, is log p(z) − log p(z+y), exact for small y, for a z of the support.
	drop func(z, y float64, p nums) float64
	// quantile gets p and 1−p, the smaller of which is accurate.
	quantile func(lower, upper float64, p nums) float64
	// logQuantile, if set, is quantile given the logarithms, one of which is far out.
	logQuantile func(lower, upper float64, p nums) float64
	draw        func(r *rand.Rand, p nums) float64
	// Without draw a sample is made of one random value x, standard normal if normal is set, else
	// uniform: at + by·x if line is set, in standard form of(x), or the quantile.
	normal bool
	line   func(p nums) (at, by float64)
	of     func(x float64, p nums) float64

	mean, variance, mode, entropy func(p nums) float64
}

// standard says which parameters are a location and a scale.
type standard int

const (
	plain standard = iota
	locScale
	scaled
	rated
)

// where returns location and scale.
func (f *family) where(p nums) (loc, scale float64) {
	switch f.kind {
	case locScale:
		return p[0], p[1]
	case scaled:
		return 0, p[0]
	case rated:
		return 0, 1 / p[0]
	}
	return 0, 1
}

// standardise returns z and the logarithm of the scale, the zero Var if there
// is none.
func (f *family) standardise(x autodiff.Var, p vars) (z, logScale autodiff.Var) {
	switch f.kind {
	case locScale:
		if loc := p[0]; !mayOverflow(loc.Data()) {
			return x.Sub(loc).Div(p[1]), p[1].Log()
		}
		return x.MulConst(0.5).Sub(p[0].MulConst(0.5)).Div(p[1]).MulConst(2), p[1].Log()
	case scaled:
		return x.Div(p[0]), p[0].Log()
	case rated:
		return x.Mul(p[0]), p[0].Log().Neg()
	}
	return x, autodiff.Var{}
}

// logDensityOf returns log p of each element: n×d.
func (f *family) logDensityOf(x autodiff.Var, p vars) autodiff.Var {
	z, logScale := f.standardise(x, p)
	lp := f.standardLogDensity(x, z, p)
	if f.kind != plain {
		lp = lp.Sub(logScale)
	}
	return lp
}

// logDensityRows returns log p of each row: n×1.
func (f *family) logDensityRows(x autodiff.Var, p vars) autodiff.Var {
	z, logScale := f.standardise(x, p)
	var lp autodiff.Var
	if f.rows != nil {
		lp = f.rows(z)
	} else {
		lp = f.standardLogDensity(x, z, p).RowSum()
	}
	if f.kind != plain {
		lp = lp.Sub(logScale.Expand(1, x.Cols()).RowSum())
	}
	return lp
}

// derived returns the family f of other parameters, from which those of f are
// computed: by the one function for float64 and by the other on a tape.
func derived(f *family, name string, params []string, toNums func(nums) nums, toVars func(vars) vars) *family {
	number := func(g func(nums) float64) func(nums) float64 { return func(p nums) float64 { return g(toNums(p)) } }
	g := &family{
		name: name, params: params, integer: f.integer,
		logDensity: func(x autodiff.Var, p vars) autodiff.Var { return f.logDensityOf(x, toVars(p)) },
		support:    func(p nums) (float64, float64) { return f.supportOf(toNums(p)) },
		both:       func(x float64, p nums) (float64, float64) { return f.tails(x, toNums(p)) },
		cdf:        func(x float64, p nums) float64 { return f.cdfOf(x, toNums(p)) },
		sf:         func(x float64, p nums) float64 { return f.sfOf(x, toNums(p)) },
		quantile:   func(lower, upper float64, p nums) float64 { return f.quantileOf(lower, upper, toNums(p)) },
		draw:       func(r *rand.Rand, p nums) float64 { return f.drawOf(r, toNums(p)) },
		mean:       number(f.meanOf),
		variance:   number(f.varianceOf),
		mode:       number(f.modeOf),
		entropy:    number(f.entropyOf),
	}
	g.numeric = !f.hasTails() || f.quantile == nil && !f.integer || f.numeric
	if f.logTails != nil {
		g.logTails = func(x float64, p nums) (float64, float64) { return f.logTailsOf(x, toNums(p)) }
	}
	if f.drop != nil {
		g.drop = func(x, y float64, p nums) float64 { return f.dropOf(x, y, toNums(p)) }
	}
	return g
}

// A monotone map carries a family onto another: its formulas on float64 and on
// a tape. ildj is log|dg⁻¹/dx|, as a function of x and u = g⁻¹(x).
type monotone struct {
	forward, inverse func(x float64) float64
	near             func(u, rest float64) float64 // g(u + rest) for a small rest
	inverseVar       func(x autodiff.Var) autodiff.Var
	ildj             func(x, u autodiff.Var) autodiff.Var
	// step returns g⁻¹(x+y) − g⁻¹(x), and by how much the log-slope of g⁻¹ falls.
	step   func(x, y float64) (du, drop float64)
	lo, hi float64
}

// pushed returns the family of g(u), u from f, whose moments and mode are not
// known; f has no draw. quantile is that of f in standard form, and what its rounding took.
func pushed(f *family, name string, g monotone, quantile func(lower, upper float64) (z, rest float64)) *family {
	inside := func(u float64) float64 { return min(max(g.forward(u), g.lo), g.hi) }
	return &family{
		name: name, params: f.params,
		logDensity: within(g.lo, g.hi, func(x autodiff.Var, p vars) autodiff.Var {
			u := g.inverseVar(x)
			return f.logDensityOf(u, p).Add(g.ildj(x, u))
		}),
		support: func(nums) (float64, float64) { return g.lo, g.hi },
		cdf:     func(x float64, p nums) float64 { return f.cdfOf(g.inverse(x), p) },
		sf:      func(x float64, p nums) float64 { return f.sfOf(g.inverse(x), p) },
		quantile: func(lower, upper float64, p nums) float64 {
			z, rest := quantile(lower, upper)
			u, low := f.fromStandardParts(z, rest, p)
			return min(max(g.near(u, low), g.lo), g.hi)
		},
		logTails: func(x float64, p nums) (float64, float64) { return f.logTailsOf(g.inverse(x), p) },
		drop: func(x, y float64, p nums) float64 {
			du, drop := g.step(x, y)
			return f.dropOf(g.inverse(x), du, p) + drop
		},
		of:     func(x float64, p nums) float64 { return inside(f.sample(x, p)) },
		normal: f.normal,
	}
}

// positive returns v kept positive; what and name are for the panic.
func positive(what, name string, v autodiff.Value) autodiff.Value {
	return v.Positive("dist: " + what + ": " + name)
}
