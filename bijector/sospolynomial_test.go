package bijector_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

func ExampleSOSPolynomial() {
	f := bijector.NewElementwise(1, bijector.SOSPolynomial{Polynomials: 1, Degree: 1, Bound: 1})
	f.Raw.Set([]float64{0, 3, 0.5}) // (1 + 3u)², a shift
	tape := autodiff.NewTape()
	y := f.Forward(tape.Scalar(2))
	fmt.Printf("%.6f %.6f\n", y.Value(), f.Inverse(y).Value())
	// Output: 38.502000 2.000000
}
