package dist_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

func ExampleStdNormal() {
	base := dist.NewStdNormal(2)
	x := mat.NewDense(3, 2, nil)
	base.Draw(x, rand.NewPCG(1, 2))
	fmt.Printf("%.4f\n", base.LogProb([]float64{0, 1}))
	// Output: -2.3379
}

// A normal distribution whose mean is learned: the tape differentiates the
// log-density in it.
func ExampleNormal() {
	n := dist.NewNormal(1, autodiff.Learned(1), autodiff.Fixed(2))
	tape := autodiff.NewTape()
	lp := n.LogDensity(tape.Matrix(mat.NewDense(2, 1, []float64{3, 4})))
	tape.Backward(lp.Sum())
	fmt.Println(tape.Grad(tape.Params()[0])) // Σ (x−μ)/σ²
	// Output: [1.25]
}

func ExampleUniform() {
	box := dist.NewUniform(2, autodiff.Fixed(0, -1), autodiff.Fixed(1))
	fmt.Println(box.Support().Low, box.Support().High)
	fmt.Printf("%.4f %v\n", box.LogProb([]float64{0.5, 0}), box.LogProb([]float64{0.5, 2}))
	// Output:
	// [0 -1] [1 1]
	// -0.6931 -Inf
}

func ExampleLogistic() {
	l := dist.NewLogistic(1, autodiff.Fixed(0), autodiff.Fixed(1))
	fmt.Printf("%.3f %.3f\n", l.CDF(nil, []float64{2}), l.Quantile(nil, []float64{0.25}))
	// Output: [0.881] [-1.099]
}

func ExampleColumns() {
	c := dist.NewColumns(3, &dist.Logistic{Loc: autodiff.Fixed(1, 2, 3), Scale: autodiff.Fixed(1)})
	fmt.Println(c.Mean(nil), c.Entropy())
	// Output: [1 2 3] 6
}
