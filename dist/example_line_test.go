package dist_test

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// The median and the upper percentile; the tails fall as e⁻ᶻ.
func ExampleLaplace() {
	l := dist.NewLaplace(1, autodiff.Fixed(1), autodiff.Fixed(2))
	fmt.Printf("%.3f %.3f\n", l.Quantile(nil, []float64{0.5}), l.Quantile(nil, []float64{0.99}))
	// Output:
	// [1.000] [8.824]
}

// The Cauchy distribution has quartiles, but no mean.
func ExampleCauchy() {
	c := dist.NewCauchy(1, autodiff.Fixed(0), autodiff.Fixed(3))
	fmt.Printf("%.3f %v\n", c.Quantile(nil, []float64{0.75}), c.Mean(nil))
	// Output:
	// [3.000] [NaN]
}

// The level that the largest of a year exceeds once in a hundred years.
func ExampleGumbel() {
	g := dist.NewGumbel(1, autodiff.Fixed(20), autodiff.Fixed(4))
	fmt.Printf("%.2f\n", g.Quantile(nil, []float64{0.99}))
	// Output:
	// [38.40]
}

// Small tail probabilities keep their digits.
func ExampleStudentT() {
	t := dist.NewStudentT(1, autodiff.Fixed(5), autodiff.Fixed(0), autodiff.Fixed(1))
	fmt.Printf("%.6g\n", t.Survival(nil, []float64{1000}))
	// Output:
	// [9.49007e-15]
}

// Powers between the Laplace and the normal distribution and beyond, one per column.
func ExampleGeneralizedNormal() {
	g := dist.NewGeneralizedNormal(3, autodiff.Fixed(0), autodiff.Fixed(1), autodiff.Fixed(1, 2, 8))
	fmt.Printf("%.4f\n", g.Variance(nil))
	// Output:
	// [2.0000 0.5000 0.3146]
}

func ExampleJohnsonSU() {
	j := dist.NewJohnsonSU(1, autodiff.Fixed(-1), autodiff.Fixed(2), autodiff.Fixed(0), autodiff.Fixed(1))
	fmt.Printf("%.4f %.4f\n", j.Mean(nil), j.Variance(nil))
	// Output:
	// [0.5905] [0.4234]
}

func ExampleSinhArcsinh() {
	s := dist.NewSinhArcsinh(1, autodiff.Fixed(0.5), autodiff.Fixed(1), autodiff.Fixed(0), autodiff.Fixed(1))
	fmt.Printf("%.4f\n", s.Quantile(nil, []float64{0.5}))
	// Output:
	// [0.5211]
}

// Heavier tails, the same median.
func ExampleLambertWNormal() {
	h := dist.NewLambertWNormal(1, autodiff.Fixed(0), autodiff.Fixed(1), autodiff.Fixed(0.2))
	fmt.Printf("%.3f %.3f\n", h.Quantile(nil, []float64{0.5}), h.Quantile(nil, []float64{0.999}))
	// Output:
	// [0.000] [8.030]
}

func ExampleMoyal() {
	m := dist.NewMoyal(1, autodiff.Fixed(0), autodiff.Fixed(1))
	fmt.Printf("%.4f %.4f\n", m.Mean(nil), m.Mode(nil))
	// Output:
	// [1.2704] [0.0000]
}

// Twice as wide on the right as a normal distribution, half as wide on the left.
func ExampleTwoPieceNormal() {
	t := dist.NewTwoPieceNormal(1, autodiff.Fixed(0), autodiff.Fixed(1), autodiff.Fixed(2))
	fmt.Printf("%.3f\n", t.CDF(nil, []float64{0}))
	// Output:
	// [0.200]
}

// A negative shape bounds the maxima.
func ExampleGEV() {
	g := dist.NewGEV(1, autodiff.Fixed(1), autodiff.Fixed(0.5), autodiff.Fixed(-0.25))
	fmt.Println(g.Support().High, g.LogProb([]float64{3.5}))
	// Output:
	// [3] -Inf
}

// A reaction time: normal and exponential parts add up.
func ExampleExponentiallyModifiedGaussian() {
	e := dist.NewExponentiallyModifiedGaussian(1, autodiff.Fixed(0.4), autodiff.Fixed(0.05), autodiff.Fixed(5))
	fmt.Printf("%.3f %.4f\n", e.Mean(nil), e.Variance(nil))
	// Output:
	// [0.600] [0.0425]
}

func ExampleNormalInverseGaussian() {
	n := dist.NewNormalInverseGaussian(1, autodiff.Fixed(2), autodiff.Fixed(0.5), autodiff.Fixed(0), autodiff.Fixed(1))
	fmt.Printf("%.4f %.4f\n", n.LogProb([]float64{0}), n.CDF(nil, []float64{0}))
	// Output:
	// -0.4822 [0.3676]
}

func ExampleSigmoidBeta() {
	s := dist.NewSigmoidBeta(1, autodiff.Fixed(2), autodiff.Fixed(2))
	fmt.Printf("%.4f %.4f\n", s.LogProb([]float64{0}), s.Variance(nil))
	// Output:
	// -0.9808 [1.2899]
}

func ExampleExpGamma() {
	e := dist.NewExpGamma(1, autodiff.Fixed(2), autodiff.Fixed(1))
	fmt.Printf("%.4f %.4f\n", e.Mean(nil), e.Mode(nil))
	// Output:
	// [0.4228] [0.6931]
}

func ExampleSkewNormal() {
	s := dist.NewSkewNormal(1, autodiff.Fixed(0), autodiff.Fixed(1), autodiff.Fixed(2))
	fmt.Printf("%.4f %.4f %.4f\n", s.Mean(nil), s.Mode(nil), s.CDF(nil, []float64{0}))
	// Output:
	// [0.7136] [0.5308] [0.1476]
}

// The largest of 100 normal numbers.
func ExampleOrderStatistic() {
	o := dist.NewOrderStatistic(dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(1)), autodiff.Fixed(100), autodiff.Fixed(100))
	fmt.Printf("%.4f %.4f\n", o.Mean(nil), o.Quantile(nil, []float64{0.5}))
	// Output:
	// [2.5076] [2.4620]
}

// Lifetimes in years: one unit failed at 2.5, one in its third year, one has not failed in five.
func ExampleColumns_LogCensored() {
	w := dist.NewWeibull(1, autodiff.Fixed(1.5), autodiff.Fixed(4))
	tape := autodiff.NewTape()
	low, high := tape.View(3, 1, []float64{2.5, 2, 5}), tape.View(3, 1, []float64{2.5, 3, math.Inf(1)})
	fmt.Printf("%.4f\n", w.LogCensored(low, high).Data())
	// Output:
	// [-1.7099 -1.7154 -1.3975]
}

// The power of a t test of 10 numbers, one-sided at 5 %, where the mean is a standard deviation above 0.
func ExampleNoncentralT() {
	threshold := dist.NewStudentT(1, autodiff.Fixed(9), autodiff.Fixed(0), autodiff.Fixed(1)).Quantile(nil, []float64{0.95})
	n := dist.NewNoncentralT(1, autodiff.Fixed(9), autodiff.Fixed(math.Sqrt(10)), autodiff.Fixed(0), autodiff.Fixed(1))
	fmt.Printf("%.4f\n", n.Survival(nil, threshold)[0])
	// Output:
	// 0.8975
}
