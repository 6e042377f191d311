package flow_test

import (
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
)

// Flows of simple maps learn a density that is none of a normal distribution.
func TestSimpleMapsLearn(t *testing.T) {
	x := bananas(2000, 1)
	for name, preset := range map[string]func(flow.Arch, rand.Source) *flow.Transformed{"Planar": flow.Planar, "Radial": flow.Radial, "Sylvester": flow.Sylvester, "BNAF": flow.BNAF, "Residual": flow.Residual} {
		r, err := flow.Fit(background, preset(flow.Arch{Dim: 2, Hidden: []int{16, 16}}, rng.New(1)), flow.Rows(x), &flow.Settings{Steps: 500, Schedule: fast})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: NLL %v", name, r.Loss)
		if !(r.Loss < 5.3) {
			t.Errorf("%s: got an NLL of %v, want below 5.3; the best normal distribution has 5.97", name, r.Loss)
		}
	}
}
