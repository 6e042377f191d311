package disttest_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/dist/disttest"
)

// In a test: disttest.Run(t, c).
func ExampleCase() {
	c := disttest.Case{
		Dist:    dist.NewLaplace(1, autodiff.Learned(0), autodiff.Learned(2)),
		Corners: []float64{0},
	}
	fmt.Println(c.Dist.Dim(), "column, corners at", c.Corners)
	// Output: 1 column, corners at [0]
}
