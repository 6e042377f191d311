package flow_test

import (
	"math"
	"runtime"
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
)

// normalised is a RealNVP with batch normalisation.
func normalised(seed uint64) (*flow.Transformed, []*bijector.BatchNorm) {
	src := rng.New(seed)
	net := func(in, out int) nn.Network { return nn.NewMLP(in, []int{16}, out, nn.Tanh, src) }
	var chain bijector.Chain
	var norms []*bijector.BatchNorm
	for i := range 3 {
		norm := bijector.NewBatchNorm(2)
		norms = append(norms, norm)
		chain = append(chain, bijector.NewCoupling(2, []int{i % 2}, bijector.Affine{}, 0, net), norm)
	}
	return flow.New(dist.NewStdNormal(2), chain...), norms
}

// The statistics follow the data as they arrive at the layer, for any number of
// workers to the last bit.
func TestFitWithBatchNorm(t *testing.T) {
	data := bananas(4000, 1)
	fit := func(workers int) ([]*bijector.BatchNorm, *flow.Result) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(workers))
		m, norms := normalised(5)
		r, err := flow.Fit(background, m, flow.Rows(data), &flow.Settings{Steps: 300, Batch: 256, Every: 20, Schedule: optim.Constant(0.02)})
		if err != nil {
			t.Fatal(err)
		}
		return norms, r
	}
	norms, r := fit(1)
	again, _ := fit(4)
	for i, n := range norms {
		for j, p := range n.Statistics() {
			for k, v := range p.Data() {
				if w := again[i].Statistics()[j].Data()[k]; math.Float64bits(v) != math.Float64bits(w) {
					t.Errorf("layer %d: got statistics %v with one worker and %v with four", i, v, w)
				}
			}
		}
	}
	last := norms[len(norms)-1]
	for j, want := range []float64{4, 0} { // the data's means, ±0.1
		if got := last.Mean.Data()[j]; math.Abs(got-want) > 0.4 {
			t.Errorf("column %d: got running mean %v, want about %v", j, got, want)
		}
	}
	if r.Loss > 4.7 {
		t.Errorf("got NLL %v, want less than 4.7: the entropy is 4.22", r.Loss)
	}
}

// The statistics that Fit leaves are those of the best record, as the parameters are.
func TestFitKeepsTheBestStatistics(t *testing.T) {
	m, _ := normalised(5)
	r, err := flow.Fit(background, m, flow.Rows(bananas(150, 5)), &flow.Settings{Steps: 3000, Every: 20, Patience: 3,
		Validation: 0.3, Schedule: optim.Constant(0.02)})
	if err != nil {
		t.Fatal(err)
	}
	if r.Best == r.Steps || r.Best == 0 {
		t.Fatalf("got the best record after %d steps of %d, want one between", r.Best, r.Steps)
	}
	if got := -r.Held.Value; math.Abs(got-r.Loss) > 1e-12 {
		t.Errorf("got NLL %v of the held-out rows, want %v: the statistics are not those of the best record", got, r.Loss)
	}
}
