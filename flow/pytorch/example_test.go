package pytorch_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/pytorch"
	"gonum.org/v1/gonum/mat"
)

func ExampleSettings() {
	f, err := os.Open("../../testdata/goldens/neural/realnvp4_logprob.safetensors")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	// the model was made with tanh in its networks and in its scales
	model, err := pytorch.Import(f, &pytorch.Settings{Defaults: true, Activation: nn.Tanh, Map: bijector.Affine{Scale: bijector.TanhScale}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d columns, %d maps, log p(0) = %.4f\n", model.Dim(), len(model.Map), model.LogProb([]float64{0, 0, 0}))
	// Output: 3 columns, 4 maps, log p(0) = -6.0986
}

func ExampleExportZuko() {
	model := flow.MAF(flow.Arch{Dim: 2}, rand.NewPCG(1, 2)) // to be trained
	var file bytes.Buffer
	if err := pytorch.ExportZuko(&file, model, nil); err != nil {
		fmt.Println(err)
		return
	}
	// in Python: model = load.load("model.safetensors"), with load.py as pytorch.Loader holds it
	same, err := pytorch.Import(&file, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f %.4f\n", model.LogProb([]float64{1, 2}), same.LogProb([]float64{1, 2}))
	// Output: -4.3379 -4.3379
}

func ExampleExportNflows() {
	model := flow.NSF(flow.Arch{Dim: 2, Cond: 1, Bound: 3}, rand.NewPCG(1, 2)) // to be trained
	contexts := mat.NewDense(2, 1, []float64{-1, 1})
	var file bytes.Buffer
	if err := pytorch.ExportNflows(&file, model, contexts); err != nil {
		fmt.Println(err)
		return
	}
	same, err := pytorch.Import(&file, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(same.Dim(), "columns given", same.CondDim())
	// Output: 2 columns given 1
}

func ExampleModule() {
	f, err := os.Open("../../testdata/goldens/neural/zuko_maf.safetensors")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	// the model was made by MAF(…, activation=torch.nn.Tanh, slope=1e-4)
	model, err := pytorch.Import(f, &pytorch.Settings{Defaults: true, Activation: nn.Tanh, Modules: map[string]pytorch.Module{
		"": {Class: "MAF", Attributes: map[string]any{"slope": 1e-4}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(model.Dim(), "columns,", len(model.Map), "maps")
	// Output: 3 columns, 3 maps
}
