package flow_test

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Matched paths make a flow whose density is that of the data.
func TestMatch(t *testing.T) {
	m := flow.CNF(flow.Arch{Dim: 2, Hidden: []int{32, 32}}, rng.New(1))
	r, err := flow.Match(background, m, flow.Fresh(2, banana), &flow.MatchSettings{Settings: flow.Settings{Steps: 1500, Batch: 128, Average: 0.99, Held: flow.Rows(bananas(500, 7)), Every: 500}})
	if err != nil {
		t.Fatal(err)
	}
	if got := -r.Held.Value; !(math.Abs(got-bananaEntropy) < 0.2) {
		t.Errorf("got an NLL of %v, want about %v; the best normal distribution has 5.97", got, bananaEntropy)
	}
	if r.Loss != r.History[len(r.History)-1].Validation || !(r.Loss < r.History[0].Validation) {
		t.Errorf("got losses %v, want them to fall to that of the result", r.History)
	}
}

// Pairing of draws with rows leaves p(y | c) as it is: here each context has its own place, and draws that went
// to rows of other contexts would make every p(y | c) narrow.
func TestMatchGiven(t *testing.T) {
	pairs := flow.FreshGiven(1, 1, func(y, c *mat.Dense, src rand.Source) {
		r := rand.New(src)
		n, _ := y.Dims()
		for i := range n {
			at := r.NormFloat64()
			c.Set(i, 0, at)
			y.Set(i, 0, 3*at+r.NormFloat64())
		}
	})
	m := flow.CNF(flow.Arch{Dim: 1, Cond: 1, Hidden: []int{16, 16}}, rng.New(1))
	if _, err := flow.Match(background, m, pairs, &flow.MatchSettings{Settings: flow.Settings{Steps: 1500, Batch: 128, Average: 0.99}, Pair: 16}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []float64{-1, 0, 1} {
		given := m.Given(mat.NewDense(1, 1, []float64{c}))
		y := mat.NewDense(4000, 1, nil)
		given.Draw(y, rng.New(2))
		var mean, square float64
		for _, v := range y.RawMatrix().Data {
			mean += v / 4000
			square += v * v / 4000
		}
		if sd := math.Sqrt(square - mean*mean); !(math.Abs(mean-3*c) < 0.15 && math.Abs(sd-1) < 0.12) {
			t.Errorf("given %v: got mean %.3f and deviation %.3f, want %v and 1", c, mean, sd, 3*c)
		}
	}
}

// A training that is broken off goes on bit for bit, and only as what it was.
func TestMatchResumes(t *testing.T) {
	for name, data := range map[string]flow.Data{
		"rows":  flow.Rows(bananas(300, 3)).Weighted(slices.Repeat([]float64{1, 2}, 150)).Dequantized(),
		"fresh": flow.Fresh(2, banana),
	} {
		train := func(file string, ctx context.Context, stop func(flow.Record)) ([]uint64, error) {
			m := flow.CNF(flow.Arch{Dim: 2, Hidden: []int{8}}, rng.New(1))
			_, err := flow.Match(ctx, m, data, &flow.MatchSettings{Settings: flow.Settings{Steps: 60, Batch: 70, Every: 10, Checkpoint: file, CheckpointSteps: 7, Report: stop}, Pair: 16})
			return bits(m), err
		}
		want, err := train("", background, nil)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "training")
		ctx, cancel := context.WithCancel(background)
		if _, err := train(file, ctx, func(r flow.Record) {
			if r.Step == 30 {
				cancel()
			}
		}); err == nil {
			t.Fatal("got no error from a training that was broken off")
		}
		cancel()
		if got, err := train(file, background, nil); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: a resumed training ended with other bits, or %v", name, err)
		}
		m := flow.CNF(flow.Arch{Dim: 2, Hidden: []int{8}}, rng.New(1))
		_, err = flow.Fit(background, m, data, &flow.Settings{Steps: 60, Batch: 70, Every: 10, Checkpoint: file})
		wantError(t, err, "another training")
	}
}

func TestMatchRefuses(t *testing.T) {
	x := flow.Rows(bananas(100, 1))
	cnf := flow.CNF(flow.Arch{Dim: 2, Hidden: []int{4}}, rng.New(1))
	for want, m := range map[string]*flow.Transformed{
		"first map is no bijector.Continuous": flow.NSF(flow.Arch{Dim: 2}, rng.New(1)),
		"first map is no":                     flow.New(dist.NewStdNormal(2)),
		"behind the velocity":                 cnf.Then(bijector.NewScale(autodiff.Learned(2))),
		"base that takes a context":           flow.New(flow.MAF(flow.Arch{Dim: 2, Cond: 1}, nil), cnf.Map...),
	} {
		_, err := flow.Match(background, m, x, nil)
		wantError(t, err, want)
	}
	_, err := flow.Match(background, cnf.Then(bijector.Exp{}), flow.Rows(mat.NewDense(2, 2, []float64{1, 2, 3, -4})), nil)
	wantError(t, err, "row 1, column 1")
}
