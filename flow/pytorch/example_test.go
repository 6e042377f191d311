package pytorch_test

import (
	"fmt"
	"os"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow/pytorch"
)

func ExampleSettings() {
	f, err := os.Open("../../testdata/goldens/neural/realnvp4_logprob.safetensors")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	// the model was made with tanh in its networks and in its scales
	model, err := pytorch.Import(f, &pytorch.Settings{Activation: nn.Tanh, Map: bijector.Affine{Scale: bijector.TanhScale}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d columns, %d maps, log p(0) = %.4f\n", model.Dim(), len(model.Map), model.LogProb([]float64{0, 0, 0}))
	// Output: 3 columns, 4 maps, log p(0) = -6.0986
}
