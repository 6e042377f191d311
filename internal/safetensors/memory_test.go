//go:build !race

package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/normflow/normflow/internal/memtest"
	"github.com/normflow/normflow/internal/safetensors"
)

// The race detector allocates too.
func TestMemory(t *testing.T) {
	var large bytes.Buffer
	if err := safetensors.Write(&large, nil, []safetensors.Tensor{safetensors.Floats("x", make([]float64, 1<<20), 1<<20)}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file []byte
		want string // in the error; "" is none
	}{
		"8 MiB":              {large.Bytes(), ""},
		"cut":                {large.Bytes()[:1000], "got 920 bytes of numbers"},
		"claims 90 MB":       {append([]byte{0, 0x4a, 0x5d, 5, 0, 0, 0, 0}, "{"...), "ends too early"},
		"many tensors":       {many(12000, "", "0"), ""},
		"more tensors":       {many(50000, "Map.0.Net.Layers.", "0,64"), ""},
		"named \\n\\n…":      {many(50000, strings.Repeat(`\n`, 20), "0"), ""},
		"many dimensions":    {many(50000, "", "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"), ""},
		"many keys":          {file(`{"__metadata__":{` + strings.Repeat(`"":"",`, 1e5)), "stands there twice"},
		"long text":          {file(`{"__metadata__":{"a":"` + strings.Repeat("x", 4e6) + `"}}`), ""},
		"long escaped text":  {file(`{"__metadata__":{"a":"` + strings.Repeat(`\n`, 2e6) + `"}}`), ""},
		"one word":           {file(`{"a":[` + strings.Repeat(`"data_offsets"`, 2e4)), "got '['"},
		"long name":          {file(`{"` + strings.Repeat("x", 4e6) + `":[`), "got '['"},
		"claims a large one": {file(`{"a":{"dtype":"U8","shape":[4611686018427387904],"data_offsets":[0,4611686018427387904]}}`, make([]byte, 5000)...), "5000 bytes of numbers"},
	} {
		for how, r := range map[string]io.Reader{"": bytes.NewReader(c.file), " as a stream": io.MultiReader(bytes.NewReader(c.file))} {
			most := memtest.Bound(c.file)
			if how != "" {
				most += binary.LittleEndian.Uint64(c.file)
			}
			if strconv.IntSize == 32 && c.want != "" && wide.Match(c.file) {
				c.want = "want an integer"
			}
			var err error
			if got := memtest.Allocated(func() { _, err = safetensors.Read(r) }); got > most {
				t.Errorf("%s%s: got %d bytes allocated, want at most %d for %d", name, how, got, most, len(c.file))
			}
			switch {
			case c.want == "" && err != nil:
				t.Errorf("%s%s: got %.200v, want no error", name, how, err)
			case c.want != "" && how == "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%s: got %.200v, want %q", name, err, c.want)
			case err != nil && len(err.Error()) > 300:
				t.Errorf("%s%s: got an error of %d bytes, want a message", name, how, len(err.Error()))
			}
		}
	}
}

// many returns a file of one number and n tensors without numbers.
func many(n int, name, shape string) []byte {
	var b strings.Builder
	b.WriteString(`{"":{"dtype":"U8","shape":[],"data_offsets":[0,1]}`)
	for i := range n {
		fmt.Fprintf(&b, `,"%s%d":{"dtype":"U8","shape":[%s],"data_offsets":[1,1]}`, name, i, shape)
	}
	return file(b.String()+"}", 1)
}
