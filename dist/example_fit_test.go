package dist_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Two clusters of rows.
var clustered = mat.NewDense(8, 2, []float64{0, 0, 0.1, 0.2, -0.1, 0.1, 0, -0.2, 5, 5, 5.2, 4.9, 4.9, 5.1, 5, 5.1})

func ExampleFitGaussianMixture() {
	m, err := dist.FitGaussianMixture(clustered, &dist.MixtureSettings{Components: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d %.2f\n", len(m.Parts), m.Mean(nil))
	// Output:
	// 2 [2.51 2.52]
}

// As many components as other rows ask for.
func ExampleFitStudentTMixture() {
	x := mat.NewDense(500, 2, nil)
	bumps.Draw(x, rand.NewPCG(1, 2))
	m, err := dist.FitStudentTMixture(x, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d %.1f\n", len(m.Parts), m.LogProb([]float64{10, 0}))
	// Output: 3 -9.8
}

// A budget in multiply-adds, where a shorter search is enough.
func ExampleMixtureSettings() {
	s := &dist.MixtureSettings{Budget: 1e6, Weights: []float64{1, 1, 1, 1, 2, 2, 2, 2}}
	m, err := dist.FitStudentTMixture(clustered, s)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f\n", m.Mean(nil))
	// Output:
	// [3.4 3.4]
}

// One row far away widens the tails rather than the middle.
func ExampleFitMultivariateStudentT() {
	x := mat.NewDense(7, 1, []float64{-1, -0.5, 0, 0.5, 1, 0.2, 1000})
	m, err := dist.FitMultivariateStudentT(x, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f %.1f\n", m.Mode(nil), m.DF.Numbers())
	// Output:
	// [0.1] [0.7]
}

func ExampleFitMultivariateNormal() {
	m, err := dist.FitMultivariateNormal(clustered, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f %.2f\n", m.Mean(nil), m.Variance(nil))
	// Output:
	// [2.51 2.52] [8.13 8.05]
}

// Two folds, each of which judges by what the other fits.
func ExampleFitStudentTMixtureFolds() {
	x := mat.NewDense(500, 2, nil)
	bumps.Draw(x, rand.NewPCG(1, 2))
	one, two := x.Slice(0, 250, 0, 2), x.Slice(250, 500, 0, 2)
	ms, err := dist.FitStudentTMixtureFolds([]dist.MixtureFold{{Train: one, Held: two}, {Train: two, Held: one}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range ms {
		fmt.Printf("%d %.1f\n", len(m.Parts), m.LogProb([]float64{10, 0}))
	}
	// Output:
	// 3 -9.9
	// 3 -9.7
}
