// First is the program of the README: it learns a curved density of two columns.
//
//	go run ./examples/first
//
//ci:run
package main

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

func main() {
	x := mat.NewDense(1000, 2, nil) // your data, one sample a row
	for i := range 1000 {
		a := rand.NormFloat64()
		x.SetRow(i, []float64{a, a*a + 0.3*rand.NormFloat64()})
	}

	model, report, err := flow.Learn(context.Background(), flow.Rows(x), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report)                             // what was tried and chosen, and how good it is
	fmt.Println(model.LogProb([]float64{0.5, 0.1})) // log-density in nats

	batch := mat.NewDense(1000, 2, nil)
	model.Sample(batch) // a thousand new rows
}
