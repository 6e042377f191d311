package torchfile_test

import (
	"archive/zip"
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/internal/safetensors"
	"github.com/normflow/normflow/internal/torchfile"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Every type, views of storages, no numbers and one.
func TestKinds(t *testing.T) {
	f, err := torchfile.Read(file(t, "kinds.pt"))
	if err != nil {
		t.Fatal(err)
	}
	count := []float64{0, 1, 2, 3, 4, 5}
	type want struct {
		kind  safetensors.Type
		shape []int
		x     []float64
	}
	wants := map[string]want{
		"float64": {safetensors.F64, []int{2, 3}, count}, "float32": {safetensors.F32, []int{2, 3}, count},
		"float16": {safetensors.F16, []int{2, 3}, count}, "bfloat16": {safetensors.BF16, []int{2, 3}, count},
		"int64": {safetensors.I64, []int{2, 3}, count}, "int32": {safetensors.I32, []int{2, 3}, count}, "uint8": {safetensors.U8, []int{2, 3}, count},
		"bool":       {safetensors.Bool, []int{2, 3}, []float64{0, 1, 1, 1, 1, 1}},
		"transposed": {safetensors.F32, []int{3, 2}, []float64{0, 3, 1, 4, 2, 5}},
		"part":       {safetensors.F32, []int{4}, []float64{3, 5, 7, 9}},
		"scalar":     {safetensors.F32, []int{}, []float64{-2.5}},
		"empty":      {safetensors.F32, []int{2, 0}, []float64{}},
		"parameter":  {safetensors.F32, []int{2}, []float64{1, 1}},
	}
	if len(f.Tensors) != len(wants) {
		t.Errorf("got %d tensors, want %d", len(f.Tensors), len(wants))
	}
	for _, x := range f.Tensors {
		w := wants[x.Name]
		if x.Type != w.kind || !slices.Equal(x.Shape, w.shape) || !slices.Equal(x.Floats(), w.x) {
			t.Errorf("%s: got %v %v %v, want %v", x.Name, x.Type, x.Shape, x.Floats(), w)
		}
	}
}

// Of a checkpoint, the tensors of dictionaries with names.
func TestCheckpoint(t *testing.T) {
	f, err := torchfile.Read(file(t, "checkpoint.pt"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range f.Tensors {
		names = append(names, x.Name)
	}
	if want := []string{"state_dict.weight", "state_dict.bias"}; !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

// zipped returns an archive with the given pickle and a storage of four bytes.
func zipped(t testing.TB, program string, method uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{"a/data.pkl": program, "a/data/0": "\x00\x00\x80\x3f"} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tensorOf is a pickle of {"x": a tensor} with the given number of elements of its storage, offset, shape and stride.
func tensorOf(elements, offset, shape, stride string) string {
	return "\x80\x02}X\x01\x00\x00\x00x" + "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK" +
		elements + "tQK" + offset + "K" + shape + "\x85K" + stride + "\x85\x89}tRs."
}

func TestRefuses(t *testing.T) {
	if f, err := torchfile.Read(zipped(t, tensorOf("\x01", "\x00", "\x01", "\x01"), zip.Store)); err != nil || f.Tensors[0].Floats()[0] != 1 {
		t.Fatalf("got error %v, want the number 1", err)
	}
	whole := file(t, "kinds.pt")
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"legacy", "before PyTorch 1.6", file(t, "legacy.pt")},
		{"module", "only tensors are read", file(t, "whole.pt")},
		{"cut", "torchfile", whole[:len(whole)/2]},
		{"compressed", "stored as they are", zipped(t, tensorOf("\x01", "\x00", "\x01", "\x01"), zip.Deflate)},
		{"system", `got a call of "posix.system"`, zipped(t, "\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R.", zip.Store)},
		{"elements", "got 2 numbers in 4 bytes", zipped(t, tensorOf("\x02", "\x00", "\x01", "\x01"), zip.Store)},
		{"shape", "got shape [2]", zipped(t, tensorOf("\x01", "\x00", "\x02", "\x01"), zip.Store)},
		{"repeated", "got shape [2]", zipped(t, tensorOf("\x01", "\x00", "\x02", "\x00"), zip.Store)},
		{"offset", "got shape [1]", zipped(t, tensorOf("\x01", "\x01", "\x01", "\x01"), zip.Store)},
		{"beyond", "without storage", zipped(t, tensorOf("\x01", "\x02", "\x01", "\x01"), zip.Store)},
		{"list", "want a dictionary", zipped(t, "\x80\x02].", zip.Store)},
		{"empty", "empty stack", zipped(t, "\x80\x02.", zip.Store)},
		{"no end", "unexpected EOF", zipped(t, "\x80\x02", zip.Store)},
		{"no mark", "got no mark", zipped(t, "\x80\x02u.", zip.Store)},
		{"instruction", "got instruction 0x69", zipped(t, "i", zip.Store)},
		{"in itself", "", zipped(t, "\x80\x02}q\x00X\x01\x00\x00\x00xh\x00s.", zip.Store)},
	} {
		f, err := torchfile.Read(c.data)
		if c.want == "" && (err != nil || len(f.Tensors) != 0) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got error %v, want %q", c.name, err, c.want)
		}
	}
}

// FuzzRead: no panic, and no more numbers than twice the file's.
func FuzzRead(f *testing.F) {
	f.Add(file(f, "whole.pt")) // the fuzzer is slow with larger ones
	f.Add(zipped(f, tensorOf("\x01", "\x00", "\x01", "\x01"), zip.Store))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := torchfile.Read(data)
		if err != nil {
			return
		}
		total := 0
		for _, x := range got.Tensors {
			total += x.Len() * x.Type.Size()
		}
		if total > 2*len(data) {
			t.Errorf("got %d bytes of numbers from a file of %d", total, len(data))
		}
	})
}

// FuzzPickle: the same for any program beside one number.
func FuzzPickle(f *testing.F) {
	f.Add(tensorOf("\x01", "\x00", "\x01", "\x01"))
	f.Add("\x80\x02ccollections\nOrderedDict\n)R(X\x01\x00\x00\x00a]K\x01aX\x01\x00\x00\x00bG@\x04\x00\x00\x00\x00\x00\x00u}b.")
	f.Fuzz(func(t *testing.T, program string) { torchfile.Read(zipped(t, program, zip.Store)) })
}
