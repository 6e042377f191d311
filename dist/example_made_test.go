package dist_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Bits, each of which depends on those before.
func ExampleMADE() {
	m := dist.NewMADE(masked.Spec{Dim: 8, Hidden: []int{32}, Act: nn.ReLU}, dist.BernoulliHead{}, rand.NewPCG(1, 2))
	x := mat.NewDense(5, 8, nil)
	m.Draw(x, rand.NewPCG(3, 4))
	tape := autodiff.NewTape()
	fmt.Println(m.LogDensity(tape.Matrix(x)).Dims())
	// Output: 5 1
}

// Real numbers given a context.
func ExampleMADE_Given() {
	m := dist.NewMADE(masked.Spec{Dim: 2, Hidden: []int{16}, Cond: 3, Act: nn.Tanh}, dist.MixtureHead{Components: 4}, rand.NewPCG(1, 2))
	tape := autodiff.NewTape()
	posterior := m.Given(tape.Zeros(1, 3))
	x := mat.NewDense(1000, 2, nil)
	posterior.Draw(x, rand.NewPCG(3, 4))
	fmt.Println(posterior.LogDensity(tape.Matrix(x)).Dims())
	// Output: 1000 1
}

// An ensemble over orders is trained member by member.
func ExampleMADE_Member() {
	m := dist.NewMADEEnsemble(masked.Spec{Dim: 4, Hidden: []int{16}, Act: nn.ReLU}, dist.CategoricalHead{Classes: 3}, 8, true, rand.NewPCG(1, 2))
	x := mat.NewDense(2, 4, []float64{0, 1, 2, 0, 0, 1, 2, 1})
	tape := autodiff.NewTape()
	for step := range 100 {
		tape.Reset()
		loss := m.Member(step % m.Members()).LogDensity(tape.Matrix(x)).Mean().Neg()
		tape.Backward(loss) // and a step of an optimizer
	}
	fmt.Println(m.Members(), m.LogProb([]float64{0, 1, 2, 0}) < 0)
	// Output: 8 true
}

func ExampleHead() {
	tape := autodiff.NewTape()
	raw := tape.Matrix(mat.NewDense(1, 3, []float64{0, math.Log(2), 0}))
	lp := dist.CategoricalHead{Classes: 3}.LogDensities(tape.Scalar(1), raw)
	fmt.Printf("%.2f\n", math.Exp(lp.Value()))
	// Output: 0.50
}

func ExampleBernoulliHead() {
	x := make([]float64, 2)
	dist.BernoulliHead{}.Draw(x, []float64{0, 0}, []float64{0.4, 0.6})
	fmt.Println(x)
	// Output: [1 0]
}

func ExampleCategoricalHead() {
	x := make([]float64, 1)
	dist.CategoricalHead{Classes: 4}.Draw(x, []float64{0, 0, 0, 0}, []float64{0.6})
	fmt.Println(x)
	// Output: [2]
}

func ExampleMixtureHead() {
	tape := autodiff.NewTape()
	raw := tape.Matrix(mat.NewDense(1, 3, []float64{0, 5, 0})) // N(5, (log 2 + 0.01)²)
	lp := dist.MixtureHead{Components: 1}.LogDensities(tape.Scalar(5), raw)
	fmt.Printf("%.4f\n", lp.Value())
	// Output: -0.5667
}
