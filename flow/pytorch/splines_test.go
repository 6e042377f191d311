package pytorch_test

import (
	"bytes"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow/pytorch"
	"github.com/normflow/normflow/internal/safetensors"
)

// What the settings say of splines against the description is refused, or found out by its rows.
func TestImportOtherSplines(t *testing.T) {
	for want, s := range map[string]*pytorch.Settings{
		"min_bin_width = 0.01": splineModule("_transform._transforms.1", "PiecewiseQuadraticCouplingTransform", map[string]any{"tails": "linear", "tail_bound": 3.0, "min_bin_width": 0.01}),
		"tails loose":          splineModule("_transform._transforms.0", "PiecewiseLinearCouplingTransform", map[string]any{"tails": "loose"}),
		"as Python says":       splineModule("_transform._transforms.0", "PiecewiseLinearCouplingTransform", map[string]any{"tails": "linear", "tail_bound": 2.5}),
		"no cubic spline":      splineModule("_transform._transforms.3", "PiecewiseCubicCDF", nil),
	} {
		f, err := os.Open("../../testdata/described/nflows_splines.safetensors")
		if err != nil {
			t.Fatal(err)
		}
		if _, err = pytorch.Import(f, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
		f.Close()
	}
}

func splineModule(path, class string, attributes map[string]any) *pytorch.Settings {
	return &pytorch.Settings{Defaults: true, Map: bijector.LinearSpline{Bound: 3}, Modules: map[string]pytorch.Module{path: {Class: class, Attributes: attributes}}}
}

// The tensors of an NCSF without its class are told from those of an NSF by the base alone, which is asked about.
func TestImportNCSFWithoutClass(t *testing.T) {
	f, err := os.Open("../../testdata/described/zuko_ncsf.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tensors, err := safetensors.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := safetensors.Write(&b, nil, tensors.Tensors); err != nil {
		t.Fatal(err)
	}
	if _, err := pytorch.Import(&b, &pytorch.Settings{Defaults: true}); err == nil || !strings.Contains(err.Error(), "whether splines are circular") {
		t.Errorf("got error %v, want a question about the circle", err)
	}
}

// What is no bijection of the base distribution, or not said, is refused.
func TestImportCircular(t *testing.T) {
	wrap := map[string]any{"ind": []any{1.0}, "bound": 3.0, "shift": 1.0}
	for _, c := range []struct {
		file, path string
		module     pytorch.Module
		want       string
	}{
		{"normflows_realnvp", "flows.1", pytorch.Module{Class: "PeriodicShift", Attributes: wrap}, "which is not supported where the base distribution of column 1 does not end there"},
		{"normflows_circular", "flows.1", pytorch.Module{Class: "PeriodicShift", Attributes: wrap}, "wraps what is outside of [−3, 3]"},
		{"normflows_circular", "flows.1", pytorch.Module{Class: "PeriodicShift", Attributes: map[string]any{"ind": []any{3.0}}}, "got column 3"},
		{"normflows_circular", "flows.1", pytorch.Module{Class: "PeriodicWrap", Attributes: map[string]any{"ind": []any{1.0}, "bound": math.Pi}}, "as Python says"},
		{"normflows_circular", "flows.2.prqct", pytorch.Module{Attributes: map[string]any{"tails": []any{"circular", "circular"}}}, "got tails [circular circular], want 1"},
		{"normflows_circular", "flows.4.prqct", pytorch.Module{Attributes: map[string]any{"tails": []any{"linear", "odd"}}}, "splines with tails odd"},
	} {
		f, err := os.Open("../../testdata/described/" + c.file + ".safetensors")
		if err != nil {
			t.Fatal(err)
		}
		_, err = pytorch.Import(f, &pytorch.Settings{Modules: map[string]pytorch.Module{c.path: c.module}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want one with %q", c.file, err, c.want)
		}
		f.Close()
	}
}
