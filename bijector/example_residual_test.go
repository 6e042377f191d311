package bijector_test

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

// One layer without LipSwish is linear: y = x + x·W, where W, of norm 2, counts as W·0.5/2.
func ExampleResidual() {
	b := &bijector.Residual{
		W:     []*autodiff.Param{autodiff.NewParam(2, 2, []float64{0, 2, 0, 0})},
		B:     []*autodiff.Param{autodiff.NewParam(1, 2, nil)},
		Bound: 0.5,
	}
	if err := b.Restore(); err != nil {
		panic(err)
	}
	show(b, 1, 1)
	// Output: [1 1] → [1 1.5] → [1 1], log|det| 0.0000
}
