package bijector

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// toStandard returns (x − loc)/scale; empty parameters are 0 and 1.
func toStandard(x autodiff.Var, loc, scale param) autodiff.Var {
	return standard(x, loc, scale, inverse)
}

// fromStandard returns loc + scale·z, rounded once; empty parameters are 0 and 1.
func fromStandard(z autodiff.Var, loc, scale param) autodiff.Var {
	return standard(z, loc, scale, forward)
}

func standard(x autodiff.Var, loc, scale param, dir direction) autodiff.Var {
	switch {
	case loc.empty() && scale.empty():
		return x
	case scale.empty() && dir == forward:
		return x.Add(loc.on(x))
	case scale.empty():
		return x.Sub(loc.on(x))
	case loc.empty() && dir == forward:
		return x.Mul(scale.on(x))
	case loc.empty():
		return x.Div(scale.on(x))
	}
	return locScaleOp.Apply(nil, autodiff.Args{J: int(dir)}, x.Shape(), x, loc.on(x), scale.on(x))
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
func cdf(op *autodiff.Op, x autodiff.Var, dir direction, loc, scale param, theta ...autodiff.Var) (v, l autodiff.Var) {
	v, l = scaledCDF(op, x, dir, loc, scale, theta...)
	return v, logScale(l, x, scale, -dir.sign())
}

// scaledCDF is cdf for an op that is prescaled, by one over the scale.
func scaledCDF(op *autodiff.Op, x autodiff.Var, dir direction, loc, scale param, theta ...autodiff.Var) (v, l autodiff.Var) {
	if dir.back() {
		v, l = scalar(op, x, dir, theta...)
		return fromStandard(v, loc, scale), rowSum(l)
	}
	return summed(scalar(op, toStandard(x, loc, scale), dir, theta...))
}

// logScale adds sign·log(scale), for each of the columns of x, to the row sums l, if they are
// asked for.
func logScale(l, x autodiff.Var, scale param, sign float64) autodiff.Var {
	if scale.empty() || l == (autodiff.Var{}) {
		return l
	}
	return l.Add(sumOver(scale.on(x).Log(), x.Cols()).MulConst(sign))
}
