package onnx

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/normflow/normflow/flow/pytorch"
)

// untranslatable are the models of Python with parts whose inverse is found by search, or that are solutions of equations, or that nothing else has.
var untranslatable = map[string]string{
	"nflows_squashed":    "got a univariate bijector.GatedLinearUnit",
	"normflows_planar":   "got a Planar of tanh backwards",
	"normflows_residual": "got a bijector *bijector.Residual",
	"zuko_cnf":           "got a bijector *bijector.Continuous",
	"zuko_cnf_tanh":      "got a bijector *bijector.Continuous",
}

// Models that Python's libraries trained go through this one to ONNX.
func TestModelsOfPython(t *testing.T) {
	files, err := filepath.Glob("../../testdata/described/*.safetensors")
	if err != nil || len(files) < 10 {
		t.Fatalf("got %d files and error %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".safetensors")
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			m, err := pytorch.Import(f, nil)
			if err != nil {
				t.Fatal(err)
			}
			if why, ok := untranslatable[name]; ok {
				if err := Export(io.Discard, m); err == nil || !strings.Contains(err.Error(), why) {
					t.Errorf("got error %v, want one that has %q", err, why)
				}
				return
			}
			check(t, m, 1e-10, false)
		})
	}
}
