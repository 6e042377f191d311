package flow_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

var background = context.Background()

// A short fit beats the best Gaussian, 5.9724 nats, by far, its density is one, and
// agrees with the histogram of its samples.
func TestBanana(t *testing.T) {
	m := flow.RealNVP(flow.Arch{Dim: 2, Hidden: []int{32, 32}}, rng.New(1))
	r, err := flow.Fit(background, m, flow.Fresh(2, banana), &flow.Settings{Steps: 400, Batch: 256})
	if err != nil {
		t.Fatal(err)
	}
	var nll float64
	x := bananas(20000, 2)
	for _, lp := range m.LogProbs(nil, x) {
		nll -= lp / 20000
	}
	if nll > bananaEntropy+0.05 || r.Steps != 400 || len(r.History) != 50 {
		t.Errorf("got NLL %v after %d steps, want close to %v", nll, r.Steps, bananaEntropy)
	}
	histogram(t, "banana", m, [2]float64{-3, -6}, [2]float64{8, 6})
}

// The same seed gives the same bits on any number of cores.
func TestFitIsDeterministic(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	cores, steps := []int{1, 2, 8}, 200
	if testing.Short() {
		cores, steps = []int{1, 3}, 60
	}
	for name, data := range map[string]flow.Data{
		"fresh":    flow.Fresh(2, banana),
		"rows":     flow.Rows(bananas(3000, 4)),
		"weighted": flow.Rows(bananas(3000, 4)).Weighted(slices.Repeat([]float64{1, 0.5, 2}, 1000)),
		"single":   flow.Rows(bananas(3000, 4)),
	} {
		var want []uint64
		a := flow.Arch{Dim: 2, Layers: 2}
		if name == "single" {
			a.Precision = flow.Float32
		}
		for _, procs := range cores {
			runtime.GOMAXPROCS(procs)
			m := flow.NSF(a, rng.New(1))
			if _, err := flow.Fit(background, m, data, &flow.Settings{Steps: steps, Batch: 400, Seed: 9}); err != nil {
				t.Fatal(err)
			}
			got := bits(m)
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: with %d cores: parameters differ from those with one", name, procs)
			}
		}
	}
}

// Early stopping gives the parameters of the best record.
func TestFitKeepsTheBest(t *testing.T) {
	train := bananas(150, 5)
	m := flow.NSF(flow.Arch{Dim: 2}, rng.New(1))
	var seen []flow.Record
	r, err := flow.Fit(background, m, flow.Rows(train), &flow.Settings{Steps: 3000, Every: 20, Patience: 5, Validation: 0.3,
		Schedule: optim.Constant(0.01), Report: func(r flow.Record) { seen = append(seen, r) }})
	if err != nil {
		t.Fatal(err)
	}
	best := 0
	for i, h := range seen {
		if h.Validation < seen[best].Validation {
			best = i
		}
	}
	if !r.Stopped || r.Steps == 3000 || r.Best != seen[best].Step || r.Loss != seen[best].Validation || len(r.History) != len(seen) {
		t.Errorf("got stop %v after %d steps with the best at %d of loss %v, want it at %+v", r.Stopped, r.Steps, r.Best, r.Loss, seen[best])
	}
	if got := -r.Held.Value; math.Abs(got-r.Loss) > 1e-12 {
		t.Errorf("got NLL %v of the held-out rows, want %v: the parameters are not those of the best record", got, r.Loss)
	}
	if last := seen[len(seen)-1]; last.Rate > 0.001 || seen[0].Step != 0 {
		t.Errorf("got a first record %+v and a last %+v, want one before the first step, and a rate that has come down", seen[0], last)
	}
}

// Weights count rows: weight 0 leaves a row out, weights 2 repeat it.
func TestFitWeights(t *testing.T) {
	x := mat.NewDense(400, 1, nil)
	w := make([]float64, 400)
	for i := range w {
		x.Set(i, 0, float64(i%2)*10+math.Sin(float64(i)))
		w[i] = float64(i % 2)
	}
	m := flow.New(dist.NewStdNormal(1), bijector.NewScale(autodiff.Learned(1)), bijector.NewShift(autodiff.Learned(0)))
	_, err := flow.Fit(background, m, flow.Rows(x).Weighted(w), &flow.Settings{Steps: 800, Schedule: optim.Cosine{Start: 0.3}, Validation: -1, Clip: -1})
	if err != nil {
		t.Fatal(err)
	}
	mean := m.Decode(nil, mat.NewDense(1, 1, nil)).At(0, 0)
	if math.Abs(mean-10) > 0.1 {
		t.Errorf("got mean %v, want 10 as the rows that have weight", mean)
	}
}

