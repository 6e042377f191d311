package flow_test

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A spline flow is not confined to a box around 0: its end adapts to the density.
func TestFitDensityFarAway(t *testing.T) {
	for _, c := range []struct{ loc, scale float64 }{{20, 3}, {1e6, 1e3}, {-3e-5, 1e-6}} {
		m := flow.NSF(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{16}}, rng.New(1))
		r, err := flow.FitDensity(background, m, func(y autodiff.Var) autodiff.Var {
			return y.AddConst(-c.loc).MulConst(1 / c.scale).Square().RowSum().MulConst(-0.5).AddConst(-math.Log(2 * math.Pi))
		}, &flow.Settings{Steps: 300})
		if err != nil {
			t.Fatal(err)
		}
		want := 2 * math.Log(c.scale)
		if z := r.Importance.LogZ; math.Abs(z.Value-want) > 0.01 || len(r.Warnings) > 0 {
			t.Errorf("N(%v, %v): got %v, want log Z %v", c.loc, c.scale, r, want)
		}
	}
}

// Mass that a model cannot reach is told, though its own draws look perfect.
func TestFitDensityMissingMass(t *testing.T) {
	m := flow.New(dist.NewStdNormal(1), bijector.NewScale(autodiff.Learned(0.5)), bijector.NewSigmoid(autodiff.Fixed(0), autodiff.Fixed(2)))
	r, err := flow.FitDensity(background, m, func(y autodiff.Var) autodiff.Var { return y.Square().MulConst(-0.5).RowSum() }, &flow.Settings{Steps: 400})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(r.String(), "misses mass") {
		t.Errorf("got %v, want a warning that mass is missed", r)
	}
}

// So is a share of one per cent far out, though no draw of the model comes there.
func TestFitDensityThinTails(t *testing.T) {
	wide := dist.NewMixture(dist.FixedWeights(0.97, 0.03), dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(1)), dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(4)))
	narrow := flow.New(dist.NewStdNormal(1), bijector.NewScale(autodiff.Learned(1)))
	r, err := flow.FitDensity(background, narrow, wide.LogDensity, &flow.Settings{Steps: 200})
	if err != nil || !strings.Contains(r.String(), "hardly come") {
		t.Errorf("got %v, %v, want a warning of thin tails", r, err)
	}
}

// A spline reaches the tail of a banana: log Z is not short of the part of its mass that is there.
func TestFitDensityBanana(t *testing.T) {
	r, err := flow.FitDensity(background, flow.NSF(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{32}}, rng.New(1)), func(y autodiff.Var) autodiff.Var {
		b := y.Slice(1, 2)
		return y.Slice(0, 1).Sub(b.Square().MulConst(0.25)).Square().Add(b.MulConst(0.25).Square()).MulConst(-0.5)
	}, &flow.Settings{Steps: 400})
	if err != nil {
		t.Fatal(err)
	}
	if z := r.Importance.LogZ.Value; math.Abs(z-math.Log(8*math.Pi)) > 0.01 {
		t.Errorf("got %v, want log Z %v", r, math.Log(8*math.Pi))
	}
}

