package pytorch_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/flow/pytorch"
	"github.com/normflow/normflow/internal/safetensors"
)

// A masked residual network whose blocks normalise, by statistics that leave numbers as they are, gives what it
// gives without.
func TestImportNormalised(t *testing.T) {
	s, want := realNVPState()
	if !hasMasked(s) {
		s, want = splineState()
	}
	tensors := s.tensors
	for _, x := range s.tensors {
		prefix, ok := strings.CutSuffix(x.Name, "linear_layers.0.bias")
		if !ok || !strings.Contains(prefix, "autoregressive_net.") {
			continue
		}
		n := x.Len()
		ones, zeros, variance := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			ones[i], variance[i] = 1, 1-1e-3
		}
		for _, k := range []string{"0.", "1."} {
			p := prefix + "batch_norm_layers." + k
			tensors = append(tensors, safetensors.Floats(p+"weight", ones, n), safetensors.Floats(p+"bias", zeros, n),
				safetensors.Floats(p+"running_mean", zeros, n), safetensors.Floats(p+"running_var", variance, n))
		}
	}
	if len(tensors) == len(s.tensors) {
		t.Fatal("got no residual blocks")
	}
	var b bytes.Buffer
	if err := safetensors.Write(&b, nil, tensors); err != nil {
		t.Fatal(err)
	}
	settings := &pytorch.Settings{Defaults: true, Modules: map[string]pytorch.Module{"flows.3": {Class: "Permute", Attributes: map[string]any{"mode": "swap"}}}}
	got, err := pytorch.Import(&b, settings)
	if err != nil {
		t.Fatal(err)
	}
	x := normal(10, got.Dim(), 3)
	for i, v := range got.LogProbs(nil, x) {
		if w := want(x.RawRowView(i)); !(math.Abs(v-w) <= 1e-10*(1+math.Abs(w))) {
			t.Errorf("row %d: got log p = %v, want %v", i, v, w)
		}
	}
}

func hasMasked(s *state) bool {
	for name := range s.at {
		if strings.Contains(name, "autoregressive_net.blocks.0.linear_layers") {
			return true
		}
	}
	return false
}