// A conditional flow learns the posterior of a linear Gaussian simulator:
// θ ~ N(0, 1), c = θ + ½ε gives θ | c ~ N(0.8·c, 0.2).
func TestFitPosterior(t *testing.T) {
	simulate := func(theta, c *mat.Dense, src rand.Source) {
		r := rand.New(src)
		n, _ := theta.Dims()
		for i := range n {
			theta.Set(i, 0, r.NormFloat64())
			c.Set(i, 0, theta.At(i, 0)+0.5*r.NormFloat64())
		}
	}
	m := flow.RealNVP(flow.Arch{Dim: 1, Cond: 1, Layers: 2, Hidden: []int{32}}, rng.New(1))
	if _, err := flow.Fit(background, m, flow.FreshGiven(1, 1, simulate), &flow.Settings{Steps: 1500}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []float64{-1, 0.5, 1.5} {
		y := mat.NewDense(20000, 1, nil)
		m.Given(mat.NewDense(1, 1, []float64{c})).Draw(y, rng.New(2))
		var mean, variance float64
		for i := range 20000 {
			mean += y.At(i, 0) / 20000
		}
		for i := range 20000 {
			variance += (y.At(i, 0) - mean) * (y.At(i, 0) - mean) / 20000
		}
		if math.Abs(mean-0.8*c) > 0.05*math.Abs(0.8*c) || math.Abs(variance-0.2) > 0.05*0.2 {
			t.Errorf("given %v: got mean %v and variance %v, want %v and 0.2 within 5 %%", c, mean, variance, 0.8*c)
		}
	}
}

func TestFitRefusesBadInput(t *testing.T) {
	good := bananas(50, 1)
	bad := mat.DenseCopyOf(good)
	bad.Set(17, 1, math.Inf(1))
	cancelled, cancel := context.WithCancel(background)
	cancel()
	plain := flow.Rows(good)
	for _, tc := range []struct {
		name, want string
		ctx        context.Context
		data       flow.Data
		s          *flow.Settings
	}{
		{"no data", "got no data", background, flow.Data{}, nil},
		{"empty", "got data of 0 columns, want 2", background, flow.Rows(&mat.Dense{}), nil},
		{"width", "got data of 3 columns, want 2", background, flow.Rows(normal(9, 3, 1)), nil},
		{"infinite", "data row 17, column 1: got +Inf", background, flow.Rows(bad), nil},
		{"context", "with a context of 1 columns, want 0", background, plain.Given(normal(50, 1, 1)), nil},
		{"weights", "50 rows of data and 3 weights", background, plain.Weighted([]float64{1, 2, 3}), nil},
		{"negative weight", "weight 1: got -1", background, plain.Weighted(slices.Repeat([]float64{1, -1}, 25)), nil},
		{"zero weights", "all 0", background, plain.Weighted(make([]float64, 50)), nil},
		{"negative batch", "Settings.Batch: got -1", background, plain, &flow.Settings{Batch: -1}},
		{"negative steps", "Settings.Steps: got -1", background, plain, &flow.Settings{Steps: -1}},
		{"validation", "got Settings.Validation 1", background, plain, &flow.Settings{Validation: 1}},
		{"cancelled", "context canceled", cancelled, plain, nil},
	} {
		m := shake(flow.RealNVP(flow.Arch{Dim: 2, Hidden: []int{4}}, rng.New(1)), 1)
		before, fresh := bits(m), m.LogProb([]float64{1, 2})
		_, err := flow.Fit(tc.ctx, m, tc.data, tc.s)
		if wantError(t, err, tc.want); t.Failed() {
			t.Fatalf("case %s", tc.name)
		}
		if !slices.Equal(bits(m), before) || m.LogProb([]float64{1, 2}) != fresh {
			t.Errorf("%s: the model has changed", tc.name)
		}
	}
	_, err := flow.Fit(background, flow.New(dist.NewStdNormal(2)), plain, nil)
	wantError(t, err, "without parameters to learn")
}

// A gradient that is not finite never reaches the parameters.
func TestFitSkipsWhatIsNotFinite(t *testing.T) {
	calls := 0
	spoilt := func(period int) flow.Data {
		return flow.Fresh(1, func(b *mat.Dense, src rand.Source) {
			dist.NewStdNormal(1).Draw(b, src)
			if calls++; calls > 5 && calls%period == 0 {
				b.Set(0, 0, 1e200) // finite, but its square is not
			}
		})
	}
	make := func() *flow.Transformed {
		return flow.New(dist.NewStdNormal(1), bijector.NewScale(autodiff.Learned(1)), bijector.NewShift(autodiff.Learned(0)))
	}
	m := make()
	r, err := flow.Fit(background, m, spoilt(4), &flow.Settings{Steps: 40, Batch: 16})
	if err != nil || r.Skipped < 8 || r.Skipped > 10 {
		t.Errorf("got error %v and %d steps skipped, want about 9", err, r.Skipped)
	}
	calls = 0
	m = make()
	r, err = flow.Fit(background, m, spoilt(1), &flow.Settings{Steps: 40, Batch: 16, MaxSkipped: 4})
	wantError(t, err, "4 steps in a row were not finite: loss +Inf, gradient of Map.0.By (1×1) is -Inf at number 0")
	if r == nil || r.Skipped != 4 || math.IsNaN(m.LogProb([]float64{0})) {
		t.Errorf("got result %+v and log-density %v, want 4 skipped and a finite model", r, m.LogProb([]float64{0}))
	}
}

func TestFitStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	m := flow.RealNVP(flow.Arch{Dim: 2, Hidden: []int{4}}, rng.New(1))
	r, err := flow.Fit(ctx, m, flow.Fresh(2, banana), &flow.Settings{Steps: 1000, Every: 10, Report: func(r flow.Record) {
		if r.Step == 30 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || r.Steps != 30 {
		t.Errorf("got error %v after %d steps, want cancelled after 30", err, r.Steps)
	}
	wantError(t, err, "step 30")
}

// A panic in a user's map reaches the caller, whichever goroutine it was in.
func TestFitPassesPanicsOn(t *testing.T) {
	mustPanic(t, "Settings.Report", func() {
		flow.Fit(background, flow.RealNVP(flow.Arch{Dim: 2}, rng.New(1)), flow.Fresh(2, banana), &flow.Settings{Steps: 3, Every: 1,
			Report: func(flow.Record) { panic("Settings.Report") }})
	})
}
