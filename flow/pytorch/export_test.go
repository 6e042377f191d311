package pytorch_test

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/pytorch"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// shaken returns a model whose parameters are moved as if it had been trained.
func shaken(m *flow.Transformed) *flow.Transformed {
	r := rand.New(rng.New(3))
	for _, p := range m.Params() {
		if p.Frozen() {
			continue
		}
		for i := range p.Data() {
			p.Data()[i] += 0.2 * r.NormFloat64()
		}
	}
	for _, b := range m.Map {
		switch b := b.(type) {
		case *bijector.Standardizer:
			started(b.Shift.Data(), b.Scale.Data())
			b.Initialized = true
		case *bijector.Embedded:
			if s, ok := b.Net.(*nn.Standardizer); ok {
				started(s.Shift.Data(), s.Scale.Data())
				s.Initialized = true
			}
		}
	}
	return m
}

func started(shift, scale []float64) {
	for j := range scale {
		shift[j], scale[j] = 0.5-float64(j), 1.5+0.25*float64(j)
	}
}

// normals returns n rows that are drawn.
func normals(n, d int) *mat.Dense {
	m, r := mat.NewDense(n, d, nil), rand.New(rng.New(7))
	for i := range m.RawMatrix().Data {
		m.RawMatrix().Data[i] = 2 * r.NormFloat64()
	}
	return m
}

// sameDensities fails unless two models give rows the same densities.
func sameDensities(t *testing.T, what string, a, b *flow.Transformed, tolerance float64) {
	t.Helper()
	x := normals(40, a.Dim())
	if k := a.CondDim(); k > 0 {
		c := normals(40, k)
		a, b = a.Given(c), b.Given(c)
	}
	want := a.LogProbs(nil, x)
	for i, got := range b.LogProbs(nil, x) {
		if got != want[i] && !(math.Abs(got-want[i]) <= tolerance*(1+math.Abs(want[i]))) {
			t.Errorf("%s: row %d: got %v, want %v", what, i, got, want[i])
			return
		}
	}
}

type exporter func(w io.Writer, m *flow.Transformed, context mat.Matrix) error

// exported writes a model and imports it again.
func exported(t *testing.T, what string, write exporter, m *flow.Transformed, tolerance float64) {
	t.Helper()
	var context mat.Matrix
	if k := m.CondDim(); k > 0 {
		context = normals(3, k)
	}
	var b bytes.Buffer
	if err := write(&b, m, context); err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	again, err := pytorch.Import(bytes.NewReader(b.Bytes()), nil)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	sameDensities(t, what, m, again, tolerance)
	var twice bytes.Buffer
	if err := write(&twice, again, context); err != nil {
		t.Errorf("%s, once more: %v", what, err)
	}
}

// Presets of ours become flows of zuko, and these the same models again.
func TestExportZuko(t *testing.T) {
	small := []int{9, 7}
	for _, c := range []struct {
		name string
		of   func(flow.Arch, rand.Source) *flow.Transformed
		arch flow.Arch
	}{
		{"MAF", flow.MAF, flow.Arch{Dim: 3, Hidden: small}},
		{"MAF in an order", flow.MAF, flow.Arch{Dim: 4, Hidden: small, Order: []int{2, 0, 3, 1}, Clip: -1}},
		{"MAF tanh", flow.MAF, flow.Arch{Dim: 3, Hidden: small, Activation: nn.Tanh}},
		{"MAF no hidden", flow.MAF, flow.Arch{Dim: 3, Hidden: []int{}}},
		{"MAF context", flow.MAF, flow.Arch{Dim: 3, Cond: 2, Hidden: small}},
		{"MAF context, GELU", flow.MAF, flow.Arch{Dim: 3, Cond: 2, Hidden: small, Activation: nn.GELU}},
		{"MAF context, SiLU", flow.MAF, flow.Arch{Dim: 2, Cond: 2, Hidden: small, Activation: nn.SiLU}},
		{"MAF context, leaky", flow.MAF, flow.Arch{Dim: 2, Cond: 1, Hidden: small, Activation: nn.LeakyReLU}},
		{"MAF context, softplus", flow.MAF, flow.Arch{Dim: 2, Cond: 1, Hidden: small, Activation: nn.Softplus}},
		{"MAF of one column alone", flow.MAF, flow.Arch{Dim: 1, Hidden: small}},
		{"RealNVP of one column alone", flow.RealNVP, flow.Arch{Dim: 1}},
		{"MAF of one column", flow.MAF, flow.Arch{Dim: 1, Cond: 2, Hidden: small}},
		{"IAF", flow.IAF, flow.Arch{Dim: 3, Hidden: small}},
		{"RealNVP", flow.RealNVP, flow.Arch{Dim: 3, Hidden: small}},
		{"RealNVP context", flow.RealNVP, flow.Arch{Dim: 3, Cond: 2, Hidden: small, Activation: nn.ELU}},
		{"RealNVP of one column", flow.RealNVP, flow.Arch{Dim: 1, Cond: 2, Hidden: small}},
		{"NICE", flow.NICE, flow.Arch{Dim: 4, Hidden: small}},
		{"BPF", flow.BPF, flow.Arch{Dim: 2, Cond: 1, Hidden: small, Bound: 3}},
	} {
		exported(t, c.name, pytorch.ExportZuko, shaken(c.of(c.arch, rng.New(1))), 1e-12)
	}
}

