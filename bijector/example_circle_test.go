package bijector_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// Hours of a day from −12 to 12, six hours later.
func ExampleCircularShift() {
	later := bijector.NewCircularShift(autodiff.Fixed(6), 12)
	tape := autodiff.NewTape()
	for _, x := range []float64{-3, 4, 9} {
		y := later.Forward(tape.Scalar(x))
		fmt.Println(x, y.Value(), later.Inverse(y).Value())
	}
	// Output:
	// -3 3 -3
	// 4 10 4
	// 9 -9 9
}

// A map of the circle that begins as half a turn.
func ExampleOpposite() {
	f := bijector.NewElementwise(1, bijector.Opposite{Map: bijector.Spline{Bound: 12}, Bound: 12})
	tape := autodiff.NewTape()
	for _, x := range []float64{-3, 4} {
		fmt.Printf("%.3f\n", f.Forward(tape.Scalar(x)).Value())
	}
	// Output:
	// 9.000
	// -8.000
}
