package bijector_test

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// showAt prints a map's value at x with the logarithm of its slope, and the way back.
func showAt(b bijector.Bijector, x float64) {
	t := autodiff.NewTape()
	y := b.Forward(t.Matrix(mat.NewDense(1, 1, []float64{x})))
	fmt.Printf("f(%v) = %.4g, log slope %.4g, back %.4g\n", x, y.Value(), -b.ILDJ(y).Value(), b.Inverse(y).Value())
}

func ExampleExp() {
	showAt(bijector.Exp{}, 1)
	// Output:
	// f(1) = 2.718, log slope 1, back 1
}

func ExampleLog() {
	showAt(bijector.Log{}, 2)
	// Output:
	// f(2) = 0.6931, log slope -0.6931, back 2
}

func ExampleExpm1() {
	showAt(bijector.Expm1{}, 1)
	// Output:
	// f(1) = 1.718, log slope 1, back 1
}

func ExampleLog1p() {
	showAt(bijector.Log1p{}, 1)
	// Output:
	// f(1) = 0.6931, log slope -0.6931, back 1
}

func ExampleReciprocal() {
	showAt(bijector.Reciprocal{}, 4)
	// Output:
	// f(4) = 0.25, log slope -2.773, back 4
}

func ExampleSquare() {
	showAt(bijector.Square{}, 3)
	// Output:
	// f(3) = 9, log slope 1.792, back 3
}

func ExamplePower() {
	showAt(bijector.NewPower(-0.5), 4)
	// Output:
	// f(4) = 0.5, log slope -2.773, back 4
}

func ExampleSignedPower() {
	showAt(bijector.NewSignedPower(autodiff.Learned(2)), -3)
	// Output:
	// f(-3) = -9, log slope 1.792, back -3
}

func ExamplePowerTransform() {
	showAt(bijector.NewPowerTransform(autodiff.Fixed(0.5)), 2) // (1 + 0.5·2)²
	// Output:
	// f(2) = 4, log slope 0.6931, back 2
}

func ExampleYeoJohnson() {
	showAt(bijector.NewYeoJohnson(autodiff.Learned(0)), 1) // log(1 + x)
	// Output:
	// f(1) = 0.6931, log slope -0.6931, back 1
}

func ExampleLeakyReLU() {
	showAt(bijector.NewLeakyReLU(autodiff.Learned(0.1)), -2)
	// Output:
	// f(-2) = -0.2, log slope -2.303, back -2
}

func ExampleELU() {
	showAt(bijector.ELU{}, -1)
	// Output:
	// f(-1) = -0.6321, log slope -1, back -1
}

// A positive scale for the first column, a shift for the second.
func ExamplePerColumn() {
	f := bijector.NewElementwise(2, bijector.NewPerColumn(bijector.Affine{Scale: bijector.Exponential}, bijector.Additive{}))
	f.Raw.Set([]float64{0, math.Ln2, 5, 0}) // two for each column, of which the second needs one
	y := f.Forward(autodiff.NewTape().Matrix(mat.NewDense(1, 2, []float64{3, 3})))
	fmt.Printf("%.1f\n", y.Data())
	// Output:
	// [6.0 8.0]
}
