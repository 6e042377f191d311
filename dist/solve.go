package dist

import (
	"math"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// solve is the quantile in standard form, the root of the distribution
// function.
func (f *family) solve(lower, upper float64, p nums) float64 {
	return f.solveFrom(0, lower, upper, p)
}

// solveFrom does the same from a point near the quantile, in the stretched variable.
func (f *family) solveFrom(s, lower, upper float64, p nums) float64 {
	loc, scale := f.where(p)
	s = special.Root(s, func(s float64) (v, slope float64) {
		z, dz := f.stretch(s, p)
		x := kernel.FMA(scale, z, loc)
		l, u := f.tails(x, p)
		return special.LogRatio(l, u, lower, upper, special.Exp(f.at([]float64{x}, p)[0])*scale*dz)
	})
	z, _ := f.stretch(s, p)
	if !f.numeric { // a last step in z itself, which has more digits than s
		x := kernel.FMA(scale, z, loc)
		l, u := f.tails(x, p)
		e := l - lower
		if upper < lower {
			e = upper - u
		}
		if step := e / (special.Exp(f.at([]float64{x}, p)[0]) * scale); math.Abs(step) < 1e-10*math.Abs(z) {
			z -= step
		}
	}
	return z
}
