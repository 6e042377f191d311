package flow_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/flowtest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A flow behind which absolute values are taken is trained by its exact density, as any other, and saved.
func TestAbsoluteLearns(t *testing.T) {
	truth := dist.NewAbsolute(dist.NewNormal(1, autodiff.Fixed(1), autodiff.Fixed(0.7)))
	y, test := mat.NewDense(2000, 1, nil), mat.NewDense(2000, 1, nil)
	truth.Draw(y, rng.New(1))
	truth.Draw(test, rng.New(2))
	m := flow.New(dist.NewAbsolute(flow.NSF(flow.Arch{Dim: 1, Hidden: []int{8}}, rng.New(3))))
	if _, err := flow.Fit(background, m, flow.Rows(y), &flow.Settings{Steps: 400, Schedule: fast}); err != nil {
		t.Fatal(err)
	}
	var gap float64
	for i, lp := range m.LogProbs(nil, test) {
		gap += (dist.LogProb(truth, test.RawRowView(i)) - lp) / 2000
	}
	if !(math.Abs(gap) < 0.05) {
		t.Errorf("got a mean log-density that is %v below the truth, want about as much", gap)
	}
	if got := m.LogProb([]float64{-0.5}); !math.IsInf(got, -1) {
		t.Errorf("got %v where no row can be, want −Inf", got)
	}
	flowtest.File(t, m, test, nil)
}
