package bijector_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// dz/dt = z spreads rows by e in every column.
func ExampleContinuous() {
	net := nn.NewMLP(3, nil, 2, nn.Tanh, nil).ZeroLast() // from z and t
	net.Layers[0].W.Set([]float64{1, 0, 0, 1, 0, 0})
	b := bijector.NewContinuous(net, 0, 0)
	tape := autodiff.NewTape()
	y, l := bijector.ForwardFLDJ(b, tape.Matrix(mat.NewDense(1, 2, []float64{1, -2})))
	fmt.Printf("%.4f %.4f\n", y.Data(), l.Value())
	// Output: [2.7183 -5.4366] 2.0000
}
