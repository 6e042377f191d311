package bijector_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
)

func ExampleEmbedded() {
	net := nn.NewMLP(100, []int{32}, 4, nn.ReLU, nil) // 100 numbers of context become 4
	coupling := bijector.NewCoupling(2, []int{0}, bijector.Affine{}, 4, func(in, out int) nn.Network {
		return nn.NewMLP(in, []int{16}, out, nn.ReLU, nil)
	})
	b := bijector.NewEmbedded(net, bijector.Chain{coupling})
	tape := autodiff.NewTape()
	y := b.Given(tape.Zeros(3, 100)).Forward(tape.Zeros(3, 2))
	fmt.Println(b.CondDim(), y.Rows(), y.Cols())
	// Output: 100 3 2
}
