package dist_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// Successes in ten trials whose probability is uniform: every count is as probable.
func ExampleBetaBinomial() {
	b := dist.NewBetaBinomial(1, autodiff.Fixed(10), autodiff.Fixed(1), autodiff.Fixed(1))
	fmt.Printf("%.4f %.4f\n", b.CDF(nil, []float64{0}), b.CDF(nil, []float64{4}))
	// Output:
	// [0.0909] [0.4545]
}

// Counts of which a third is 0 whatever the rate.
func ExampleZeroInflated() {
	z := dist.NewZeroInflated(dist.NewPoisson(1, autodiff.Fixed(2)), autodiff.Fixed(0.25))
	fmt.Printf("%.4f %.4f %.4f\n", z.CDF(nil, []float64{0}), z.Mean(nil), z.Variance(nil))
	// Output:
	// [0.3515] [1.5000] [2.2500]
}

// A count with the spread of a wide logistic distribution.
func ExampleQuantized() {
	q := dist.NewQuantized(dist.NewLogistic(1, autodiff.Fixed(10), autodiff.Fixed(2)))
	fmt.Printf("%.4f %v\n", q.LogProb([]float64{10}), q.LogProb([]float64{10.5}))
	// Output:
	// -2.0846 -Inf
}
