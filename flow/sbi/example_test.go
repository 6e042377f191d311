package sbi_test

import (
	"bytes"
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

// A ball is thrown at an unknown speed and angle; seen is where it lands and when, not exactly.
func Example() {
	simulator := &sbi.Simulator{
		Prior: dist.NewUniform(2, autodiff.Fixed(5, 0.2), autodiff.Fixed(30, 1.4)), // m/s, radians
		Dim:   2,
		Run: func(theta, x []float64, r *rand.Rand) error {
			up, along := theta[0]*math.Sin(theta[1]), theta[0]*math.Cos(theta[1])
			flight := 2 * up / 9.81
			x[0] = along*flight + r.NormFloat64()   // m
			x[1] = flight * (1 + r.NormFloat64()/9) // s
			return nil
		},
	}
	posterior, report, err := sbi.Learn(context.Background(), simulator, &sbi.Settings{Simulations: 1500, Budget: 6e9})
	if err != nil {
		log.Fatal(err)
	}
	seen := mat.NewDense(1, 2, []float64{40, 2.9})
	samples, err := posterior.Sample(context.Background(), seen, 1000, 1)
	if err != nil {
		log.Fatal(err)
	}
	speed := mat.Col(nil, 0, samples.Theta)
	fmt.Printf("%d simulations, speed about %.0f m/s\n", report.Simulations, stat.Mean(speed, nil))
	// Output: 1500 simulations, speed about 20 m/s
}

// Simulations that exist already, some of which failed.
func ExampleLearnFrom() {
	s := normal(1)
	run := s.Run
	s.Run = func(theta, x []float64, r *rand.Rand) error {
		if r.IntN(10) == 0 {
			return fmt.Errorf("the solver gave up")
		}
		return run(theta, x, r)
	}
	var sims *sbi.Simulations
	sims, err := sbi.Simulate(context.Background(), s, 1600, 1)
	if err != nil {
		log.Fatal(err)
	}
	failed, _ := sims.Failed.Dims()
	fmt.Println("one in ten failed:", failed > 100 && failed < 220)

	var report *sbi.Report
	posterior, report, err := sbi.LearnFrom(context.Background(), s, sims, &sbi.Settings{Budget: 1e9})
	if err != nil {
		log.Fatal(err)
	}
	var samples *sbi.Samples
	samples, err = posterior.Sample(context.Background(), mat.NewDense(2, 1, []float64{0, 5}), 100, 1)
	if err != nil {
		log.Fatal(err)
	}
	var second sbi.Observation = samples.Observations[1]
	fmt.Println("draws of both:", samples.Theta.RawMatrix().Rows, "effective:", second.Importance.ESS > 100, second.Warning == "")
	fmt.Println("the likelihood counts:", report.Weight > 0.1)
	// Output:
	// one in ten failed: true
	// draws of both: 200 effective: true true
	// the likelihood counts: true
}

// A posterior in a file, and whether it is right.
func ExamplePosterior_Calibrate() {
	s := normal(1)
	posterior, _, err := sbi.Learn(context.Background(), s, &sbi.Settings{Simulations: 400, Budget: 3e8, Direct: true})
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	if err := posterior.Save(&file); err != nil {
		log.Fatal(err)
	}
	var loaded *sbi.Posterior
	if loaded, err = sbi.Load(&file); err != nil {
		log.Fatal(err)
	}
	var c *sbi.Calibration
	if c, err = loaded.Calibrate(context.Background(), s, 30, 20, 2); err != nil {
		log.Fatal(err)
	}
	fmt.Println("ranks:", c.Ranks.P > 0.01, "coverage:", c.Coverage.P > 0.01)
	// Output: ranks: true coverage: true
}