func TestFitDensityWithoutGradient(t *testing.T) {
	m := flow.NSF(flow.Arch{Dim: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
	_, err := flow.FitDensity(background, m, func(y autodiff.Var) autodiff.Var {
		return y.Detach().Square().RowSum().MulConst(-0.5)
	}, &flow.Settings{Steps: 10})
	wantError(t, err, "does not depend on y")
	_, err = flow.FitDensity(background, flow.NSF(flow.Arch{Dim: 1, Layers: 1, Hidden: []int{4}}, rng.New(1)), func(y autodiff.Var) autodiff.Var {
		return y.MulConst(0).AddConst(math.Inf(-1))
	}, &flow.Settings{Steps: 10})
	wantError(t, err, "")
}

// The context is standardised as the data are: years do not hurt.
func TestContextIsStandardised(t *testing.T) {
	src := rng.New(4)
	x, c := mat.NewDense(1000, 1, nil), mat.NewDense(1000, 1, nil)
	dist.NewStdNormal(1).Draw(c, src)
	dist.NewStdNormal(1).Draw(x, src)
	for i := range 1000 {
		year := 2000 + 3*c.At(i, 0)
		x.Set(i, 0, 5*c.At(i, 0)+x.At(i, 0))
		c.Set(i, 0, year)
	}
	for name, m := range map[string]*flow.Transformed{
		"NSF":     flow.NSF(flow.Arch{Dim: 1, Cond: 1, Layers: 2, Hidden: []int{32}}, rng.New(1)),
		"MAF":     flow.MAF(flow.Arch{Dim: 1, Cond: 1, Layers: 2, Hidden: []int{32}}, rng.New(1)),
		"RealNVP": flow.RealNVP(flow.Arch{Dim: 1, Cond: 1, Layers: 2, Hidden: []int{32}}, rng.New(1)),
	} {
		r, err := flow.Fit(background, m, flow.Rows(x).Given(c), &flow.Settings{Steps: 1500, Schedule: fast})
		if err != nil || r.Loss > 0.5*math.Log(2*math.Pi*math.E)+0.15 {
			t.Errorf("%s: got NLL %v, %v, want nearly 1.42", name, r.Loss, err)
		}
	}
}

// A second training on rows of another scale is warned of.
func TestSecondFitWarns(t *testing.T) {
	x := bananas(300, 1)
	m := flow.NSF(flow.Arch{Dim: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
	r, err := flow.Fit(background, m, flow.Rows(x), &flow.Settings{Steps: 10})
	if err != nil || len(r.Warnings) > 0 {
		t.Fatalf("got %v, %v", r, err)
	}
	x.Apply(func(_, _ int, v float64) float64 { return 1000 + 100*v }, x)
	if r, _ = flow.Fit(background, m, flow.Rows(x), &flow.Settings{Steps: 10}); !strings.Contains(r.String(), "was standardised by rows of mean") {
		t.Errorf("got %v, want a warning of another scale", r)
	}
}

// So is one with contexts of another scale.
func TestSecondFitWarnsOfContexts(t *testing.T) {
	x, c := normal(300, 2, 1), normal(300, 2, 2)
	m := flow.NSF(flow.Arch{Dim: 2, Cond: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
	if r, err := flow.Fit(background, m, flow.Rows(x).Given(c), &flow.Settings{Steps: 10}); err != nil || len(r.Warnings) > 0 {
		t.Fatalf("got %v, %v", r, err)
	}
	c.Apply(func(_, j int, v float64) float64 { return v + 100*float64(j) }, c)
	if r, _ := flow.Fit(background, m, flow.Rows(x).Given(c), &flow.Settings{Steps: 10}); !strings.Contains(r.String(), "context column 1: the model was standardised by rows of mean") {
		t.Errorf("got %v, want a warning of another scale", r)
	}
}

// Columns without a density are named.
func TestFitWarnsOfTies(t *testing.T) {
	x := normal(300, 3, 1)
	for i := range 300 {
		x.Set(i, 1, 7)
		x.Set(i, 2, float64(i%5))
	}
	fit := func(d flow.Data) string {
		r, err := flow.Fit(background, flow.NSF(flow.Arch{Dim: 3, Layers: 1, Hidden: []int{4}}, rng.New(1)), d, &flow.Settings{Steps: 10})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(r.Warnings, "\n")
	}
	if got := fit(flow.Rows(x)); !strings.Contains(got, "columns [1] are constant") || !strings.Contains(got, "columns [2] have numbers that many rows share") {
		t.Errorf("got %q, want warnings of columns 1 and 2", got)
	}
	if got := fit(flow.Rows(x).Dequantized(0, 1, 1)); strings.Contains(got, "columns [") {
		t.Errorf("got %q of rows with noise, want no warning of ties", got)
	}
}

// Errors name a row by the index that the caller knows.
func TestFitNamesTheRow(t *testing.T) {
	x := normal(300, 2, 1)
	x.Apply(func(_, _ int, v float64) float64 { return math.Exp(v) }, x)
	x.Set(17, 1, -2)
	_, err := flow.Fit(background, flow.NSF(flow.Arch{Dim: 2}, rng.New(1)).Then(bijector.Exp{}), flow.Rows(x), nil)
	wantError(t, err, "row 17, column 1: got -2")
}

// Few rows are held out, too, and batches shrink.
func TestFewRows(t *testing.T) {
	x := normal(80, 4, 3)
	m := flow.NSF(flow.Arch{Dim: 4}, rng.New(1))
	r, err := flow.Fit(background, m, flow.Rows(x), &flow.Settings{Batch: 100000, Steps: 300})
	if err != nil || r.Held == nil || r.Held.N != 20 {
		t.Fatalf("got %v, %v, want 20 rows held out", r, err)
	}
	test := flow.New(dist.NewStdNormal(4)).LogProbs(nil, normal(2000, 4, 5))
	var nll, truth float64
	for i, lp := range m.LogProbs(nil, normal(2000, 4, 5)) {
		nll, truth = nll-lp/2000, truth-test[i]/2000
	}
	if nll > truth+1 {
		t.Errorf("got test NLL %v, truth %v", nll, truth)
	}
}

// A result can be judged, and an error has one, too.
func TestResultTells(t *testing.T) {
	m := flow.MAF(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{16}}, rng.New(1))
	r, err := flow.Fit(background, m, flow.Rows(bananas(1500, 2)), &flow.Settings{Steps: 600, Schedule: fast})
	if err != nil {
		t.Fatal(err)
	}
	if r.Held.N != 150 || r.Train.N != 150 || r.Gaussian.Value < 0.2 || r.Mixture == nil || r.Coverage.P < 1e-3 || math.Abs(r.Held.Value+r.Loss) > 1e-9 {
		t.Errorf("got %v", r)
	}
	r, err = flow.Fit(background, flow.NICE(flow.Arch{Dim: 2}, rng.New(1)), flow.Rows(twoBlobs(1500, 2, 1)), &flow.Settings{Steps: 100})
	if err != nil || !strings.Contains(r.String(), "a mixture of normal distributions is better") {
		t.Errorf("got %v, %v, want a warning that a mixture is better", r, err)
	}
	r, err = flow.Fit(background, m, flow.Rows(mat.NewDense(1, 2, []float64{1, nan})), nil)
	if r == nil || err == nil {
		t.Errorf("got %v and %v, want a result and an error", r, err)
	}
}

// Densities on a sphere are of its surface: no density of the space around it is compared with them. What is not known is left out of a result's words.
func TestResultOfSurface(t *testing.T) {
	x := mat.NewDense(500, 3, nil)
	dist.NewVonMisesFisher(autodiff.Fixed(1, 0, 0), autodiff.Fixed(10)).Draw(x, rng.New(1))
	s := &flow.Settings{Steps: 20}
	for _, m := range []*flow.Transformed{
		flow.New(dist.NewVonMisesFisher(autodiff.Learned(0, 0, 1), autodiff.Learned(2))),
		flow.New(dist.NewUniform(2, autodiff.Fixed(-math.Pi, -1), autodiff.Fixed(math.Pi, 1)),
			bijector.NewElementwise(2, bijector.NewPerColumn(bijector.Spline{Bound: math.Pi, Tails: bijector.CircularTails}, bijector.Spline{Bound: 1})), bijector.Cylindrical{}),
	} {
		r, err := flow.Fit(background, m, flow.Rows(x), s)
		if err != nil || r.Held == nil || r.Train == nil || r.Gaussian != nil || r.Mixture != nil || strings.Contains(r.String(), "normal distribution") {
			t.Errorf("got %v, %v, want no comparison with normal distributions", r, err)
		}
	}
	fresh := flow.Fresh(2, func(x *mat.Dense, src rand.Source) { x.Copy(bananas(x.RawMatrix().Rows, 1)) })
	r, err := flow.Fit(background, flow.NICE(flow.Arch{Dim: 2}, rng.New(1)), fresh, &flow.Settings{Steps: 5, Held: flow.Rows(bananas(100, 2))})
	if err != nil || r.Held == nil || !strings.Contains(r.String(), "held out: mean") || strings.Contains(r.String(), "PANIC") {
		t.Errorf("got %v, %v, want what the held-out rows say", r, err)
	}
}

// A cancelled training writes its checkpoint.
func TestCancelledCheckpoint(t *testing.T) {
	file := filepath.Join(t.TempDir(), "training")
	ctx, cancel := context.WithCancel(background)
	settings := &flow.Settings{Steps: 100, Every: 10, Checkpoint: file, CheckpointSteps: 1000, Schedule: optim.Constant(0.01), Report: func(r flow.Record) {
		if r.Step == 30 {
			cancel()
		}
	}}
	m := flow.MAF(flow.Arch{Dim: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
	if _, err := flow.Fit(ctx, m, flow.Rows(bananas(300, 1)), settings); err == nil {
		t.Fatal("got no error of a cancelled training")
	}
	if _, err := os.Stat(file); err != nil {
		t.Fatal(err)
	}
	m = flow.MAF(flow.Arch{Dim: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
	settings.Report = nil
	if r, err := flow.Fit(background, m, flow.Rows(bananas(300, 1)), settings); err != nil || r.Resumed != 30 {
		t.Errorf("got %v, %v, want it resumed at 30", r, err)
	}
}

// Two trainings of one model at once are refused, and one after the other are not.
func TestTwoTrainingsAtOnce(t *testing.T) {
	m := flow.MAF(flow.Arch{Dim: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
	rows := flow.Rows(bananas(100, 1))
	var inner error
	_, err := flow.Fit(background, m, rows, &flow.Settings{Steps: 4, Every: 2, Report: func(r flow.Record) {
		if r.Step == 2 {
			_, inner = flow.Fit(background, m, rows, &flow.Settings{Steps: 2})
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, inner, "that another training is changing")
	if _, err := flow.Fit(background, m, rows, &flow.Settings{Steps: 2}); err != nil {
		t.Error(err)
	}
}
