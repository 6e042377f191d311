package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/normflow/normflow/internal/memtest"
	"github.com/normflow/normflow/internal/safetensors"
)

// file returns a file with the given header and data.
func file(header string, data ...byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), data...)
}

// small returns a file of two tensors and a line of text, as Write makes it.
func small(t testing.TB) []byte {
	var b bytes.Buffer
	err := safetensors.Write(&b, map[string]string{"k": "v \"é\"\n", "a": ""}, []safetensors.Tensor{
		safetensors.Bools("flags", []bool{true, false, true}, 3),
		safetensors.Floats("layers.0.w", []float64{1, math.Copysign(0, -1), math.Inf(1), 5e-324, math.NaN(), -2}, 2, 3),
		safetensors.Ints("order", []int{2, -1, math.MaxInt32}, 3),
		safetensors.Floats("scalar", []float64{7}),
		safetensors.Floats("empty", nil, 0, 4),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	b := small(t)
	for name, r := range map[string]io.Reader{"bytes": bytes.NewReader(b), "unknown length": iotest.OneByteReader(bytes.NewReader(b))} {
		f, err := safetensors.Read(r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if want := map[string]string{"k": "v \"é\"\n", "a": ""}; !reflect.DeepEqual(f.Metadata, want) {
			t.Errorf("%s: got metadata %q, want %q", name, f.Metadata, want)
		}
		w := f.Tensor("layers.0.w")
		want := []float64{1, math.Copysign(0, -1), math.Inf(1), 5e-324, math.NaN(), -2}
		for i, x := range w.Floats() {
			if math.Float64bits(x) != math.Float64bits(want[i]) {
				t.Errorf("%s: number %d: got %v, want %v", name, i, x, want[i])
			}
		}
		if !slices.Equal(w.Shape, []int{2, 3}) || w.Type != safetensors.F64 {
			t.Errorf("%s: got %s %v, want F64 [2 3]", name, w.Type, w.Shape)
		}
		if got, err := f.Tensor("order").Ints(); err != nil || !slices.Equal(got, []int{2, -1, math.MaxInt32}) {
			t.Errorf("%s: got order %v, %v", name, got, err)
		}
		if got, err := f.Tensor("flags").Ints(); err != nil || !slices.Equal(got, []int{1, 0, 1}) {
			t.Errorf("%s: got flags %v, %v", name, got, err)
		}
		if s := f.Tensor("scalar"); s.Len() != 1 || s.Floats()[0] != 7 {
			t.Errorf("%s: got scalar %v", name, s.Floats())
		}
		if e := f.Tensor("empty"); e.Len() != 0 || len(e.Floats()) != 0 {
			t.Errorf("%s: got empty tensor %v", name, e.Floats())
		}
		if f.Tensor("nobody") != nil {
			t.Errorf("%s: got a tensor that is not there", name)
		}
		if _, err := w.Ints(); err == nil {
			t.Errorf("%s: got integers of F64", name)
		}
	}
	h, err := safetensors.ReadHeader(bytes.NewReader(b))
	if err != nil || len(h.Tensors) != 5 || h.Metadata["k"] == "" {
		t.Errorf("got header %v, %v", h, err)
	}
	if len(b)%8 != 3 || !bytes.Equal(b, small(t)) {
		t.Error("the file is not aligned, or not always the same")
	}
}

// Narrow types, as PyTorch writes them.
func TestTypes(t *testing.T) {
	for _, c := range []struct {
		dtype string
		data  []byte
		want  []float64
	}{
		{"F32", []byte{0, 0, 0xc0, 0x3f, 0, 0, 0x80, 0xff}, []float64{1.5, math.Inf(-1)}},
		{"F16", []byte{0, 0x3c, 0xff, 0x7b, 1, 0, 0, 0xfc, 0, 0x80, 1, 0x7e}, []float64{1, 65504, math.Exp2(-24), math.Inf(-1), math.Copysign(0, -1), math.NaN()}},
		{"BF16", []byte{0x80, 0x3f, 0x49, 0xc0}, []float64{1, -3.140625}},
		{"I32", []byte{0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0}, []float64{-1, 1}},
		{"I64", []byte{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, []float64{-2}},
		{"U8", []byte{255, 0}, []float64{255, 0}},
		{"BOOL", []byte{1, 0}, []float64{1, 0}},
	} {
		f, err := safetensors.Read(bytes.NewReader(file(
			fmt.Sprintf(`{"x":{"data_offsets":[0,%d],"shape":[%d],"dtype":"%s"}}`, len(c.data), len(c.want), c.dtype), c.data...)))
		if err != nil {
			t.Errorf("%s: %v", c.dtype, err)
			continue
		}
		for i, x := range f.Tensor("x").Floats() {
			if math.Float64bits(x) != math.Float64bits(c.want[i]) && !(math.IsNaN(x) && math.IsNaN(c.want[i])) {
				t.Errorf("%s: got %v, want %v", c.dtype, x, c.want[i])
			}
		}
	}
}

var hostile = []struct {
	name, header string
	data         int
	want         string
}{
	{"no object", `[]`, 0, "want it to begin with {"},
	{"leading space", ` {}`, 0, "want it to begin with {"},
	{"empty", ``, 0, "want it to begin with {"},
	{"cut", `{"a":`, 0, "got the end"},
	{"two objects", `{}{}`, 0, "want the end"},
	{"bytes at the end", `{}`, 1, "bytes follow the last tensor"},
	{"too few numbers", `{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}`, 15, "got 15 bytes of numbers, want 16"},
	{"too many numbers", `{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}`, 17, "got 17 bytes of numbers, want 16"},
	{"unknown type", `{"a":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}}`, 1, `tensor "a": got type "F8", want one of F64`},
	{"no type", `{"a":{"shape":[1],"data_offsets":[0,1]}}`, 1, "not all of dtype, shape and data_offsets"},
	{"unknown key", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}`, 1, `got key "x"`},
	{"key twice", `{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1, "dtype stands there twice"},
	{"tensor twice", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2, `tensor "a" stands there twice`},
	{"overlap", `{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3, `tensor "b": data_offsets [1 3]: want them to begin at 2`},
	{"same numbers", `{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, 2, "without holes or overlaps"},
	{"hole", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, 3, "without holes or overlaps"},
	{"hole at the beginning", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2, "want them to begin at 0"},
	{"negative offsets", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}}`, 1, "want them to begin at 0"},
	{"backwards", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,-1]}}`, 1, "want 1 bytes for U8 of shape [1]"},
	{"shape and offsets differ", `{"a":{"dtype":"F64","shape":[2,2],"data_offsets":[0,24]}}`, 24, "want 32 bytes for F64 of shape [2 2]"},
	{"three offsets", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}`, 1, "got 3 data_offsets"},
	{"one offset", `{"a":{"dtype":"U8","shape":[0],"data_offsets":[0]}}`, 0, "got 1 data_offsets"},
	{"offsets nested", `{"a":{"dtype":"U8","shape":[0],"data_offsets":[[0],1]}}`, 0, "want a number"},
	{"huge", `{"a":{"dtype":"U8","shape":[4611686018427387904],"data_offsets":[0,4611686018427387904]}}`, 8, "got 8 bytes of numbers"},
	{"shape overflows", `{"a":{"dtype":"F64","shape":[4611686018427387904,4],"data_offsets":[0,0]}}`, 0, "too large"},
	{"shape overflows to fit", `{"a":{"dtype":"F64","shape":[2305843009213693953],"data_offsets":[0,8]}}`, 8, "too large"},
	{"sum overflows", `{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]},"b":{"dtype":"U8","shape":[1],"data_offsets":[9223372036854775807,-9223372036854775808]}}`, 1, `tensor "b"`},
	{"offset overflows", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,18446744073709551617]}}`, 1, "want an integer"},
	{"negative shape", `{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}`, 1, "got a shape with -1"},
	{"two negative", `{"a":{"dtype":"U8","shape":[-1,-1],"data_offsets":[0,1]}}`, 1, "got a shape with -1"},
	{"fraction", `{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}`, 1, "got 1.0, want an integer"},
	{"many dimensions", `{"a":{"dtype":"U8","shape":[` + strings.Repeat("1,", 99) + `1],"data_offsets":[0,1]}}`, 1, "more than 16 dimensions"},
	{"deep", `{"a":` + strings.Repeat("[", 1e5), 0, `got '[', want '{'`},
	{"deep in offsets", `{"a":{"data_offsets":[0,1,` + strings.Repeat("[", 1e5), 0, "nested deeper than"},
	{"metadata twice", `{"__metadata__":{},"__metadata__":{}}`, 0, "__metadata__ stands there twice"},
	{"metadata not text", `{"__metadata__":{"a":1}}`, 0, `key "a": JSON: byte 21: got '1', want '"'`},
	{"metadata key twice", `{"__metadata__":{"a":"1","a":"2"}}`, 0, `key "a" stands there twice`},
	{"metadata deep", `{"__metadata__":{"a":{}}}`, 0, `want '"'`},
	{"not UTF-8", "{\"\xff\":1}", 0, "not UTF-8"},
}

