package bijector_test

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// Along both directions rows are spread near 0; the reflection swaps the columns first.
func ExampleSylvester() {
	b := &bijector.Sylvester{
		Axes: autodiff.FixedMatrix(mat.NewDense(1, 2, []float64{1, -1})),
		R:    row([]float64{1, 0.5, 1}), // r₁₁, r₁₂, r₂₂
		S:    row([]float64{1, 0, 1}),
		B:    row([]float64{0, 0}),
	}
	if err := b.Restore(); err != nil {
		panic(err)
	}
	show(b, 1, 2)
	// Output: [1 2] → [1.488 3.012] → [1 2], log|det| 0.3889
}
