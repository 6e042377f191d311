package bijector_test

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// A spline whose ends have slopes of their own, with which it goes on.
func ExampleTails() {
	f := bijector.NewElementwise(1, bijector.Spline{Bins: 2, Bound: 1, Tails: bijector.FreeTails})
	f.Raw.Set([]float64{1, 0, 0, 1, -1, 0, 2}) // widths, heights, slopes
	tape := autodiff.NewTape()
	for _, x := range []float64{-2, 0.3, 2} {
		y := f.Forward(tape.Scalar(x))
		fmt.Printf("%.6f %.6f\n", y.Value(), f.Inverse(y).Value())
	}
	// Output:
	// -1.490268 -2.000000
	// -0.586128 0.300000
	// 3.616672 2.000000
}

// A map of angles: those that name one direction go to one direction.
func ExampleSpline() {
	f := bijector.NewElementwise(1, bijector.Spline{Bins: 3, Bound: math.Pi, Tails: bijector.CircularTails})
	f.Raw.Set([]float64{1, 0, 0, 0, 0, 1, 0.5, 0, 0}) // widths, heights, slopes
	tape := autodiff.NewTape()
	for _, x := range []float64{0.5, 0.5 + 2*math.Pi} {
		y := f.Forward(tape.Scalar(x)).Value()
		fmt.Printf("%.6f %.6f\n", math.Sin(y), math.Cos(y))
	}
	// Output:
	// -0.977922 -0.208969
	// -0.977922 -0.208969
}
