package flow_test

import (
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/flowtest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// walks returns rows each of whose columns is near the one before.
func walks(n, d int, seed uint64) *mat.Dense {
	r := rand.New(rng.New(seed))
	x := mat.NewDense(n, d, nil)
	for i := range n {
		at := r.NormFloat64()
		for j := range d {
			x.Set(i, j, 10+3*at)
			at = 0.95*at + 0.3*r.NormFloat64()
		}
	}
	return x
}

// On few rows of strongly correlated columns presets are as good as the normal distribution, are saved with its matrix, and are triangular
// where they were.
func TestPresetsOfFewCorrelatedRows(t *testing.T) {
	const n, d = 120, 12
	x, test := walks(n, d, 1), walks(500, d, 2)
	normal, err := dist.FitMultivariateNormal(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := -stat.Mean(flow.New(normal).LogProbs(nil, test), nil)
	for name, preset := range map[string]func(flow.Arch, rand.Source) *flow.Transformed{"NSF": flow.NSF, "MAF": flow.MAF, "RealNVP": flow.RealNVP} {
		m := preset(flow.Arch{Dim: d, Layers: 1, Hidden: []int{16}}, rng.New(3))
		if _, err := flow.Fit(background, m, flow.Rows(x), &flow.Settings{Steps: 60}); err != nil {
			t.Fatal(err)
		}
		if m.Map[0].(*bijector.Whitener).Plain() {
			t.Errorf("%s: got no matrix", name)
		}
		if nll := -stat.Mean(m.LogProbs(nil, test), nil); nll > want+0.5 { // a sixth of the rows are held out; without a matrix it is 11 to 13 more
			t.Errorf("%s: got NLL %v, want that of the normal distribution, %v", name, nll, want)
		}
		flowtest.File(t, m, test.Slice(0, 3, 0, d).(*mat.Dense), nil)
		if _, err := m.Rosenblatt(mat.NewDense(3, d, nil), test.Slice(0, 3, 0, d)); (err == nil) != (name == "MAF") {
			t.Errorf("%s: Rosenblatt: got error %v", name, err)
		}
	}
}

// Many rows, and contexts, leave correlations to networks.
func TestPresetsOfManyCorrelatedRows(t *testing.T) {
	m := flow.MAF(flow.Arch{Dim: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
	if _, err := flow.Fit(background, m, flow.Rows(walks(40, 2, 1)), &flow.Settings{Steps: 2}); err != nil {
		t.Fatal(err)
	}
	if !m.Map[0].(*bijector.Whitener).Plain() {
		t.Error("got a matrix of 36 rows of two columns, want the identity")
	}
	if _, ok := flow.MAF(flow.Arch{Dim: 2, Cond: 1}, nil).Map[0].(*bijector.Whitener); ok {
		t.Error("got a whitener of a flow with a context")
	}
}
