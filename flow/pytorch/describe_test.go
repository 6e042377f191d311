package pytorch_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/normflow/normflow/flow/pytorch"
	"github.com/normflow/normflow/internal/safetensors"
	"gonum.org/v1/gonum/mat"
)

// described returns a golden's file with a description of its modules and its rows.
func described(t testing.TB, name string, modules map[string]pytorch.Module, change func(d map[string]any)) []byte {
	t.Helper()
	f, err := safetensors.Read(bytes.NewReader(pythonFile(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	g := readGolden(t, name)
	d := map[string]any{"format": 1, "modules": modules, "float64": true, "rows": rows(g.numbers(t, "x")), "log_prob": g.Data["log_prob"]}
	if c := g.numbers(t, "context"); c != nil {
		d["context"] = rows(c)
	}
	if change != nil {
		change(d)
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := safetensors.Write(&b, map[string]string{"normflow.description": string(text)}, f.Tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func rows(m *mat.Dense) (list [][]float64) {
	n, _ := m.Dims()
	for i := range n {
		list = append(list, m.RawRowView(i))
	}
	return list
}

// relus are the modules of a zuko model, as Describer writes those that have a say.
func relus(univariate any) map[string]pytorch.Module {
	modules := map[string]pytorch.Module{"base": {Class: "UnconditionalDistribution", Attributes: map[string]any{"f": "DiagNormal"}}}
	for _, i := range []string{"0", "1", "2"} {
		p := "transform.transforms." + i
		modules[p] = pytorch.Module{Class: "MaskedAutoregressiveTransform", Attributes: map[string]any{"univariate": univariate}}
		modules[p+".hyper.1"] = pytorch.Module{Class: "ReLU"}
	}
	return modules
}

// A file with a description needs no settings, and is checked by its rows.
func TestImportDescribed(t *testing.T) {
	affine := relus("MonotonicAffineTransform")
	if _, err := pytorch.Import(bytes.NewReader(described(t, "zuko_maf", affine, nil)), nil); err != nil {
		t.Error(err)
	}
	tanh, slope, softclip := relus("MonotonicAffineTransform"), relus(map[string]any{"partial": "MonotonicAffineTransform", "arguments": []any{}, "keywords": map[string]any{"slope": 1e-4}}), relus("MonotonicAffineTransform")
	tanh["transform.transforms.1.hyper.1"] = pytorch.Module{Class: "Tanh"}
	softclip["transform.transforms.3"] = pytorch.Module{Class: "UnconditionalTransform", Attributes: map[string]any{"f": "SoftclipTransform", "bound": 8.0}}
	for _, c := range []struct {
		name    string
		modules map[string]pytorch.Module
		change  func(d map[string]any)
		want    string
	}{
		{"activation", tanh, nil, "row 0: got log p"},
		{"slope", slope, nil, "row 0: got log p"},
		{"behind", softclip, nil, "row 0: got log p"},
		{"univariate", relus("BernsteinTransform"), nil, `the univariate "BernsteinTransform" with 2 parameters is not supported`},
		{"format", affine, func(d map[string]any) { d["format"] = 2 }, "got format 2, want 1"},
		{"no rows", affine, func(d map[string]any) { d["rows"] = nil }, "got 0 rows and"},
		{"widths", affine, func(d map[string]any) { d["rows"] = make([][1]float64, len(d["rows"].([][]float64))) }, "row 0 of rows: got 1 numbers"},
		{"text", affine, func(d map[string]any) {
			d["log_prob"] = strings.Split(strings.Repeat("x", len(d["rows"].([][]float64))), "")
		}, "got log-density x"},
	} {
		if _, err := pytorch.Import(bytes.NewReader(described(t, "zuko_maf", c.modules, c.change)), nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// Without settings a file that leaves something open is refused, by all questions at once.
func TestImportAsks(t *testing.T) {
	for _, c := range imports {
		_, err := pytorch.Import(bytes.NewReader(pythonFile(t, c.name)), nil)
		if err == nil || !strings.Contains(err.Error(), "leave open") || !strings.Contains(err.Error(), "Settings.Defaults") {
			t.Errorf("%s: got %v, want questions", c.name, err)
		}
	}
	_, err := pytorch.Import(bytes.NewReader(pythonFile(t, "zuko_maf")), nil)
	for _, want := range []string{"Settings.Activation", "Settings.Map", `Settings.Modules["transform.transforms.3"]`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
