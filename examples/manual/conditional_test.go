package manual_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

func Example_conditional() {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 3000
	hour, load := mat.NewDense(n, 1, nil), mat.NewDense(n, 1, nil)
	for i := range n {
		h := 24 * r.Float64()
		hour.Set(i, 0, h)
		spread := 1 + h/12 // evenings are less certain
		load.Set(i, 0, 10+5*math.Sin(h*math.Pi/12)+spread*r.NormFloat64())
	}
	model := flow.NSF(flow.Arch{Dim: 1, Cond: 1}, rand.NewPCG(1, 2))
	if _, err := flow.Fit(context.Background(), model, flow.Rows(load).Given(hour), &flow.Settings{Steps: 1000}); err != nil {
		log.Fatal(err)
	}
	// the truth is 15 ± 1.5 and 5 ± 2.5
	for _, h := range []float64{6, 18} {
		at := model.Given(mat.NewDense(1, 1, []float64{h})) // an ordinary distribution
		draws := mat.NewDense(20000, 1, nil)
		at.Draw(draws, rand.NewPCG(3, 4))
		mean, deviation := stat.MeanStdDev(mat.Col(nil, 0, draws), nil)
		fmt.Printf("at %2.0f h: %2.0f ± %.1f\n", h, mean, deviation)
	}
	// Output:
	// at  6 h: 15 ± 1.5
	// at 18 h:  5 ± 2.6
}

func Example_eachContext() {
	model := flow.RealNVP(flow.Arch{Dim: 2, Cond: 3}, rand.NewPCG(1, 2))
	contexts := mat.NewDense(4, 3, []float64{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1})
	rows := mat.NewDense(4, 2, []float64{1, 2, 1, 2, 1, 2, 1, 2})
	fmt.Println("one row for each context:", len(model.GivenEach(contexts, 1).LogProbs(nil, rows)))

	samples := mat.NewDense(4*100, 2, nil)
	model.GivenEach(contexts, 100).Sample(samples) // rows 0 to 99 are given the first context
	fmt.Println(samples.Dims())
	// Output:
	// one row for each context: 4
	// 400 2
}
