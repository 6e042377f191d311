package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
)

// Tails say what a [Spline] does at its ends and beyond them.
type Tails string

// The tails in use. B is the spline's bound.
const (
	// IdentityTails have slope 1 at ±B and are the identity beyond: 3·K−1 raw
	// parameters. The default.
	IdentityTails Tails = ""
	// FreeTails have learned slopes at ±B too, with which the map goes on in
	// straight lines, held within the finite values: 3·K+1 raw parameters.
	FreeTails Tails = "free"
	// CircularTails make a map of the circle [−B, B), both of whose ends are one
	// point with one learned slope: 3·K raw parameters, the first slope being that
	// at ±B, which stays in its place. The line is wound around the circle:
	//
	//	g(x + 2·B·n) = g(x) + 2·B·n  for any whole n
	//
	// so that g is a bijection of the line as well, with continuous slope, and
	// its image of a point of the circle does not depend on the real number that
	// names it. A [CircularShift] turns the circle; after a [Shift] a density on it has
	// a gap. Danilo Jimenez Rezende et al., Normalizing Flows on Tori and
	// Spheres, 2020, arXiv:2002.02428.
	CircularTails Tails = "circular"
)

func (t Tails) known() bool {
	return t == IdentityTails || t == FreeTails || t == CircularTails
}

// circular returns the value and log-slope of f, a spline with free slopes,
// wound around the circle: at x less the turns to it.
func circular(x, raw autodiff.Var, args autodiff.Args) (y, logSlope autodiff.Var) {
	k := args.I
	shape := raw.Shape()
	shape.Cols += shape.Cols / (3 * k)
	raw = tieOp.Apply(nil, autodiff.Args{I: k}, shape, raw)
	turns := turnsOp.Apply(nil, autodiff.Args{A: args.A}, x.Shape(), x)
	y, logSlope = splineOp.Apply2(nil, args, x.Shape(), x.Shape(), x.Sub(turns), raw)
	return y.Add(turns), logSlope
}

// turnsOp gives the whole turns 2·B·n that bring x to [−B, B], B being Args.A:
// constants to the gradient.
var turnsOp = &autodiff.Op{
	Name: "bijector.Tails.turns",
	Forward: func(c *autodiff.Call) {
		bound, out := c.Args().A, c.Out(0)
		for i, x := range c.In(0) {
			out[i] = 0
			if math.Abs(x) > bound && !math.IsInf(x, 0) {
				out[i] = x - math.Remainder(x, 2*bound)
			}
		}
	},
	Backward: func(*autodiff.Call) {},
}

// tieOp repeats the first slope of every spline with Args.I bins behind its last.
var tieOp = &autodiff.Op{
	Name: "bijector.Tails.tie",
	Forward: func(c *autodiff.Call) {
		k, out := 3*c.Args().I, c.Out(0)
		for raw := c.In(0); len(raw) > 0; raw, out = raw[k:], out[k+1:] {
			copy(out, raw[:k])
			out[k] = raw[k/3*2]
		}
	},
	Backward: func(c *autodiff.Call) {
		k, draw := 3*c.Args().I, c.InGrad(0)
		for g := c.OutGrad(0); len(draw) > 0; draw, g = draw[k:], g[k+1:] {
			for j, v := range g[:k] {
				draw[j] += v
			}
			draw[k/3*2] += g[k]
		}
	},
}
