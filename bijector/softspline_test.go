package bijector_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

func ExampleSoftSpline() {
	f := bijector.NewElementwise(1, bijector.SoftSpline{Bins: 4})
	f.Raw.Set([]float64{1, 0, 0, 0, 0, 0, 0, 1, 0.5, 0, -0.5}) // widths, heights, slopes
	tape := autodiff.NewTape()
	y := f.Forward(tape.Scalar(0.3))
	fmt.Printf("%.6f %.6f\n", y.Value(), f.Inverse(y).Value())
	// Output: -1.859623 0.300000
}
