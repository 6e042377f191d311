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

// A map of two pieces, the lower of which has twice the slope of the upper.
func ExampleLinearSpline() {
	f := bijector.NewElementwise(1, bijector.LinearSpline{Bins: 2, Bound: 3})
	f.Raw.Set([]float64{math.Ln2, 0})
	printBothWays(f, -3, 0, 2, 4)
	// Output:
	// -3.000 → -3.000 → -3.000
	// 0.000 → 1.000 → 0.000
	// 2.000 → 2.333 → 2.000
	// 4.000 → 4.000 → 4.000
}

func printBothWays(f bijector.Bijector, at ...float64) {
	tape := autodiff.NewTape()
	for _, x := range at {
		y := f.Forward(tape.Scalar(x))
		fmt.Printf("%.3f → %.3f → %.3f\n", x, y.Value(), f.Inverse(y).Value())
	}
}

// Three pieces, with a high slope at the lower of the knots between them.
func ExampleQuadraticSpline() {
	f := bijector.NewElementwise(1, bijector.QuadraticSpline{Bins: 3, Bound: 3})
	f.Raw.Set([]float64{0, 0, 0, 2, -2}) // widths, heights
	printBothWays(f, -2, 0, 1, 4)
	// Output:
	// -2.000 → -1.779 → -2.000
	// 0.000 → 1.329 → 0.000
	// 1.000 → 1.886 → 1.000
	// 4.000 → 4.000 → 4.000
}

// Most of the height for the lower of two pieces.
func ExampleCubicSpline() {
	f := bijector.NewElementwise(1, bijector.CubicSpline{Bins: 2, Bound: 3})
	f.Raw.Set([]float64{0, 0, 1, 0, 0, 0}) // widths, heights, slopes at the ends
	printBothWays(f, -2, 0, 1, 4)
	// Output:
	// -2.000 → -1.436 → -2.000
	// 0.000 → 1.384 → 0.000
	// 1.000 → 2.127 → 1.000
	// 4.000 → 4.000 → 4.000
}

// A high slope where two pieces meet.
func ExampleLinearRationalSpline() {
	f := bijector.NewElementwise(1, bijector.LinearRationalSpline{Bins: 2, Bound: 3})
	f.Raw.Set([]float64{0, 0, 1, 0, 2, 0, 0}) // widths, heights, slope, λ
	printBothWays(f, -2, 0, 1, 4)
	// Output:
	// -2.000 → -1.925 → -2.000
	// 0.000 → 1.384 → 0.000
	// 1.000 → 2.270 → 1.000
	// 4.000 → 4.000 → 4.000
}
