//go:build !race

package flow

import (
	"context"
	"testing"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/rng"
)

// A step of training allocates nothing once its memory is there.
func TestStepAllocatesNothing(t *testing.T) {
	for name, m := range map[string]*Transformed{
		"affine coupling": couplingModel(4, 2, bijector.Affine{}, 16, 0, alternate),
		"spline coupling": couplingModel(4, 2, bijector.Spline{}, 16, 0, alternate),
		"autoregressive":  maskedFlow(4, 2, 16, bijector.Affine{}),
		"planar":          Planar(Arch{Dim: 4, Layers: 2}, rng.New(1)),
		"radial":          Radial(Arch{Dim: 4, Layers: 2}, rng.New(1)),
		"Sylvester":       Sylvester(Arch{Dim: 4, Layers: 2}, rng.New(1)),
		"blocks":          BNAF(Arch{Dim: 4, Layers: 2, Hidden: []int{16}}, rng.New(1)),
		"residual":        Residual(Arch{Dim: 4, Layers: 2, Hidden: []int{16}}, rng.New(1)),
		"matched":         CNF(Arch{Dim: 4, Hidden: []int{16}}, nil),
	} {
		j := job{loss: likelihood(m)}
		if match, err := newMatching(m); err == nil {
			match.pair = 16
			j = job{loss: match.loss, added: match}
		}
		f, err := newFit(context.Background(), m, Rows(normalRows(1000, 4)), &Settings{Batch: 200, Steps: 1 << 20, Validation: -1}, j)
		if err != nil {
			t.Fatal(err)
		}
		step := 0
		run := func() {
			if err := f.training.Step(step); err != nil {
				t.Fatal(err)
			}
			step++
		}
		for range 10 {
			run()
		}
		// The passes over the data note the state of their generator, once in five steps.
		if n := testing.AllocsPerRun(50, run); n >= 1 {
			t.Errorf("%s: a step allocates %v times, want 0", name, n)
		}
		f.batches.Close()
	}
}
