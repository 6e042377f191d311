package bijector_test

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// y₁ = x₁ + tanh x₁, y₂ = x₂ + tanh x₂: one hidden unit for each column, and weights of 0 from the first to the second.
func ExampleBlockAutoregressive() {
	zeros := func() *autodiff.Param { return autodiff.NewParam(1, 2, nil) }
	b := &bijector.BlockAutoregressive{
		W:    []*autodiff.Param{autodiff.NewParam(2, 2, nil), autodiff.NewParam(2, 2, nil)}, // exp 0 between units of a column
		S:    []*autodiff.Param{zeros(), zeros()},
		B:    []*autodiff.Param{zeros(), zeros()},
		Tail: autodiff.Fixed(1),
	}
	if err := b.Restore(); err != nil {
		panic(err)
	}
	show(b, 0, 1)
	// Output: [0 1] → [0 1.762] → [0 1], log|det| 1.0438
}
