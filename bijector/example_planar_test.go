package bijector_test

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// Rows are spread along the first column, near where it is 0.
func ExamplePlanar() {
	show(&bijector.Planar{W: row([]float64{1, 0}), U: row([]float64{2, 0}), B: row([]float64{0})}, 0, 5)
	// Output: [0 5] → [0 5] → [0 5], log|det| 0.7547
}

// Rows are pushed away from 0.
func ExampleRadial() {
	show(&bijector.Radial{Center: autodiff.NewParam(1, 2, nil), A: row([]float64{0}), B: row([]float64{3})}, 3, 4)
	// Output: [3 4] → [4.241 5.655] → [3 4], log|det| 0.3954
}
