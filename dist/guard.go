package dist

import (
	"math"

	"github.com/normflow/normflow/autodiff"
)

// guardOp has inputs x (n×d), lo and hi (1×1 or 1×d). Its first output is x
// where lo ≤ x ≤ hi, or x is NaN, and elsewhere a point inside: formulas see no
// value outside their domain, and no gradient flows there. Its second output is
// 0 inside and −Inf outside.
//
// Args.I = 1 is the guard of integers: x must be one, and has no gradient.
var guardOp = &autodiff.Op{
	Name: "Guard",
	Forward: func(c *autodiff.Call) {
		x, lo, hi, d := c.In(0), c.In(1), c.In(2), c.InShape(0).Cols
		in, penalty, integer := c.Out(0), c.Out(1), c.Args().I == 1
		for i, j := 0, 0; i < len(x); i, j = i+1, j+1 {
			if j == d {
				j = 0
			}
			v, lo, hi := x[i], of(lo, j), of(hi, j)
			in[i], penalty[i] = v, 0
			if v < lo || v > hi || math.IsInf(v, 0) || integer && v != math.Floor(v) && v == v {
				in[i], penalty[i] = between(lo, hi), math.Inf(-1)
				if integer {
					in[i] = math.Floor(in[i])
				}
			}
		}
	},
	Backward: func(c *autodiff.Call) {
		dx, dy, penalty := c.InGrad(0), c.OutGrad(0), c.Out(1)
		if dx == nil || dy == nil || c.Args().I == 1 {
			return
		}
		for i, p := range penalty {
			if p == 0 {
				dx[i] += dy[i]
			}
		}
	},
}

// guard returns x brought inside [lo, hi], and what to add to a log-density.
func guard(x, lo, hi autodiff.Var) (inside, penalty autodiff.Var) {
	return guardOp.Apply2(nil, autodiff.Args{}, x.Shape(), x.Shape(), x, lo, hi)
}

// within returns f(x) where lo ≤ x ≤ hi and −Inf elsewhere and at infinity.
func within(lo, hi float64, f func(x autodiff.Var, p vars) autodiff.Var) func(autodiff.Var, vars) autodiff.Var {
	return func(x autodiff.Var, p vars) autodiff.Var {
		in, penalty := guard(x, x.Tape().Scalar(lo), x.Tape().Scalar(hi))
		return f(in, p).Add(penalty)
	}
}

// integers returns f(x) at the integers of [lo, hi] and −Inf elsewhere.
func integers(x, lo, hi autodiff.Var) (inside, penalty autodiff.Var) {
	return guardOp.Apply2(nil, autodiff.Args{I: 1}, x.Shape(), x.Shape(), x, lo, hi)
}

// finite returns x without infinities, and −Inf for the rows that held one.
func finite(x autodiff.Var) (inside, penalty autodiff.Var) {
	t := x.Tape()
	inside, penalty = guard(x, t.Scalar(math.Inf(-1)), t.Scalar(math.Inf(1)))
	return inside, penalty.RowSum()
}

// settled returns the log-densities lp of the rows of x, −Inf where one is NaN though the row is none: its parts overflow,
// or it is outside the support in two ways.
func settled(lp, x autodiff.Var) autodiff.Var {
	in, _ := finite(x)
	return settledOp.of(lp, in.MulConst(0).RowSum())
}

// settledOp has inputs log p and what is NaN where x is.
var settledOp = newFused("Settled",
	func(x args) float64 {
		if math.IsNaN(x[0]) && !math.IsNaN(x[1]) {
			return math.Inf(-1)
		}
		return x[0]
	},
	func(args) args { return args{1, 0} })

// of returns number j of a row, or the only number of a scalar.
func of(v []float64, j int) float64 {
	if len(v) == 1 {
		return v[0]
	}
	return v[j]
}

// between returns a point well inside an interval.
func between(lo, hi float64) float64 {
	switch a, b := math.IsInf(lo, -1), math.IsInf(hi, 1); {
	case a && b:
		return 0
	case a:
		return hi - 1
	case b:
		return lo + 1
	}
	return middle(lo, hi)
}
