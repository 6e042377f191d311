package dist_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

func ExampleMultivariateNormal() {
	n, err := dist.NewCovarianceNormal(autodiff.Fixed(0), mat.NewSymDense(2, []float64{2, 1, 1, 2}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f %.4f\n", n.LogProb([]float64{1, 1}), n.Entropy())
	// Output:
	// -2.7205 3.3872
}

func ExamplePrecisionNormal() {
	n, err := dist.NewPrecisionNormal(autodiff.Fixed(0), mat.NewSymDense(2, []float64{2, 1, 1, 2}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f %.4f\n", n.LogProb([]float64{1, 1}), n.Variance(nil))
	// Output:
	// -4.2886 [0.6667 0.6667]
}

// One common factor and noise of its own for each of three columns.
func ExampleLowRankNormal() {
	w := autodiff.NewParam(3, 1, []float64{1, 2, -1})
	n := dist.NewLowRankNormal(autodiff.Fixed(0), autodiff.Fixed(0.5), w)
	fmt.Printf("%.4f %.2f\n", n.LogProb([]float64{1, 2, -1}), n.Variance(nil))
	// Output:
	// -2.7668 [1.25 4.25 1.25]
}

func ExampleMultivariateStudentT() {
	l := autodiff.NewParam(2, 2, []float64{1, 0, 0.5, 1})
	t := dist.NewMultivariateStudentT(autodiff.Fixed(5), autodiff.Fixed(0), l)
	fmt.Printf("%.4f %.4f\n", t.LogProb([]float64{1, 1}), t.Variance(nil))
	// Output:
	// -2.6189 [1.6667 2.0833]
}

func ExampleDirichlet() {
	d := dist.NewDirichlet(3, autodiff.Fixed(2, 3, 1))
	fmt.Printf("%.4f %.4f\n", d.LogProb([]float64{0.25, 0.5, 0.25}), d.Mean(nil))
	// Output:
	// 1.3218 [0.3333 0.5000 0.1667]
}

// Two bumps, and which of them a value came from.
func ExampleMixture() {
	m := dist.NewMixture(dist.FixedWeights(1, 3),
		dist.NewNormal(1, autodiff.Fixed(-2), autodiff.Fixed(1)),
		dist.NewNormal(1, autodiff.Fixed(2), autodiff.Fixed(1)))
	x := autodiff.NewTape().Matrix(mat.NewDense(1, 1, []float64{0}))
	fmt.Printf("%.4f %.2f %.2f\n", m.LogDensity(x).Value(), m.Mean(nil), m.Responsibilities(x).Data())
	// Output:
	// -2.9189 [1.00] [0.25 0.75]
}

// A base with one heavy-tailed and two normal columns.
func ExampleJoint() {
	j := dist.NewJoint(dist.NewStudentT(1, autodiff.Fixed(3), autodiff.Fixed(0), autodiff.Fixed(1)), dist.NewStdNormal(2))
	fmt.Printf("%d %.4f\n", j.Dim(), j.LogProb([]float64{0, 0, 0}))
	// Output:
	// 3 -2.8388
}

func ExampleKernelDensity() {
	k := dist.NewKernelDensity(mat.NewDense(4, 1, []float64{0, 1, 2, 5}), autodiff.Value{}) // Scott's bandwidth
	fmt.Printf("%.4f %.4f\n", k.LogProb([]float64{1}), k.Mean(nil))
	// Output:
	// -1.8012 [2.0000]
}

func ExampleRelaxedCategorical() {
	c := dist.NewRelaxedCategorical(autodiff.Fixed(0.5), dist.FixedWeights(1, 1, 2))
	fmt.Printf("%.4f %.4f\n", c.LogProb([]float64{0.1, 0.1, 0.8}), c.LogProb([]float64{0.2, 0.4, 0.4}))
	// Output:
	// 0.8010 -0.6659
}

// Correlation matrices of three variables have a volume of π²/2.
func ExampleLKJCholesky() {
	k := dist.NewLKJCholesky(3, autodiff.Fixed(1))
	fmt.Printf("%.4f\n", k.LogProb([]float64{1, 0, 0, 0.6, 0.8, 0, 0, 0.6, 0.8}))
	// Output:
	// -1.8195
}

// The scatter of one column is a multiple of a chi-square number, and this is its root.
func ExampleWishartCholesky() {
	w := dist.NewWishartCholesky(autodiff.Fixed(5), autodiff.NewParam(1, 1, []float64{1}))
	c := dist.NewChiSquared(1, autodiff.Fixed(5))
	fmt.Printf("%.4f %.4f\n", w.LogProb([]float64{2}), c.LogProb([]float64{4})+math.Log(4))
	// Output:
	// -0.5518 -0.5518
}

// Directions near (0.6, 0.8), and the concentration found again.
func ExampleVonMisesFisher() {
	m := dist.NewVonMisesFisher(autodiff.Fixed(3, 4), autodiff.Fixed(10))
	fmt.Printf("%.4f %.4f %.4f\n", m.LogProb([]float64{0.6, 0.8}), m.LogProb([]float64{-0.6, -0.8}), m.Mean(nil))
	x := mat.NewDense(10000, 2, nil)
	m.Draw(x, rand.NewPCG(1, 2))
	fitted, err := dist.FitVonMisesFisher(x, nil)
	fmt.Printf("%.2f %.1f %v\n", fitted.MeanDirection.Numbers(), fitted.Concentration.Numbers(), err)
	// Output:
	// 0.2192 -19.7808 [0.5692 0.7589]
	// [0.60 0.80] [10.2] <nil>
}
