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
	models := map[string]*Transformed{
		"affine coupling": couplingModel(4, 2, bijector.Affine{}, 16, 0, alternate),
		"spline coupling": couplingModel(4, 2, bijector.Spline{}, 16, 0, alternate),
		"autoregressive":  maskedFlow(4, 2, 16, bijector.Affine{}),
		"matched":         CNF(Arch{Dim: 4, Hidden: []int{16}}, nil),
		"wide residual":   Residual(Arch{Dim: 66, Layers: 1, Hidden: []int{4}}, rng.New(1)),
	}
	for _, p := range Presets() {
		models[p.Name] = p.New(Arch{Dim: 4, Layers: 2, Hidden: []int{16}}, rng.New(1))
	}
	for name, m := range models {
		j := job{loss: likelihood(m)}
		if name == "matched" {
			match, err := newMatching(m)
			if err != nil {
				t.Fatal(err)
			}
			match.pair = 16
			j = job{loss: match.loss, added: match}
		}
		batch, rows := 100, normalRows(1000, m.Dim())
		if m.Dim() > 64 {
			batch = 4 // each row takes long
		}
		rows.Apply(func(_, _ int, v float64) float64 { return min(max(v, -3), 3) }, rows) // on the torus
		f, err := newFit(context.Background(), m, Rows(rows), &Settings{Batch: batch, Steps: 1 << 20, Validation: -1}, j)
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
		if n := testing.AllocsPerRun(20, run); n >= 1 {
			t.Errorf("%s: a step allocates %v times, want 0", name, n)
		}
		f.batches.Close()
	}
}
