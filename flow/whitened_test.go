package flow_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/normflow/normflow/autodiff/optim"
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

// Where no step is worth its standard error the model is the normal distribution of all rows, held-out ones too, while what is said of
// held-out rows is said by one that has not seen them; a resumed training, in the same model or another, has the same bits.
func TestPresetsThatGainNothingAreTheNormalOfAllRows(t *testing.T) {
	const n, d = 120, 12
	x, test := walks(n, d, 1), walks(500, d, 2)
	normal, err := dist.FitMultivariateNormal(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := flow.New(normal).LogProbs(nil, test)
	file := filepath.Join(t.TempDir(), "training")
	var models []*flow.Transformed
	for range 2 {
		models = append(models, flow.NSF(flow.Arch{Dim: d, Layers: 2, Hidden: []int{16}}, rng.New(3)))
	}
	ctx, cancel := context.WithCancel(background)
	s := &flow.Settings{Steps: 60, Checkpoint: file, Report: func(r flow.Record) {
		if r.Step >= 10 {
			cancel()
		}
	}}
	if _, err := flow.Fit(ctx, models[0], flow.Rows(x), s); !errors.Is(err, context.Canceled) {
		t.Fatalf("got error %v, want that of the context", err)
	}
	half, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s.Report = nil
	for i, m := range append(models, flow.NSF(flow.Arch{Dim: d, Layers: 2, Hidden: []int{16}}, rng.New(3))) {
		if err := os.WriteFile(file, half, 0o600); err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			s.Checkpoint = ""
		}
		r, err := flow.Fit(background, m, flow.Rows(x), s)
		if err != nil {
			t.Fatal(err)
		}
		if r.Best != 0 || r.Loss != r.History[0].Validation || math.Abs(r.Loss+r.Held.Value) > 1e-12 || i < 2 && r.Resumed == 0 {
			t.Errorf("training %d: got best step %d, loss %v of %v, held out %v, resumed at %d", i, r.Best, r.Loss, r.History[0].Validation, r.Held, r.Resumed)
		}
		got := m.LogProbs(nil, test)
		for k := range got {
			if math.Abs(got[k]-want[k]) > 1e-6*math.Abs(want[k]) {
				t.Fatalf("training %d: row %d: got log-density %v, want the normal distribution's %v", i, k, got[k], want[k])
			}
		}
	}
}

// Steps that are worth more stay, and what a model had before it was trained once more is not set again.
func TestPresetsThatGainKeepTheirSteps(t *testing.T) {
	const n, d = 150, 6
	x := walks(n, d, 1)
	for i := range n {
		x.Set(i, 1, x.At(i, 0)+0.01*x.At(i, 0)*x.At(i, 0))
	}
	m := flow.NSF(flow.Arch{Dim: d, Layers: 2, Hidden: []int{16}}, rng.New(3))
	for _, steps := range []int{200, 1} {
		s := &flow.Settings{Steps: steps}
		if steps == 1 {
			s.Schedule, s.Average = optim.Cosine{Start: 1}, -1 // that makes it worse
		}
		r, err := flow.Fit(background, m, flow.Rows(x), s)
		if err != nil {
			t.Fatal(err)
		}
		if m.Map[0].(*bijector.Whitener).Plain() || (r.Best == 0) != (steps == 1) {
			t.Errorf("of %d steps: got the best after %d", steps, r.Best)
		}
		if w := m.Map[len(m.Map)-1].(*bijector.Standardizer); math.Abs(w.Shift.Data()[0]-stat.Mean(mat.Col(nil, 0, x), nil)) < 1e-6 {
			t.Errorf("of %d steps: got the mean of all rows, want that of those learned from", steps)
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
