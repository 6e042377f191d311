package dist_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// Successes in ten trials whose probability is uniform: every number is as probable.
func ExampleBetaBinomial() {
	b := dist.NewBetaBinomial(1, autodiff.Fixed(10), autodiff.Fixed(1), autodiff.Fixed(1))
	fmt.Printf("%.4f %.4f\n", b.CDF(nil, []float64{0}), b.CDF(nil, []float64{4}))
	// Output:
	// [0.0909] [0.4545]
}
