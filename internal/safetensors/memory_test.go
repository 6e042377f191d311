//go:build !race

package safetensors_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/normflow/normflow/internal/safetensors"
)

// The race detector allocates too.
func TestMemory(t *testing.T) {
	var large bytes.Buffer
	if err := safetensors.Write(&large, nil, []safetensors.Tensor{safetensors.Floats("x", make([]float64, 1<<20), 1<<20)}); err != nil {
		t.Fatal(err)
	}
	var many strings.Builder
	many.WriteString(`{"":{"dtype":"U8","shape":[],"data_offsets":[0,1]}`)
	for i := range 12000 {
		fmt.Fprintf(&many, `,"%d":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}`, i)
	}
	for name, b := range map[string][]byte{
		"8 MiB":              large.Bytes(),
		"cut":                large.Bytes()[:1000],
		"claims 90 MB":       append([]byte{0, 0x4a, 0x5d, 5, 0, 0, 0, 0}, "{"...),
		"many tensors":       file(many.String()+"}", 1),
		"many keys":          file(`{"__metadata__":{` + strings.Repeat(`"":"",`, 1e5)),
		"claims a large one": file(`{"a":{"dtype":"U8","shape":[4611686018427387904],"data_offsets":[0,4611686018427387904]}}`, make([]byte, 5000)...),
	} {
		for how, r := range map[string]io.Reader{"": bytes.NewReader(b), " as a stream": io.MultiReader(bytes.NewReader(b))} {
			if got := allocated(func() { safetensors.Read(r) }); got > bound(len(b)) {
				t.Errorf("%s%s: got %d bytes allocated, want at most %d for %d", name, how, got, bound(len(b)), len(b))
			}
		}
	}
}
