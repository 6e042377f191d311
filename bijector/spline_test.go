package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// Raw parameters that all rows share are used in blocks of rows.
func TestSplineSharedByRows(t *testing.T) {
	s := bijector.Spline{Bins: 3}
	raw := mat.NewDense(1, 16, nil)
	for j := range 16 {
		raw.Set(0, j, math.Sin(float64(j*j)))
	}
	for _, rows := range []int{1, 2, 63, 64, 65, 130} {
		x := mat.NewDense(rows, 2, nil)
		for i := range rows {
			x.Set(i, 0, 4*math.Sin(float64(i)))
			x.Set(i, 1, 3*math.Cos(float64(3*i)))
		}
		for _, f := range []func(x, raw autodiff.Var) (y, ls autodiff.Var){s.Forward, s.Inverse} {
			gradtest.Check(t, func(v ...autodiff.Var) autodiff.Var {
				y, ls := f(v[0], v[1])
				return y.Add(ls)
			}, x, raw)
		}
	}
}
