package pytorch_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/flow/pytorch"
)

// A state dictionary that torch.save wrote gives the model that the same tensors give as a safetensors file.
func TestImportTorchSave(t *testing.T) {
	s := &pytorch.Settings{Defaults: true, Activation: nn.ELU}
	x := normal(5, 3, 1)
	var got [2][]float64
	for i, ext := range []string{".pt", ".safetensors"} {
		data, err := os.ReadFile("../../testdata/described/zuko_maf" + ext)
		if err != nil {
			t.Fatal(err)
		}
		m, err := pytorch.Import(bytes.NewReader(data), s)
		if err != nil {
			t.Fatal(err)
		}
		got[i] = m.LogProbs(nil, x)
	}
	for i, v := range got[0] {
		if v != got[1][i] {
			t.Errorf("row %d: got %v, want %v", i, v, got[1][i])
		}
	}
}
