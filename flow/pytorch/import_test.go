package pytorch_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow/flowtest"
	"github.com/normflow/normflow/flow/pytorch"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/safetensors"
	"gonum.org/v1/gonum/mat"
)

// defaults leave everything to the libraries.
var defaults = &pytorch.Settings{Defaults: true}

// preset are settings that name a flow of zuko, and what its constructor was given.
func preset(class string, attributes map[string]any) *pytorch.Settings {
	return &pytorch.Settings{Defaults: true, Modules: map[string]pytorch.Module{"": {Class: class, Attributes: attributes}}}
}

// imports are Python's models in testdata/goldens/neural.
var imports = []struct {
	name     string
	settings *pytorch.Settings
}{
	{"zuko_maf", defaults},
	{"zuko_maf_randperm", defaults},
	{"zuko_nsf", defaults},
	{"zuko_realnvp", defaults},
	{"zuko_gf", preset("GF", nil)},
	{"zuko_sospf", preset("SOSPF", map[string]any{"degree": 3.0})},
	{"zuko_bpf", preset("BPF", nil)},
	{"zuko_naf", preset("NAF", nil)},
	{"realnvp4_logprob", &pytorch.Settings{Defaults: true, Activation: nn.Tanh, Map: bijector.Affine{Scale: bijector.TanhScale}}},
	{"maf3_logprob", defaults},
	{"glow_tiny", defaults},
	// transforms alone
	{"affine_coupling_sigmoid", &pytorch.Settings{Defaults: true, Activation: nn.Tanh}},
	{"affine_coupling_exp", &pytorch.Settings{Defaults: true, Activation: nn.Tanh, Map: bijector.Affine{Scale: bijector.Exponential}}},
	{"additive_coupling", &pytorch.Settings{Defaults: true, Activation: nn.Tanh}},
	{"rqs_coupling", &pytorch.Settings{Defaults: true, Activation: nn.Tanh, Map: bijector.Spline{Bound: 3}}},
	{"maf_layer", &pytorch.Settings{Defaults: true, Activation: nn.Tanh}},
	{"rqs_autoregressive", &pytorch.Settings{Defaults: true, Activation: nn.Tanh, Map: bijector.Spline{Bound: 3}}},
	{"maf_layer_context", defaults},
	{"lu_linear", defaults},
}

// A golden holds what a Python model computes.
type golden struct {
	Data map[string]json.RawMessage
}

