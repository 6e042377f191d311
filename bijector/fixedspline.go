package bijector

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// FixedSpline is the monotone rational-quadratic spline through given knots
// (Xᵢ, Yᵢ) with given slopes Dᵢ, and the straight continuations beyond the
// ends, applied to every column. Between two knots, with w, h the differences,
// s = h/w, t = (x − Xᵢ)/w and u = 1 − t,
//
//	y = Yᵢ + h·(s·t² + Dᵢ·t·u) / q,  q = s·(t² + u²) + (Dᵢ + Dᵢ₊₁)·t·u
//	y′ = s²·(Dᵢ₊₁·t² + 2·s·t·u + Dᵢ·u²) / q²
//
// All terms are positive, and so are those of the equation for t/u that the inverse solves:
// neither direction cancels. Domain and range are Rᵈ. Both directions cost
// O(log n) per element. For slopes and knots that are learned see [Spline]. J. A. Gregory,
// R. Delbourgo, Piecewise rational quadratic interpolation to monotonic data, 1982.
type FixedSpline struct {
	X, Y   []float64 // the knots, ascending
	Slopes []float64 // one per knot, positive
}

// NewFixedSpline returns the spline. It panics unless there are at least two knots, their
// coordinates ascend and the slopes are positive.
func NewFixedSpline(x, y, slopes []float64) *FixedSpline {
	s := &FixedSpline{X: slices.Clone(x), Y: slices.Clone(y), Slopes: slices.Clone(slopes)}
	must(s.Restore())
	return s
}

// Restore checks the fields.
func (s *FixedSpline) Restore() error {
	n := len(s.X)
	if n < 2 || len(s.Y) != n || len(s.Slopes) != n {
		return fmt.Errorf("bijector: FixedSpline: got %d and %d coordinates and %d slopes, want equally many, at least 2", n, len(s.Y), len(s.Slopes))
	}
	for i := range n {
		if d := s.Slopes[i]; !(d > 0) || math.IsInf(d, 0) || math.IsNaN(s.X[i]-s.X[i]+s.Y[i]-s.Y[i]) {
			return fmt.Errorf("bijector: FixedSpline: knot %d: got (%v, %v) with slope %v, want finite numbers and a positive slope", i, s.X[i], s.Y[i], d)
		}
		if i > 0 && !(s.X[i] > s.X[i-1] && s.Y[i] > s.Y[i-1]) {
			return fmt.Errorf("bijector: FixedSpline: knot %d: got (%v, %v) after (%v, %v), want ascending numbers", i, s.X[i], s.Y[i], s.X[i-1], s.Y[i-1])
		}
	}
	return nil
}

// piece returns the spline around v, a value among the knots' coordinates at;
// i is the knot where the straight continuation begins, −1 for none.
func (s *FixedSpline) piece(at []float64, v float64) (p piece, end int) {
	last := len(at) - 1
	switch {
	case !(v > at[0]): // or NaN
		return p, 0
	case v >= at[last]:
		return p, last
	}
	i := sort.SearchFloat64s(at[1:], v) // at[i] < v ≤ at[i+1]
	return piece{s.X[i], s.X[i+1], s.Y[i], s.Y[i+1], s.Slopes[i], s.Slopes[i+1]}, -1
}

// fixedSplineOp has outputs value and log-slope, or slope if it is not asked for; Args.Ref is
// the spline and Args.J the direction. It saves log y′'s derivative by x.
var fixedSplineOp = &autodiff.Op{
	Name: "bijector.FixedSpline",
	Forward: func(c *autodiff.Call) {
		s, x, y, ls := c.Args().Ref.(*FixedSpline), c.In(0), c.Out(0), c.Out(1)
		dlogslope, dir := c.Save(len(x)), direction(c.Args().J)
		for i, v := range x {
			if dir.back() {
				y[i], ls[i], dlogslope[i] = s.at(s.Y, v, piece.inverse, func(e int) float64 { return (v-s.Y[e])/s.Slopes[e] + s.X[e] })
			} else {
				y[i], ls[i], dlogslope[i] = s.at(s.X, v, piece.forward, func(e int) float64 { return kernel.FMA(s.Slopes[e], v-s.X[e], s.Y[e]) })
			}
		}
		if !dir.valueOnly() {
			kernel.Log(ls, ls)
			kernel.Scale(ls, ls, dir.sign())
		}
	},
	Backward: func(c *autodiff.Call) {
		dx, dy, dls := c.InGrad(0), c.OutGrad(0), c.OutGrad(1)
		rate, dir := c.Temp(len(dx)), direction(c.Args().J)
		kernel.Exp(rate, c.Out(1))
		for i, dlogslope := range c.Saved() {
			if dy != nil {
				dx[i] = kernel.FMA(dy[i], rate[i], dx[i])
			}
			switch {
			case dls == nil:
			case dir.back(): // −log y′ at x(y)
				dx[i] = kernel.FMA(-dls[i]*dlogslope, rate[i], dx[i])
			default:
				dx[i] = kernel.FMA(dls[i], dlogslope, dx[i])
			}
		}
	},
}

// at returns the value, y′ and the derivative of log y′ at v, by the piece
// around v or the line that continues knot e.
func (s *FixedSpline) at(knots []float64, v float64, f func(piece, float64) (w, t, u float64), line func(e int) float64) (w, slope, dlogslope float64) {
	p, end := s.piece(knots, v)
	if end >= 0 {
		if s.X[end] == s.Y[end] && s.Slopes[end] == 1 {
			return v, 1, 0 // exactly
		}
		return line(end), s.Slopes[end], 0
	}
	w, t, u := f(p, v)
	num, q := p.parts(t, u)
	r := p.slope() / q
	return w, num * r * r, p.logSlopeByX(t, u)
}

func (s *FixedSpline) apply(x autodiff.Var, dir direction) (v, l autodiff.Var) {
	v, l = fixedSplineOp.Apply2(nil, autodiff.Args{Ref: s, J: int(dir.toApply(x))}, x.Shape(), x.Shape(), x)
	if dir.valueOnly() {
		return v, autodiff.Var{}
	}
	return v, l.RowSum()
}
