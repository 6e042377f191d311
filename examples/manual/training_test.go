package manual_test

import (
	"context"
	"fmt"
	"iter"
	"log"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// banana returns rows whose second column is about the square of the first.
func banana(n int, seed uint64) *mat.Dense {
	r := rand.New(rand.NewPCG(seed, 2))
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		a := r.NormFloat64()
		x.SetRow(i, []float64{a, a*a + 0.3*r.NormFloat64()})
	}
	return x
}

func Example_fit() {
	x := banana(2000, 1)
	model := flow.NSF(flow.Arch{Dim: 2}, rand.NewPCG(1, 2)) // the source makes the first weights
	result, err := flow.Fit(context.Background(), model, flow.Rows(x), &flow.Settings{Steps: 600, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	truth := math.Log(2*math.Pi*math.E) + math.Log(0.3)
	fmt.Printf("NLL of the held-out rows %.1f, entropy of the banana %.1f\n", result.Loss, truth)
	fmt.Println("better than a normal distribution:", result.Gaussian.Value > 3*result.Gaussian.SE)
	// Output:
	// NLL of the held-out rows 1.8, entropy of the banana 1.6
	// better than a normal distribution: true
}

func Example_stream() {
	rows := func() iter.Seq2[[]float64, error] { // from the beginning each time, such as the lines of a file
		return func(yield func([]float64, error) bool) {
			r := rand.New(rand.NewPCG(1, 2))
			for range 20000 {
				a := r.NormFloat64()
				if !yield([]float64{a, a*a + 0.3*r.NormFloat64()}, nil) {
					return
				}
			}
		}
	}
	model := flow.RealNVP(flow.Arch{Dim: 2, Hidden: []int{16}}, rand.NewPCG(1, 2))
	result, err := flow.Fit(context.Background(), model, flow.Stream(2, rows), &flow.Settings{Steps: 100, Held: flow.Rows(banana(200, 3))})
	fmt.Println(result.Steps, err)
	// Output: 100 <nil>
}

func Example_lbfgs() {
	model := flow.RealNVP(flow.Arch{Dim: 2, Layers: 4, Hidden: []int{16}}, rand.NewPCG(1, 2))
	o, err := flow.NewObjective(model, flow.Rows(banana(500, 1)))
	if err != nil {
		log.Fatal(err)
	}
	defer o.Close()
	before := o.Func(o.X())
	r, err := optimize.Minimize(optimize.Problem{Func: o.Func, Grad: o.Grad}, o.X(),
		&optimize.Settings{MajorIterations: 200, Converger: optimize.NeverTerminate{}}, &optimize.LBFGS{})
	if err != nil && r == nil {
		log.Fatal(err)
	}
	o.Set(r.X)
	fmt.Println("NLL has fallen by more than a nat:", r.F < before-1)
	// Output: NLL has fallen by more than a nat: true
}
