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

// Hours of a day from −12 to 12, drawn towards 0.
func ExampleMoebius() {
	f := bijector.NewElementwise(1, bijector.Moebius{Components: 1, Bound: 12})
	f.Raw.Set([]float64{-0.5, 0, 0}) // log α, β, weight
	tape := autodiff.NewTape()
	for _, x := range []float64{-12, -6, 0, 6} {
		y := f.Forward(tape.Scalar(x))
		fmt.Printf("%.3f %.3f\n", y.Value(), f.Inverse(y).Value())
	}
	// Output:
	// -12.000 -12.000
	// -4.280 -6.000
	// 0.000 0.000
	// 4.280 6.000
}
