package bijector_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// Column 0 is a cause of 1 and of 2, which are independent given it.
func ExampleGraphical() {
	g := bijector.NewGraphical([][]int{{}, {0}, {0}}, bijector.Affine{}, 0, []int{12}, nn.Tanh, rand.NewPCG(1, 2))
	for i := range g.Layers[1].W.Data() {
		g.Layers[1].W.Data()[i] = 0.5
	}
	tape := autodiff.NewTape()
	at := func(x ...float64) []float64 { return g.Inverse(tape.Matrix(mat.NewDense(1, 3, x))).Data() }
	a, b := at(1, 0, 0), at(1, 0, 9)
	fmt.Println(a[0] == b[0], a[1] == b[1], a[2] == b[2])
	// Output: true true false
}
