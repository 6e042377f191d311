package flow_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// normalisedImages returns a RealNVP for stripes with batch normalisation, if asked for with a
// context, and its data.
func normalisedImages(cond int) (*flow.Transformed, flow.Data) {
	x, class := stripes(300, 1)
	m := flow.ImageRealNVP(flow.ImageArch{Height: 4, Width: 4, Intensities: 8, Hidden: 4, Steps: 2, Blocks: 1, Scales: 2, Cond: cond, BatchNorm: true}, rng.New(1))
	data := flow.Rows(x).Dequantized()
	if cond > 0 {
		data = data.Given(class)
	}
	return m, data
}

// networkNorms returns the normalisations in the networks of a model's couplings.
func networkNorms(m *flow.Transformed) (all []*nn.BatchNorm) {
	for _, b := range bijectors(m.Map) {
		c, ok := b.(*bijector.Coupling)
		if !ok {
			continue
		}
		net := c.Net
		if r, ok := net.(*nn.Rewired); ok {
			net = r.Net
		}
		if r, ok := net.(*nn.ResConv); ok {
			all = append(all, r.First.Norm)
			for i := range r.Blocks {
				all = append(all, r.Blocks[i].A.Norm, r.Blocks[i].B.Norm)
			}
		}
	}
	return all
}

// statisticBits are those of all running statistics and learned values.
func statisticBits(m *flow.Transformed) []uint64 {
	all := bits(m)
	for _, p := range bijector.Statistics(m.Map) {
		for _, v := range p.Data() {
			all = append(all, math.Float64bits(v))
		}
	}
	return all
}

// All statistics, of networks and between couplings, start from the data and
// follow them, to the same bits for any number of workers.
func TestImageBatchNorm(t *testing.T) {
	for _, cond := range []int{0, 2} {
		fit := func(workers, steps int) *flow.Transformed {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
			m, data := normalisedImages(cond)
			if r, err := flow.Fit(background, m, data, &flow.Settings{Steps: steps, Batch: 200, Validation: -1}); err != nil || r.Skipped > 0 {
				t.Fatalf("got %v after %+v", err, r)
			}
			return m
		}
		one := fit(1, 20)
		if !slices.Equal(statisticBits(one), statisticBits(fit(4, 20))) {
			t.Errorf("context of %d: got other bits with four workers", cond)
		}
		fresh, _ := normalisedImages(cond)
		start, after, end := bijector.Statistics(fresh.Map), bijector.Statistics(fit(1, 1).Map), bijector.Statistics(one.Map)
		// 3 blocks of 2, 2 and 3 couplings; each has 3 normalised layers and a normalisation after it.
		if n := len(end); n != 2*7*4 {
			t.Errorf("got %d statistics, want %d", n, 2*7*4)
		}
		for i := range end {
			if a, b, c := start[i].Data(), after[i].Data(), end[i].Data(); slices.Equal(a, b) || slices.Equal(b, c) {
				t.Errorf("context of %d: statistic %d: got %v, %v after a step and %v after 20, want changes", cond, i, a, b, c)
			}
		}
	}
}

// A saved model has the densities of the one that was trained, and so has one whose training was
// broken off and resumed.
func TestImageBatchNormSavedAndResumed(t *testing.T) {
	train := func(ctx context.Context, file string, report func(flow.Record)) (*flow.Transformed, error) {
		m, data := normalisedImages(2)
		_, err := flow.Fit(ctx, m, data, &flow.Settings{Steps: 30, Batch: 50, Every: 10, Checkpoint: file, CheckpointSteps: 7, Report: report})
		return m, err
	}
	m, err := train(background, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "training")
	ctx, stop := context.WithCancel(background)
	if _, err := train(ctx, file, func(flow.Record) { stop() }); err == nil {
		t.Fatal("got no error of a training that was broken off")
	}
	resumed, err := train(background, file, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	loaded, err := flow.Load(&b)
	if err != nil {
		t.Fatal(err)
	}
	x, class := stripes(50, 2)
	want := m.Given(class).LogProbs(nil, x)
	for name, other := range map[string]*flow.Transformed{"loaded": loaded, "resumed": resumed} {
		if !slices.Equal(statisticBits(other), statisticBits(m)) {
			t.Errorf("%s: got other numbers", name)
		}
		if got := other.Given(class).LogProbs(nil, x); !slices.Equal(got, want) {
			t.Errorf("%s: got log-densities %v, want %v", name, got[:3], want[:3])
		}
	}
	y := flow.Dequantize(nil, x, rng.New(3))
	back := m.Given(class).Decode(nil, m.Given(class).Encode(nil, y))
	back.Sub(back, y)
	if e := mat.Norm(back, 2); !(e < 1e-10) {
		t.Errorf("got images back with error %v", e)
	}
}

// Without BatchNorm the networks keep the statistics of the first data.
func TestImageStatisticsOfFirstData(t *testing.T) {
	x, _ := stripes(300, 1)
	m := flow.ImageRealNVP(flow.ImageArch{Height: 4, Width: 4, Intensities: 8, Hidden: 4, Steps: 1, Blocks: 1, Scales: 1}, rng.New(1))
	if s := bijector.Statistics(m.Map); len(s) != 0 {
		t.Fatalf("got %d running statistics, want none", len(s))
	}
	norms := func() (s string) {
		for _, n := range networkNorms(m) {
			s += fmt.Sprint(n.Initialized, n.Mean.Data(), n.Var.Data())
		}
		return s
	}
	before := norms()
	for i, steps := range []int{1, 20} {
		if _, err := flow.Fit(background, m, flow.Rows(x).Dequantized(), &flow.Settings{Steps: steps, Batch: 50, Seed: uint64(i)}); err != nil {
			t.Fatal(err)
		}
		if now := norms(); (now == before) != (i == 1) {
			t.Errorf("training %d: got statistics %s after %s", i, now, before)
		}
		before = norms()
	}
}
