package dist_test

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

// Sums of logarithms: a row of two waiting times.
func ExampleExponential() {
	e := dist.NewExponential(2, autodiff.Fixed(1, 0.5))
	fmt.Printf("%.4f %v\n", e.LogProb([]float64{1, 2}), e.LogProb([]float64{-1, 2}))
	// Output:
	// -2.6931 -Inf
}

func ExampleGamma() {
	g := dist.NewGamma(1, autodiff.Fixed(2), autodiff.Fixed(3))
	fmt.Printf("%.4f %.4f %.4f\n", g.Mean(nil), g.Mode(nil), g.CDF(nil, []float64{1}))
	// Output:
	// [0.6667] [0.3333] [0.8009]
}

// The 95 % point of a test with three degrees of freedom.
func ExampleChiSquared() {
	c := dist.NewChiSquared(1, autodiff.Fixed(3))
	fmt.Printf("%.4f\n", c.Quantile(nil, []float64{0.95}))
	// Output:
	// [7.8147]
}

// The mean length of a standard normal row of three.
func ExampleChi() {
	c := dist.NewChi(1, autodiff.Fixed(3))
	fmt.Printf("%.4f\n", c.Mean(nil))
	// Output:
	// [1.5958]
}

func ExampleInverseGamma() {
	i := dist.NewInverseGamma(1, autodiff.Fixed(3), autodiff.Fixed(2))
	fmt.Println(i.Mean(nil), i.Variance(nil), i.Mode(nil))
	// Output:
	// [1] [1] [0.5]
}

func ExampleInverseGaussian() {
	i := dist.NewInverseGaussian(1, autodiff.Fixed(2), autodiff.Fixed(4))
	fmt.Printf("%.4f %.4f\n", i.CDF(nil, []float64{2}), i.Variance(nil))
	// Output:
	// [0.6277] [2.0000]
}

func ExampleLogNormal() {
	l := dist.NewLogNormal(1, autodiff.Fixed(0), autodiff.Fixed(0.5))
	fmt.Printf("%.4f %.4f\n", l.Mean(nil), l.Quantile(nil, []float64{0.5}))
	// Output:
	// [1.1331] [1.0000]
}

func ExampleLogLogistic() {
	l := dist.NewLogLogistic(1, autodiff.Fixed(1), autodiff.Fixed(0.25))
	fmt.Printf("%.4f %.4f\n", l.Mean(nil), l.Survival(nil, []float64{5}))
	// Output:
	// [3.0193] [0.0803]
}

// A failure rate that rises with age.
func ExampleWeibull() {
	w := dist.NewWeibull(1, autodiff.Fixed(2), autodiff.Fixed(10))
	fmt.Printf("%.4f\n", w.Survival(nil, []float64{5}))
	// Output:
	// [0.7788]
}

// The variance is infinite, the mean is not.
func ExamplePareto() {
	p := dist.NewPareto(1, autodiff.Fixed(1.5), autodiff.Fixed(1))
	fmt.Println(p.Mean(nil), p.Variance(nil))
	// Output:
	// [3] [+Inf]
}

func ExampleGPD() {
	g := dist.NewGPD(1, autodiff.Fixed(10), autodiff.Fixed(2), autodiff.Fixed(0.25))
	fmt.Printf("%.4f %.4f\n", g.Mean(nil), g.Quantile(nil, []float64{0.999}))
	// Output:
	// [12.6667] [46.9873]
}

func ExampleHalfNormal() {
	h := dist.NewHalfNormal(1, autodiff.Fixed(1))
	fmt.Printf("%.4f %.4f\n", h.Mean(nil), h.CDF(nil, []float64{1}))
	// Output:
	// [0.7979] [0.6827]
}

func ExampleHalfCauchy() {
	h := dist.NewHalfCauchy(1, autodiff.Fixed(0), autodiff.Fixed(5))
	fmt.Printf("%.4f\n", h.Quantile(nil, []float64{0.5}))
	// Output:
	// [5.0000]
}

func ExampleHalfStudentT() {
	h := dist.NewHalfStudentT(1, autodiff.Fixed(4), autodiff.Fixed(0), autodiff.Fixed(1))
	fmt.Printf("%.4f %.4f\n", h.Mean(nil), h.CDF(nil, []float64{1}))
	// Output:
	// [1.0000] [0.6261]
}

// Far from the centre, where the distribution functions are 1 to all digits.
func ExampleTruncated() {
	t := dist.NewTruncated(dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(1)), autodiff.Fixed(30), autodiff.Fixed(40))
	fmt.Printf("%.6f %.4f\n", t.Mean(nil), t.LogProb([]float64{30}))
	// Output:
	// [30.033260] 3.4023
}

// The share of people who reach 80 and 100, when the risk of a year doubles in 8 years.
func ExampleGompertz() {
	g := dist.NewGompertz(1, autodiff.Fixed(0.0005), autodiff.Fixed(math.Ln2/8))
	fmt.Printf("%.3f %.3f\n", g.Survival(nil, []float64{80}), g.Survival(nil, []float64{100}))
	// Output:
	// [0.600] [0.055]
}

// Two variances, from 5 and 9 numbers: how often their quotient is above 4 if they are the same.
func ExampleF() {
	f := dist.NewF(1, autodiff.Fixed(4), autodiff.Fixed(8))
	fmt.Printf("%.4f\n", f.Survival(nil, []float64{4}))
	// Output:
	// [0.0453]
}

// The power of a test: how often a sum of 4 squares with noncentrality 9 exceeds the 95 % point of those with none.
func ExampleNoncentralChiSquared() {
	threshold := dist.NewChiSquared(1, autodiff.Fixed(4)).Quantile(nil, []float64{0.95})
	n := dist.NewNoncentralChiSquared(1, autodiff.Fixed(4), autodiff.Fixed(9))
	fmt.Printf("mean %.0f, variance %.0f\n", n.Mean(nil)[0], n.Variance(nil)[0])
	fmt.Printf("power %.4f\n", n.Survival(nil, threshold)[0])
	// Output:
	// mean 13, variance 44
	// power 0.6635
}
