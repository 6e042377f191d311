package bijector_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

func ExampleMixtureCDF() {
	f := bijector.NewElementwise(1, bijector.MixtureCDF{Components: 2, Equal: true})
	f.Raw.Set([]float64{-2, 2, 0.5, 0.5}) // shifts, scales
	tape := autodiff.NewTape()
	y := f.Forward(tape.Scalar(0.3))
	fmt.Printf("%.6f %.6f\n", y.Value(), f.Inverse(y).Value())
	// Output: 0.072037 0.300000
}
