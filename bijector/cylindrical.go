package bijector

import (
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/special"
)

// Cylindrical maps an angle θ and heights h₂ … h_d between −1 and 1 to the unit sphere in Rᵈ⁺¹, one dimension after the other:
//
//	y = (cos θ, sin θ) on the circle,  then y ← (√(1 − hₖ²)·y, hₖ) for k = 2 … d
//
// Its log-determinant is that of the d-dimensional volume on the sphere, Σₖ (k/2 − 1)·log(1 − hₖ²): on the sphere in R³ it is 0. Maps of the angle by circular splines or [Moebius] and of the heights
// by a [Spline] with Bound 1 are so a flow on the sphere. Inverse gives angles from −π to π, and NaN for a row whose length is not 1 within 10⁻⁸, whose
// log-determinant is −∞; within that it scales y to length 1. The poles, where a height is ±1, have no angle: what maps before make of it there a density
// does not see. Both directions cost O(d) a row.
//
// Danilo Jimenez Rezende et al., Normalizing Flows on Tori and Spheres, 2020, arXiv:2002.02428.
type Cylindrical struct{}

// Forward returns y, n×d → n×(d+1).
func (Cylindrical) Forward(x autodiff.Var) autodiff.Var {
	θ := x.Slice(0, 1)
	y := autodiff.Concat(θ.Cos(), θ.Sin())
	for k := 1; k < x.Cols(); k++ {
		h := x.Slice(k, k+1)
		y = autodiff.Concat(y.Mul(around(h).Sqrt()), h)
	}
	return y
}

// around returns 1 − h², a positive number at the poles too.
func around(h autodiff.Var) autodiff.Var {
	return h.AddConst(1).Mul(h.Neg().AddConst(1)).Max(h.Tape().Scalar(leastAround))
}

// leastAround has a root whose reciprocal's square is a float64 number.
const leastAround = 0x1p-500

// Inverse returns the angle and hₖ = yₖ₊₁/‖(y₁ … yₖ₊₁)‖, n×(d+1) → n×d.
func (Cylindrical) Inverse(y autodiff.Var) autodiff.Var {
	x := angleOp.Apply(nil, autodiff.Args{}, autodiff.Shape{Rows: y.Rows(), Cols: 1}, y.Slice(0, 2))
	for k := 2; k < y.Cols(); k++ {
		x = autodiff.Concat(x, y.Slice(k, k+1).Div(size(y, k+1).Sqrt()))
	}
	off := y.Tape().Scalar(math.NaN())
	return autodiff.Where(near(y).Greater(y.Tape().Scalar(0)), x, off)
}

// offSphere is how far from 1 the length of a row may be: rounding.
const offSphere = 1e-8

// near returns a positive number for rows on the sphere, n×1.
func near(y autodiff.Var) autodiff.Var {
	return size(y, y.Cols()).Sqrt().AddConst(-1).Abs().Neg().AddConst(offSphere).Detach()
}

// size returns the squared length of the first k columns, a positive number at the poles too.
func size(y autodiff.Var, k int) autodiff.Var {
	return y.Slice(0, k).SquareRowSum().Max(y.Tape().Scalar(leastAround))
}

// ILDJ returns −Σₖ (k/2 − 1)·log(1 − hₖ²), by the lengths of which 1 − hₖ² is the quotient.
func (Cylindrical) ILDJ(y autodiff.Var) autodiff.Var {
	l := zero(y)
	for k := 3; k < y.Cols(); k++ {
		share := size(y, k).Log().Sub(size(y, k+1).Log())
		l = l.Sub(share.MulConst(0.5*float64(k) - 1))
	}
	return within(l.Expand(y.Rows(), 1), near(y))
}

// ForwardFLDJ returns y and Σₖ (k/2 − 1)·log(1 − hₖ²).
func (c Cylindrical) ForwardFLDJ(x autodiff.Var) (y, fldj autodiff.Var) {
	fldj = zero(x)
	for k := 3; k <= x.Cols(); k++ {
		fldj = fldj.Add(around(x.Slice(k-1, k)).Log().MulConst(0.5*float64(k) - 1))
	}
	return c.Forward(x), fldj
}

// angleOp gives the angle of points of the plane, n×2, between −π and π.
var angleOp = &autodiff.Op{
	Name: "bijector.Cylindrical.angle",
	Forward: func(c *autodiff.Call) {
		y, out := c.In(0), c.Out(0)
		for i := range out {
			a, b := y[2*i], y[2*i+1]
			half := special.Atan(b / (math.Abs(a) + math.Sqrt(float64(a*a)+float64(b*b))))
			switch {
			case a == 0 && b == 0:
				out[i] = 0
			case a < 0:
				out[i] = math.Copysign(math.Pi, b) - 2*half
			default:
				out[i] = 2 * half
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		dy := c.InGrad(0)
		if dy == nil {
			return
		}
		y := c.In(0)
		for i, d := range c.OutGrad(0) {
			a, b := y[2*i], y[2*i+1]
			if s := float64(a*a) + float64(b*b); s > 0 {
				dy[2*i] = kernel.FMA(-d/s, b, dy[2*i])
				dy[2*i+1] = kernel.FMA(d/s, a, dy[2*i+1])
			}
		}
	},
}
