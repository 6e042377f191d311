package bijector_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

func ExampleBernstein() {
	f := bijector.NewElementwise(1, bijector.Bernstein{Degree: 2})
	f.Raw.Set([]float64{2, 0, -2})
	tape := autodiff.NewTape()
	y := f.Forward(tape.Scalar(-1))
	fmt.Printf("%.6f %.6f\n", y.Value(), f.Inverse(y).Value())
	// Output: -0.072954 -1.000000
}
