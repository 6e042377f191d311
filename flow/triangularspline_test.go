package flow_test

import (
	"testing"

	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
)

// The banana N(x₁ | x₂²/4, 1)·N(x₂ | 0, 4²) has an entropy of 4.22; the best normal distribution reaches 5.97.
func TestTriangularSplineLearns(t *testing.T) {
	m := flow.TriangularSpline(flow.Arch{Dim: 2}, rng.New(1))
	if _, err := flow.Fit(background, m, flow.Rows(bananas(3000, 3)), &flow.Settings{Steps: 500, Schedule: optim.Cosine{Start: 0.02}}); err != nil {
		t.Fatal(err)
	}
	var mean float64
	for _, lp := range m.LogProbs(nil, bananas(2000, 4)) {
		mean += lp / 2000
	}
	if mean < -4.5 {
		t.Errorf("got mean log p %v, want about -4.3", mean)
	}
}
