package bijector_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// NICE: the log-determinant is 0.
func ExampleAdditive() {
	f := bijector.NewElementwise(2, bijector.Additive{})
	f.Raw.Set([]float64{1, -1})
	tape := autodiff.NewTape()
	y := f.Forward(tape.Matrix(mat.NewDense(1, 2, []float64{10, 10})))
	fmt.Println(y.Data(), f.ILDJ(y).Value())
	// Output: [11 9] 0
}

func ExampleScaleMap() {
	tape := autodiff.NewTape()
	for _, m := range []bijector.ScaleMap{bijector.SoftClipScale, bijector.Exponential, bijector.TanhScale} {
		f := bijector.NewElementwise(1, bijector.Affine{Scale: m})
		f.Raw.Set([]float64{0, 5}) // t and s
		_, logSlope := f.ForwardFLDJ(tape.Scalar(0))
		fmt.Printf("%q %.3f\n", string(m), logSlope.Value())
	}
	// Output:
	// "" 2.901
	// "exp" 5.000
	// "tanh" 1.973
}

// Half of what passes where the gate's parameter is 0.
func ExampleGatedLinearUnit() {
	tape := autodiff.NewTape()
	y, logSlope := bijector.GatedLinearUnit{}.Forward(tape.Scalar(3), tape.Scalar(0))
	fmt.Printf("%.4f %.4f\n", y.Value(), logSlope.Value())
	// Output: 1.5000 -0.6931
}
