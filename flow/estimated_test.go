package flow_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
)

// A residual flow of many columns learns by estimates of its log-determinants, which a training averages to what scores say, and scores exactly.
func TestFitByEstimates(t *testing.T) {
	const n, d = 1000, 12
	x := normal(n, d, 3)
	for i := range n {
		for j := 1; j < d; j++ {
			x.Set(i, j, math.Sin(2*x.At(i, j-1))+0.5*x.At(i, j))
		}
	}
	m := flow.Residual(flow.Arch{Dim: d, Layers: 2, Hidden: []int{24}}, rng.New(1))
	r, err := flow.Fit(background, m, flow.Rows(x), &flow.Settings{Steps: 300, Schedule: fast})
	if err != nil {
		t.Fatal(err)
	}
	gauss := flow.NICE(flow.Arch{Dim: d, Layers: 1, Hidden: []int{1}}, rng.New(1))
	g, err := flow.Fit(background, gauss, flow.Rows(x), &flow.Settings{Steps: 1, Schedule: fast})
	if err != nil {
		t.Fatal(err)
	}
	exact := 0.0
	for _, lp := range m.LogProbs(nil, x) {
		exact -= lp / n
	}
	t.Logf("NLL %.3f, in training %.3f; independent normals %.3f", exact, r.History[len(r.History)-1].Loss, g.Loss)
	if !(exact < g.Loss-1) {
		t.Errorf("got an NLL of %v, want one better than %v of independent normals by 1", exact, g.Loss)
	}
}
