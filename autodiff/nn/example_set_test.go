package nn_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"gonum.org/v1/gonum/mat"
)

// An embedding of sets of ten points, whatever their order.
func ExampleSequential() {
	src := rand.NewPCG(1, 2)
	each := nn.NewShared(10, nn.NewMLP(2, []int{32}, 16, nn.SiLU, src))
	net := nn.NewSequential(each, nn.NewMeanPool(10, 16), nn.NewMLP(16, []int{32}, 4, nn.SiLU, src))
	fmt.Println(net.In(), net.Out())
	// Output: 20 4
}

// Differences of neighbouring times.
func ExampleConv1D() {
	c := nn.NewConv1D(1, 1, 4, 2, 1, nn.Linear, nil)
	c.Layer.W.Set([]float64{-1, 1})
	c.Layer.B.Set([]float64{0})
	y := c.Apply(autodiff.NewTape().Matrix(mat.NewDense(1, 4, []float64{1, 4, 9, 16})))
	fmt.Println(y.Data())
	// Output: [3 5 7]
}
