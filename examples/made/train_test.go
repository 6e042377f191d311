package main

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
)

func smallTrainer(t *testing.T) *trainer {
	t.Helper()
	o := options{set: "bars", epochs: 2}.withDefaults()
	o.patience, o.masks, o.hidden = 1, 3, 8
	data, err := load("", "bars")
	if err != nil {
		t.Fatal(err)
	}
	return newTrainer(o, o.model(data), data)
}

// The lanes' gradient is that of the minibatch on one tape, also if there are fewer
// rows than lanes.
func TestGradient(t *testing.T) {
	tr := smallTrainer(t)
	all, d := tr.data.train.Dims()
	member := tr.model.Member(1)
	for _, n := range []int{1, 7, all} {
		rows := make([]int, n)
		tape := autodiff.NewTape()
		for i := range rows {
			rows[i] = i
		}
		want := make([]float64, len(tr.vector.Data))
		tape.Accumulate(tr.vector, want)
		tape.Backward(member.LogDensity(tape.Matrix(tr.data.train.Slice(0, n, 0, d))).Mean().Neg())
		for i, g := range tr.gradient(member, rows) {
			if math.Abs(g-want[i]) > 1e-14 {
				t.Fatalf("%d rows: number %d: got %v, want %v", n, i, g, want[i])
			}
		}
	}
}

// An interrupted training leaves the best parameters so far: here those before it.
func TestInterrupt(t *testing.T) {
	tr := smallTrainer(t)
	before := slices.Clone(tr.vector.Data)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if best := tr.run(ctx, rand.NewPCG(1, 0)); best != 0 || !slices.Equal(before, tr.vector.Data) {
		t.Errorf("got pass %d and other parameters, want 0 and those before", best)
	}
	if best := tr.run(context.Background(), rand.NewPCG(1, 0)); best == 0 || slices.Equal(before, tr.vector.Data) {
		t.Errorf("got pass %d, want a better one than that before", best)
	}
}