// wide finds integers of more than 32 bits.
var wide = regexp.MustCompile(`\d{16}`)

func TestHostile(t *testing.T) {
	for _, c := range hostile {
		b := file(c.header, make([]byte, c.data)...)
		_, err := safetensors.Read(bytes.NewReader(b))
		if strconv.IntSize == 32 && wide.MatchString(c.header) {
			c.want = "want an integer" // which int does not hold
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if _, err := safetensors.Read(io.MultiReader(bytes.NewReader(b))); err == nil { // whose length is unknown
			t.Errorf("%s: got no error from a stream", c.name)
		}
	}
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"nothing", nil, "the file ends too early"},
		{"no length", []byte{1, 0, 0}, "the file ends too early"},
		{"length too large", bytes.Repeat([]byte{255}, 16), "got a header of 18446744073709551615 bytes, want at most 100000000"},
		{"length beyond the file", file("{}")[:9], "header of 2 bytes: the file ends too early"},
	} {
		_, err := safetensors.Read(bytes.NewReader(c.b))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestTruncated(t *testing.T) {
	b := small(t)
	for n := range b {
		if _, err := safetensors.Read(bytes.NewReader(b[:n])); err == nil {
			t.Errorf("%d of %d bytes: got no error", n, len(b))
		}
		if _, err := safetensors.Read(io.MultiReader(bytes.NewReader(b[:n]))); err == nil {
			t.Errorf("%d of %d bytes of a stream: got no error", n, len(b))
		}
	}
}

func TestReadError(t *testing.T) {
	b := small(t)
	_, err := safetensors.Read(io.MultiReader(bytes.NewReader(b[:len(b)-2]), iotest.ErrReader(io.ErrClosedPipe)))
	if err == nil || !strings.Contains(err.Error(), io.ErrClosedPipe.Error()) {
		t.Errorf("got %v, want %v", err, io.ErrClosedPipe)
	}
}

func TestFileOnDisk(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(name, file(`{"a":{"dtype":"U8","shape":[99],"data_offsets":[0,99]}}`, 1, 2), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := safetensors.Read(f); err == nil || !strings.Contains(err.Error(), "got 2 bytes of numbers, want 99") {
		t.Errorf("got %v, want the size of the file to be known", err)
	}
}

func TestWriteErrors(t *testing.T) {
	floats := safetensors.Floats
	for _, c := range []struct {
		name    string
		text    map[string]string
		tensors []safetensors.Tensor
		want    string
	}{
		{"shape", nil, []safetensors.Tensor{floats("a", make([]float64, 3), 2)}, `tensor "a": got 24 bytes, want those of F64 of shape [2]`},
		{"twice", nil, []safetensors.Tensor{floats("a", nil, 0), floats("a", nil, 0)}, `tensor "a" stands there twice`},
		{"reserved", nil, []safetensors.Tensor{floats("__metadata__", nil, 0)}, "reserved"},
		{"name", nil, []safetensors.Tensor{floats("\xff", nil, 0)}, "not UTF-8"},
		{"text", map[string]string{"a": "\xff"}, nil, "not UTF-8"},
	} {
		var b bytes.Buffer
		err := safetensors.Write(&b, c.text, c.tensors)
		if err == nil || !strings.Contains(err.Error(), c.want) || b.Len() > 0 {
			t.Errorf("%s: got %v and %d bytes, want %q and none", c.name, err, b.Len(), c.want)
		}
	}
	if err := safetensors.Write(failing{}, nil, nil); err == nil {
		t.Error("got no error from a writer that fails")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// FuzzRead: no panic, no more memory than the input justifies, and what can be
// read can be written and read again.
func FuzzRead(f *testing.F) {
	f.Add(small(f))
	for _, c := range hostile {
		f.Add(file(c.header, make([]byte, c.data)...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var got *safetensors.File
		var err error
		if n := memtest.Allocated(func() { got, err = safetensors.Read(bytes.NewReader(b)) }); n > memtest.Bound(b) {
			t.Errorf("got %d bytes allocated for %d", n, len(b))
		}
		if err != nil {
			return
		}
		for i := range got.Tensors {
			if x := &got.Tensors[i]; len(x.Floats()) != x.Len() {
				t.Errorf("tensor %q: got %d numbers, want %d", x.Name, len(x.Floats()), x.Len())
			}
		}
		var again bytes.Buffer
		if err := safetensors.Write(&again, got.Metadata, got.Tensors); err != nil {
			t.Errorf("cannot be written: %v", err)
		}
		if _, err := safetensors.Read(&again); err != nil {
			t.Errorf("cannot be read again: %v", err)
		}
	})
}
