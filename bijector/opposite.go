package bijector

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
)

// Opposite is a univariate of the circle [−Bound, Bound), whose ends are one point: what Map, which keeps the ends in
// their place, does with the opposite point.
//
//	g(x) = Map(x + Bound) for x < 0,  Map(x − Bound) for x ≥ 0
//
// It is a bijection of the circle; outside of [−Bound, Bound] it is Map. As a map of the line it jumps at 0. Zeros as raw
// parameters are half a turn. With a [SoftSpline] it is the circular spline of the Python library zuko, and with Map's slopes
// at the ends alike it has a continuous slope. It costs what Map costs.
type Opposite struct {
	Map   Univariate
	Bound float64 // 0 is π
}

// Restore checks the fields.
func (o Opposite) Restore() error {
	if err := checkCircle("Opposite", o.Bound); err != nil {
		return err
	}
	if _, nested := o.Map.(Opposite); nested {
		return fmt.Errorf("bijector: Opposite: got one of another, want a map of the interval")
	}
	return checkMap("Opposite", o.Map)
}

// Params returns the number of parameters of Map.
func (o Opposite) Params() int { return o.Map.Params() }

// Forward returns g(x) and the logarithm of its slope.
func (o Opposite) Forward(x, raw autodiff.Var) (y, logSlope autodiff.Var) {
	return o.Map.Forward(o.turned(x), raw)
}

// Inverse returns g⁻¹(y) and the logarithm of its slope.
func (o Opposite) Inverse(y, raw autodiff.Var) (x, logSlope autodiff.Var) {
	x, logSlope = o.Map.Inverse(y, raw)
	return o.turned(x), logSlope
}

func (o Opposite) turned(x autodiff.Var) autodiff.Var {
	bound := orDefault(o.Bound, math.Pi)
	return turned(x, x.Tape().Scalar(bound), bound)
}