// Presets of ours become flows of nflows.
func TestExportNflows(t *testing.T) {
	small := []int{9, 7}
	for _, c := range []struct {
		name string
		of   func(flow.Arch, rand.Source) *flow.Transformed
		arch flow.Arch
	}{
		{"NSF", flow.NSF, flow.Arch{Dim: 3, Hidden: small, Bins: 4}},
		{"NSF context", flow.NSF, flow.Arch{Dim: 3, Cond: 2, Hidden: small, Activation: nn.Tanh, Bound: 3}},
		{"NSF of one column alone", flow.NSF, flow.Arch{Dim: 1, Bins: 4}},
		{"NSF of one column", flow.NSF, flow.Arch{Dim: 1, Cond: 2, Hidden: small, Bins: 4}},
		{"NSFAR", flow.NSFAR, flow.Arch{Dim: 3, Hidden: small, Bins: 4}},
		{"NSFAR in an order", flow.NSFAR, flow.Arch{Dim: 4, Hidden: small, Bins: 4, Order: []int{2, 0, 3, 1}, Activation: nn.Tanh, Clip: -1}},
		{"NSFAR context", flow.NSFAR, flow.Arch{Dim: 3, Cond: 2, Hidden: small, Bins: 4}},
		{"NSFAR context, leaky", flow.NSFAR, flow.Arch{Dim: 2, Cond: 1, Hidden: small, Bins: 4, Activation: nn.LeakyReLU}},
		{"NSFAR of one column", flow.NSFAR, flow.Arch{Dim: 1, Hidden: small, Bins: 4}},
		{"RealNVP", flow.RealNVP, flow.Arch{Dim: 3, Cond: 1, Hidden: small}},
		{"MAF", flow.MAF, flow.Arch{Dim: 3, Hidden: small}},
		{"IAF context", flow.IAF, flow.Arch{Dim: 3, Cond: 1, Hidden: small}},
		{"NICE", flow.NICE, flow.Arch{Dim: 4, Hidden: small}},
	} {
		exported(t, c.name, pytorch.ExportNflows, shaken(c.of(c.arch, rng.New(1))), 1e-12)
	}
}

func imported(t *testing.T, name string) *flow.Transformed {
	t.Helper()
	m, err := pytorch.Import(bytes.NewReader(describedFile(t, name)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// What was imported goes back with the same tensors.
func TestExportImported(t *testing.T) {
	for _, name := range []string{"zuko_maf", "zuko_nsf", "zuko_nice", "zuko_lambda", "zuko_normalize", "zuko_residual", "sbi_unconstrained", "nflows_spline", "nflows_maf", "nflows_cdf", "sbi_maf", "sbi_nsf",
		"nflows_least", "nflows_general", "normflows_realnvp", "normflows_output", "normflows_sigmoid_inv", "normflows_uniform"} {
		m := imported(t, name)
		write := pytorch.ExportZuko
		if !strings.HasPrefix(name, "zuko") && name != "sbi_unconstrained" {
			write = pytorch.ExportNflows
		}
		exported(t, name, write, m, 1e-12)
	}
}

func residualCoupling() *bijector.Coupling {
	return bijector.NewCoupling(2, []int{0}, bijector.Affine{}, 0, func(in, out int) nn.Network { return nn.NewResMLP(in, 4, 1, out, nn.ReLU, rng.New(1)) })
}

// What has no counterpart is refused by name.
func TestExportRefuses(t *testing.T) {
	arch := flow.Arch{Dim: 2, Hidden: []int{4}}
	given := flow.Arch{Dim: 2, Cond: 2, Hidden: []int{4}, Activation: nn.Tanh}
	for _, c := range []struct {
		m       *flow.Transformed
		context mat.Matrix
		want    string
	}{
		{imported(t, "nflows_mademog"), normals(1, 2), "its masked network has residual blocks"},
		{flow.New(dist.NewStdNormal(2), residualCoupling()), nil, "its network is no perceptron"},
		{flow.GF(arch, rng.New(1)), nil, "zuko has mixtures of normal distribution functions of equal weights alone"},
		{flow.NSF(arch, rng.New(1)), nil, "part 3 of the map, Coupling: zuko has no counterpart of its map, Spline"},
		{flow.Planar(arch, rng.New(1)), nil, "Planar: zuko has no counterpart"},
		{flow.MAF(given, rng.New(1)), normals(1, 2), `an activation "tanh" cannot carry it on`},
		{flow.MAF(given, rng.New(1)), nil, "got 0 contexts of 0 columns, want at least one of 2"},
		{flow.MAF(arch, rng.New(1)), normals(1, 2), "got contexts for a model that takes none"},
	} {
		var b bytes.Buffer
		if err := pytorch.ExportZuko(&b, shaken(c.m), c.context); err == nil || !strings.Contains(err.Error(), c.want) || b.Len() > 0 {
			t.Errorf("got %v and %d bytes, want %q", err, b.Len(), c.want)
		}
	}
}
