package bijector_test

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

func ExampleSoftplus() {
	showAt(bijector.NewSoftplus(autodiff.Fixed(0.5), autodiff.Fixed(1)), 0.5) // above 1
	// Output:
	// f(0.5) = 1.657, log slope -0.3133, back 0.5
}

func ExampleSigmoid() {
	showAt(bijector.NewSigmoid(autodiff.Fixed(-1), autodiff.Fixed(3)), 1) // between −1 and 3
	// Output:
	// f(1) = 1.924, log slope -0.2402, back 1
}

func ExampleTanh() {
	showAt(bijector.Tanh{}, 1)
	// Output:
	// f(1) = 0.7616, log slope -0.8676, back 1
}

func ExampleLeakyTanh() {
	showAt(bijector.NewLeakyTanh(autodiff.Fixed(1)), 3)
	// Output:
	// f(3) = 1.602, log slope -0.8676, back 3
}

func ExampleSoftsign() {
	showAt(bijector.Softsign{}, 3)
	// Output:
	// f(3) = 0.75, log slope -2.773, back 3
}

func ExampleArctan() {
	showAt(bijector.Arctan{}, 1) // a quarter of π
	// Output:
	// f(1) = 0.7854, log slope -0.6931, back 1
}

func ExampleSoftClip() {
	showAt(bijector.NewSoftClip(autodiff.Fixed(0), autodiff.Fixed(10), autodiff.Fixed(0.1)), 9.9) // nearly the identity within the bounds
	// Output:
	// f(9.9) = 9.869, log slope -0.3133, back 9.9
}

func ExampleSoftfloor() {
	showAt(bijector.NewSoftfloor(autodiff.Fixed(0.1)), 2.7)
	// Output:
	// f(2.7) = 2.048, log slope -0.7811, back 2.7
}

func ExampleSinh() {
	showAt(bijector.Sinh{}, 1)
	// Output:
	// f(1) = 1.175, log slope 0.4338, back 1
}

func ExampleSinhArcsinh() {
	showAt(bijector.NewSinhArcsinh(autodiff.Learned(0), autodiff.Learned(1.5)), 2) // f(2) = 2 without skewness
	// Output:
	// f(2) = 2, log slope 0.3202, back 2
}

func ExampleJohnsonSU() {
	showAt(bijector.NewJohnsonSU(autodiff.Learned(0), autodiff.Learned(2), autodiff.Learned(1), autodiff.Learned(3)), 2)
	// Output:
	// f(2) = 4.526, log slope 0.8392, back 2
}

func ExampleLambertWTail() {
	showAt(bijector.NewLambertWTail(autodiff.Value{}, autodiff.Value{}, autodiff.Learned(0.2)), 2)
	// Output:
	// f(2) = 2.984, log slope 0.9878, back 2
}

func ExampleTukeyGH() {
	showAt(bijector.NewTukeyGH(autodiff.Learned(0.5), autodiff.Learned(0.1)), 1)
	// Output:
	// f(1) = 1.364, log slope 0.6258, back 1
}

func ExampleLogTanh() {
	showAt(bijector.NewLogTanh(autodiff.Fixed(1), autodiff.Value{}), 3)
	// Output:
	// f(3) = 1.223, log slope -1.966, back 3
}
