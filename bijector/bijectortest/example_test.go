package bijectortest_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
)

// In a test: bijectortest.Run(t, c).
func ExampleCase() {
	c := bijectortest.Case{B: bijector.NewScale(autodiff.Learned(2)), X: bijectortest.Normal(10, 3)}
	fmt.Println(c.X.Dims())
	// Output: 10 3
}
