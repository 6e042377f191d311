package anomaly_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/anomaly"
	"gonum.org/v1/gonum/mat"
)

// normal returns rows of two columns, the second about the square of the first.
func normal(n int, seed uint64) *mat.Dense {
	r := rand.New(rand.NewPCG(seed, 2))
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		a := r.NormFloat64()
		x.SetRow(i, []float64{a, a*a + 0.1*r.NormFloat64()})
	}
	return x
}

// settings make the examples quick; nil is better.
var settings = &anomaly.Settings{Budget: 1e10}

// learnNormal is anomaly.Learn of such rows, once.
var learnNormal = sync.OnceValues(func() (*anomaly.Detector, error) {
	return anomaly.Learn(context.Background(), flow.Rows(normal(1000, 1)), settings)
})

func ExampleDetector() {
	detector, err := anomaly.Learn(context.Background(), flow.Rows(normal(1000, 1)), settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	rows := mat.NewDense(4, 2, []float64{
		0.5, 0.3,
		0.5, 2, // within the range of both columns, but not of both together
		-9, 1,
		math.NaN(), 1,
	})
	alarms := detector.Threshold(0.01) // one in a hundred normal rows
	for _, r := range detector.Results(rows) {
		fmt.Println(r.Score >= alarms, r.P <= 0.01, r.Status, r.Column)
	}
	var file bytes.Buffer // or an *os.File
	if err := detector.Save(&file); err != nil {
		fmt.Println(err)
		return
	}
	loaded, err := anomaly.Load(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(loaded.Threshold(0.01) == alarms)
	// Output:
	// false false ok -1
	// true true ok -1
	// true true outside 0
	// false false not a number 0
	// true
}

func ExampleSettings() {
	_, err := anomaly.Learn(context.Background(), flow.Rows(normal(100, 1)), &anomaly.Settings{Seed: 1, Budget: -1})
	fmt.Println(err)
	// Output: anomaly: Learn: Settings.Budget: got -1, want at least 0
}

func ExampleDiscoveries() {
	// of a batch of four rows, those of which at most a tenth are expected to be false alarms
	fmt.Println(anomaly.Discoveries([]float64{0.001, 0.7, 0.04, 0.09}, 0.1))
	// Output: [true false true false]
}

func ExampleRankPValues() {
	// of five rows; those with p ≤ 0.2 are a fifth of them
	fmt.Println(anomaly.RankPValues([]float64{0.1, 7, -0.4, 0.1, math.NaN(), 2}))
	// Output: [0.8 0.2 1 0.8 NaN 0.4]
}

func ExampleOutliers() {
	table := normal(500, 1)
	table.SetRow(7, []float64{0.5, 5})
	scores, err := anomaly.Outliers(context.Background(), table, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	odder := 0
	for _, s := range scores {
		if s > scores[7] {
			odder++
		}
	}
	fmt.Println(odder, "of 500 rows are odder than row 7")
	// Output: 0 of 500 rows are odder than row 7
}

func ExampleDetector_Stream() {
	detector, err := learnNormal()
	if err != nil {
		fmt.Println(err)
		return
	}
	rows := func(yield func([]float64, error) bool) { // such as lines of a file
		for i := range 100000 {
			if a := float64(i % 3); !yield([]float64{a, a * a}, nil) {
				return
			}
		}
	}
	n := 0
	for result, err := range detector.Stream(rows) {
		if err != nil {
			fmt.Println(err)
			return
		}
		var s anomaly.Status = result.Status
		if s == anomaly.OK && result.P > 0.01 {
			n++
		}
		if n == 3000 {
			break
		}
	}
	fmt.Println(n)
	// Output: 3000
}

func ExampleExplanation() {
	detector, err := learnNormal()
	if err != nil {
		fmt.Println(err)
		return
	}
	var e *anomaly.Explanation
	if e, err = detector.Explain([]float64{0.5, -3}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("p below 0.01: %t; column 1 adds %.0f %% of the score\n", e.P < 0.01, 100*e.Columns[1]/(e.Columns[0]+e.Columns[1]))
	fmt.Println("it would be likely near 0.25:", math.Abs(e.Nearest[1]-0.25) < 0.3, e.Nearest[0])
	// Output:
	// p below 0.01: true; column 1 adds 100 % of the score
	// it would be likely near 0.25: true 0.5
}

func ExampleColumnDrift() {
	detector, err := learnNormal()
	if err != nil {
		fmt.Println(err)
		return
	}
	window := normal(300, 2)
	for i := range 300 {
		window.Set(i, 1, window.At(i, 1)+1)
	}
	var drifts []anomaly.ColumnDrift = detector.ColumnDrifts(window)
	for _, c := range drifts {
		fmt.Println(c.Column, c.P < 0.001)
	}
	// Output:
	// 0 false
	// 1 true
}

func ExampleDrift() {
	detector, err := learnNormal()
	if err != nil {
		fmt.Println(err)
		return
	}
	window := normal(300, 2)
	for i := range 300 {
		window.Set(i, 1, window.At(i, 1)+0.5) // a sensor that has moved
	}
	var before, after *anomaly.Drift = detector.Drift(detector.Scores(nil, normal(300, 3))), detector.Drift(detector.Scores(nil, window))
	fmt.Println(before.P > 0.05, after.P > 0.05, after.Odder > 0.6)
	// Output: true false true
}

func ExampleResult() {
	var r anomaly.Result = anomaly.Result{Score: 9.2, P: 1e-4, Status: anomaly.Outside, Column: 3}
	fmt.Printf("p = %v: %s, column %d\n", r.P, r.Status, r.Column)
	// Output: p = 0.0001: outside, column 3
}
