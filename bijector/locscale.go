package bijector

import (
	"cmp"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// toStandard returns (x − loc)/scale; empty values are 0 and 1.
func toStandard(what string, x autodiff.Var, loc, scale autodiff.Value) autodiff.Var {
	return standard(what, x, loc, scale, inverse)
}

// fromStandard returns loc + scale·z, rounded once; empty values are 0 and 1.
func fromStandard(what string, z autodiff.Var, loc, scale autodiff.Value) autodiff.Var {
	return standard(what, z, loc, scale, forward)
}

func standard(what string, x autodiff.Var, loc, scale autodiff.Value, dir direction) autodiff.Var {
	switch {
	case loc.IsZero() && scale.IsZero():
		return x
	case scale.IsZero() && dir == forward:
		return x.Add(row(what, loc, x))
	case scale.IsZero():
		return x.Sub(row(what, loc, x))
	case loc.IsZero() && dir == forward:
		return x.Mul(row(what, scale, x))
	case loc.IsZero():
		return x.Div(row(what, scale, x))
	}
	return locScaleOp.Apply(nil, autodiff.Args{J: int(dir)}, x.Shape(), x, row(what, loc, x), row(what, scale, x))
}

// locScaleOp has the inputs z, loc and scale and the output loc + scale·z, or
// with Args.J inverse x, loc and scale and (x − loc)/scale.
var locScaleOp = &autodiff.Op{
	Name: "bijector.LocScale",
	Forward: func(c *autodiff.Call) {
		y, x := c.Out(0), c.In(0)
		scale := c.Temp(len(y))
		repeat(y, c.In(1))
		repeat(scale, c.In(2))
		if direction(c.Args().J) == forward {
			kernel.MulAdd(y, x, scale)
			return
		}
		kernel.Sub(y, x, y)
		kernel.Div(y, y, scale)
	},
	Backward: func(c *autodiff.Call) {
		g, z, sign := c.OutGrad(0), c.In(0), 1.0
		scale := c.Temp(len(g))
		repeat(scale, c.In(2))
		if direction(c.Args().J) == inverse {
			rest := c.Temp(len(g))
			kernel.Div(rest, g, scale)
			g, z, sign = rest, c.Out(0), -1
			if dx := c.InGrad(0); dx != nil {
				kernel.Accumulate(dx, g)
			}
		} else if dz := c.InGrad(0); dz != nil {
			kernel.MulAdd(dz, g, scale)
		}
		kernel.Scale(scale, g, sign)
		if d := c.InGrad(1); d != nil {
			gather(d, scale, c.OutShape(0))
		}
		if d := c.InGrad(2); d != nil {
			kernel.Mul(scale, scale, z)
			gather(d, scale, c.OutShape(0))
		}
	},
}

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
