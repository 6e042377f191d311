package pytorch_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/normflow/normflow/flow/pytorch"
)

// Models that the libraries themselves made and described: Import compares their log-densities.
func TestDescribedByPython(t *testing.T) {
	files, err := filepath.Glob("../../testdata/described/*.safetensors")
	if err != nil || len(files) < 12 {
		t.Fatalf("got %d files and error %v, want at least 12", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data[:64]), "__metadata__") {
			t.Errorf("%s has no description", file)
		}
		if _, err := pytorch.Import(strings.NewReader(string(data)), nil); err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
}

func describedFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../../testdata/described/" + name + ".safetensors")
	if err != nil {
		t.Fatal(err)
	}
	return data
}