func readGolden(t testing.TB, name string) golden {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "goldens", "neural", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// numbers returns data of any shape as n rows, nil if there are none.
func (g golden) numbers(t testing.TB, name string) *mat.Dense {
	t.Helper()
	raw, ok := g.Data[name]
	if !ok {
		return nil
	}
	var rows []any
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	var flat []float64
	var walk func(v any)
	walk = func(v any) {
		if list, ok := v.([]any); ok {
			for _, v := range list {
				walk(v)
			}
			return
		}
		flat = append(flat, v.(float64))
	}
	walk(rows)
	return mat.NewDense(len(rows), len(flat)/len(rows), flat)
}

// normal returns n×d samples of a standard normal.
func normal(n, d int, seed uint64) *mat.Dense {
	r := rand.New(rng.New(seed))
	x := mat.NewDense(n, d, nil)
	for i := range n {
		for j := range d {
			x.Set(i, j, r.NormFloat64())
		}
	}
	return x
}

func pythonFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "goldens", "neural", name+".safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// An imported model gives Python's log-densities to 1e-10.
func TestImport(t *testing.T) {
	for _, c := range imports {
		t.Run(c.name, func(t *testing.T) {
			m, err := pytorch.Import(bytes.NewReader(pythonFile(t, c.name)), c.settings)
			if err != nil {
				t.Fatal(err)
			}
			g := readGolden(t, c.name)
			x, context := g.numbers(t, "x"), g.numbers(t, "context")
			bound := m
			if context != nil {
				bound = m.Given(context)
			}
			want := g.numbers(t, "log_prob")
			if want == nil { // of a transform alone
				want = g.numbers(t, "logdet")
				z := g.numbers(t, "y")
				n, d := z.Dims()
				for i := range n {
					for _, v := range z.RawRowView(i) {
						want.Set(i, 0, want.At(i, 0)-v*v/2)
					}
					want.Set(i, 0, want.At(i, 0)-float64(d)/2*math.Log(2*math.Pi))
				}
			}
			for i, got := range bound.LogProbs(nil, x) {
				if w := want.At(i, 0); !(math.Abs(got-w) <= 1e-10) {
					t.Errorf("row %d: got log p = %v, want %v as Python says", i, got, w)
				}
			}
			rows, _ := x.Dims()
			flowtest.File(t, m, normal(rows, m.Dim(), 1), context)
		})
	}
}

// A wrong or partial file says which tensor is missing or has which shape.
func TestImportRefuses(t *testing.T) {
	for _, c := range imports {
		b := pythonFile(t, c.name)
		f, err := safetensors.Read(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		try := func(what, want string, tensors []safetensors.Tensor) {
			t.Helper()
			var b bytes.Buffer
			if err := safetensors.Write(&b, nil, tensors); err != nil {
				t.Fatal(err)
			}
			_, err := pytorch.Import(&b, c.settings)
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "runtime error") {
				t.Errorf("%s: %s: got %v, want %q", c.name, what, err, want)
			}
		}
		for i, x := range f.Tensors {
			if strings.HasSuffix(x.Name, "degrees") && !strings.Contains(x.Name, "final") || strings.HasSuffix(x.Name, "eye") || strings.HasSuffix(x.Name, ".order") || strings.HasSuffix(x.Name, "init_done") {
				continue // which say nothing
			}
			without := append(append([]safetensors.Tensor(nil), f.Tensors[:i]...), f.Tensors[i+1:]...)
			missing := ""
			if strings.HasSuffix(x.Name, "0.weight") && len(x.Shape) == 2 {
				missing = x.Name
			}
			try("without "+x.Name, missing, without)
			nan := append([]float64(nil), x.Floats()...)
			nan[len(nan)-1] = math.NaN()
			try("NaN in "+x.Name, "NaN", append(without, safetensors.Floats(x.Name, nan, x.Shape...)))
			flat := safetensors.Floats(x.Name, x.Floats(), 1, 1, len(nan), 1, 1)
			try("shape of "+x.Name, "", append(without, flat))
		}
		try("more", `tensor "more" has no place`, append(f.Tensors, safetensors.Floats("more", []float64{1}, 1)))
	}
	for _, c := range []struct{ name, want string }{
		{"made_mog", "got tensors such as"},
	} {
		_, err := pytorch.Import(bytes.NewReader(pythonFile(t, c.name)), defaults)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// FuzzImport: no panic, of a state dictionary as a safetensors file or as torch.save writes it.
func FuzzImport(f *testing.F) {
	for _, c := range imports {
		b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "goldens", "neural", c.name+".safetensors"))
		if err != nil {
			f.Fatal(err)
		}
		if len(b) < 4000 { // the fuzzer is slow with more
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		pytorch.Import(bytes.NewReader(b), nil)
		pytorch.Import(bytes.NewReader(b), defaults)
	})
}

// FuzzImportDescribed: no panic, whatever a description says of small models.
func FuzzImportDescribed(f *testing.F) {
	files, err := filepath.Glob("../../testdata/described/*.safetensors")
	if err != nil || len(files) == 0 {
		f.Fatalf("got %d files and error %v, want some", len(files), err)
	}
	var tensors [][]safetensors.Tensor
	written := exportedFiles(f)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		written = append(written, data)
	}
	for _, data := range written {
		if len(data) > 8000 {
			continue
		}
		s, err := safetensors.Read(bytes.NewReader(data))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(len(tensors)), s.Metadata["normflow.description"])
		tensors = append(tensors, s.Tensors)
	}
	f.Fuzz(func(t *testing.T, k uint8, description string) {
		var b bytes.Buffer
		if err := safetensors.Write(&b, map[string]string{"normflow.description": description}, tensors[int(k)%len(tensors)]); err != nil {
			return
		}
		pytorch.Import(&b, nil)
	})
}
