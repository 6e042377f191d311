package pytorch_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/normflow/normflow/flow/pytorch"
	"github.com/normflow/normflow/internal/safetensors"
)

// Flows of normflows that no golden covers give what its definitions say.
func TestImportNormflows(t *testing.T) {
	for i, make := range []func() (*state, func(y []float64) float64){realNVPState, splineState} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			s, want := make()
			var b bytes.Buffer
			if err := safetensors.Write(&b, nil, s.tensors); err != nil {
				t.Fatal(err)
			}
			settings := &pytorch.Settings{Defaults: true}
			if i == 0 { // flow 3 has no tensors
				settings.Modules = map[string]pytorch.Module{"flows.3": {Class: "Permute", Attributes: map[string]any{"mode": "swap"}}}
			}
			m, err := pytorch.Import(&b, settings)
			if err != nil {
				t.Fatal(err)
			}
			y := normal(20, 3, 4)
			for i, got := range m.LogProbs(nil, y) {
				if w := want(y.RawRowView(i)); !(math.Abs(got-w) <= 1e-10*(1+math.Abs(w))) {
					t.Errorf("row %d: got log p = %v, want %v", i, got, w)
				}
			}
		})
	}
}
