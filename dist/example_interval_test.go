package dist_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

func ExampleBeta() {
	b := dist.NewBeta(1, autodiff.Fixed(2), autodiff.Fixed(3))
	fmt.Printf("%.3f %.4f\n", b.Mean(nil), b.CDF(nil, []float64{0.5}))
	// Output:
	// [0.400] [0.6875]
}

func ExampleKumaraswamy() {
	k := dist.NewKumaraswamy(1, autodiff.Fixed(2), autodiff.Fixed(3))
	fmt.Printf("%.4f %.4f\n", k.CDF(nil, []float64{0.5}), k.Mode(nil))
	// Output:
	// [0.5781] [0.4472]
}

func ExampleLogitNormal() {
	l := dist.NewLogitNormal(1, autodiff.Fixed(0), autodiff.Fixed(1))
	fmt.Printf("%.4f %.4f\n", l.Mean(nil), l.Variance(nil))
	// Output:
	// [0.5000] [0.0434]
}

// An estimate from the least, the likeliest and the greatest duration.
func ExamplePERT() {
	p := dist.NewPERT(1, autodiff.Fixed(2), autodiff.Fixed(3), autodiff.Fixed(8), autodiff.Fixed(4))
	fmt.Printf("%.4f %.4f\n", p.Mean(nil), p.Quantile(nil, []float64{0.9}))
	// Output:
	// [3.6667] [5.1116]
}

func ExampleTriangular() {
	t := dist.NewTriangular(1, autodiff.Fixed(0), autodiff.Fixed(4), autodiff.Fixed(1))
	fmt.Printf("%.4f %.4f\n", t.Mean(nil), t.LogProb([]float64{1}))
	// Output:
	// [1.6667] -0.6931
}

func ExampleVonMises() {
	v := dist.NewVonMises(1, autodiff.Fixed(0), autodiff.Fixed(4))
	fmt.Printf("%.4f %.4f\n", v.LogProb([]float64{0}), v.CDF(nil, []float64{1}))
	// Output:
	// -0.2628 [0.9668]
}

func ExampleBernoulli() {
	b := dist.NewBernoulli(2, autodiff.Fixed(0.25, 0.5))
	fmt.Printf("%.4f %v\n", b.LogProb([]float64{1, 0}), b.LogProb([]float64{0.5, 0}))
	// Output:
	// -2.0794 -Inf
}

func ExampleBinomial() {
	b := dist.NewBinomial(1, autodiff.Fixed(10), autodiff.Fixed(0.5))
	fmt.Printf("%.4f %.4f\n", b.CDF(nil, []float64{3}), b.Quantile(nil, []float64{0.9}))
	// Output:
	// [0.1719] [7.0000]
}

func ExampleCategorical() {
	c := dist.NewCategorical(dist.FixedWeights(1, 2, 5))
	fmt.Printf("%.4f %v\n", c.LogProb([]float64{2}), c.Mode(nil))
	// Output:
	// -0.4700 [2]
}

func ExampleGeometric() {
	g := dist.NewGeometric(1, autodiff.Fixed(0.25))
	fmt.Printf("%.4f %.4f\n", g.Mean(nil), g.Survival(nil, []float64{4}))
	// Output:
	// [3.0000] [0.2373]
}

func ExampleNegativeBinomial() {
	n := dist.NewNegativeBinomial(1, autodiff.Fixed(2.5), autodiff.Fixed(0.5))
	fmt.Printf("%.4f %.4f\n", n.Mean(nil), n.Variance(nil))
	// Output:
	// [2.5000] [5.0000]
}

func ExamplePoisson() {
	p := dist.NewPoisson(1, autodiff.Fixed(3))
	fmt.Printf("%.4f %v\n", p.CDF(nil, []float64{2}), p.Quantile(nil, []float64{0.95}))
	// Output:
	// [0.4232] [6]
}

// The chance that the home side scores more goals.
func ExampleSkellam() {
	s := dist.NewSkellam(1, autodiff.Fixed(1.6), autodiff.Fixed(1.1))
	fmt.Printf("%.4f\n", s.Survival(nil, []float64{0}))
	// Output:
	// [0.4896]
}

func ExampleZipf() {
	z := dist.NewZipf(1, autodiff.Fixed(3))
	fmt.Printf("%.4f %.4f\n", z.LogProb([]float64{1}), z.Mean(nil))
	// Output:
	// -0.1840 [1.3684]
}

func ExampleHistogram() {
	h := dist.NewHistogram([]float64{0, 1, 4}, dist.FixedWeights(1, 3))
	fmt.Printf("%.4f %.4f %.4f\n", h.LogProb([]float64{2}), h.CDF(nil, []float64{2}), h.Quantile(nil, []float64{0.5}))
	// Output:
	// -1.3863 [0.5000] [2.0000]
}
