package sbi_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow/sbi"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Twenty measurements in no order, of unknown mean and deviation: a set. The summary of so small a budget is a rough one.
func ExampleSimulator_set() {
	s := &sbi.Simulator{
		Prior: dist.NewUniform(2, autodiff.Fixed(-3, 0.5), autodiff.Fixed(3, 2)),
		Dim:   20,
		Set:   1, // each measurement is one number
		Run: func(theta, x []float64, r *rand.Rand) error {
			for i := range x {
				x[i] = theta[0] + theta[1]*r.NormFloat64()
			}
			return nil
		},
	}
	mean := means(s, func(x []float64) {
		for i := range x {
			x[i] = 1 + math.Sin(float64(i))
		}
	})
	fmt.Printf("mean %.1f, deviation %.1f\n", mean[0], mean[1])
	// Output: mean 1.0, deviation 1.0
}

// A time series: what is left of a decay of unknown rate and size, at forty times.
func ExampleSimulator_series() {
	s := &sbi.Simulator{
		Prior:  dist.NewUniform(2, autodiff.Fixed(0.02, 1), autodiff.Fixed(0.3, 5)), // rate, size
		Dim:    40,
		Series: 1, // each time has one number
		Run: func(theta, x []float64, r *rand.Rand) error {
			for t := range x {
				x[t] = theta[1]*math.Exp(-theta[0]*float64(t)) + r.NormFloat64()/5
			}
			return nil
		},
	}
	mean := means(s, func(x []float64) {
		for t := range x {
			x[t] = 3*math.Exp(-0.1*float64(t)) + math.Sin(float64(17*t))/4
		}
	})
	fmt.Printf("rate %.1f\n", mean[0])
	// Output: rate 0.1
}

// means learns the posterior of a simulator, and returns the means of parameters given the observation that fill makes.
func means(s *sbi.Simulator, fill func(x []float64)) []float64 {
	ctx := context.Background()
	posterior, _, err := sbi.Learn(ctx, s, &sbi.Settings{Simulations: 1000, Budget: 1e10, Direct: true})
	if err != nil {
		log.Fatal(err)
	}
	seen := mat.NewDense(1, s.Dim, nil)
	fill(seen.RawRowView(0))
	samples, err := posterior.Sample(ctx, seen, 1000, 1)
	if err != nil {
		log.Fatal(err)
	}
	var mean []float64
	for j := range s.Prior.Dim() {
		mean = append(mean, stat.Mean(mat.Col(nil, j, samples.Theta), nil))
	}
	return mean
}
