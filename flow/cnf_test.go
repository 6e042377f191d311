package flow_test

import (
	"bytes"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
)

// A continuous flow learns, and is the same from a file.
func TestCNF(t *testing.T) {
	x := bananas(1000, 1)
	m := flow.CNF(flow.Arch{Dim: 2, Hidden: []int{16, 16}}, rng.New(1))
	r, err := flow.Fit(background, m, flow.Rows(x), &flow.Settings{Steps: 500, Schedule: fast})
	if err != nil {
		t.Fatal(err)
	}
	if !(r.Loss < 5.3) {
		t.Errorf("got an NLL of %v, want below 5.3; the best normal distribution has 5.97", r.Loss)
	}
	var file bytes.Buffer
	if err := m.Save(&file); err != nil {
		t.Fatal(err)
	}
	loaded, err := flow.Load(&file)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := loaded.LogProb([]float64{1, 2}), m.LogProb([]float64{1, 2}); got != want {
		t.Errorf("got log p = %v from a file, want %v", got, want)
	}
}
