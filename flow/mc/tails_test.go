package mc

import (
	"context"
	"math"
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Where the target is the flow, rows outward are those of the flow from its heavier base: a twentieth beyond t's quantile of .975.
func TestOutward(t *testing.T) {
	const n, d, quantile = 4000, 3, 2.7764451
	m := flow.MAF(flow.Arch{Dim: d, Layers: 1, Hidden: []int{8}}, rng.New(1))
	at := mat.NewDense(n, d, nil)
	m.Draw(at, rng.New(2))
	x, err := outward(context.Background(), m, m, at, rng.New(3))
	if err != nil {
		t.Fatal(err)
	}
	z := m.Encode(nil, x)
	for j := range d {
		far := 0
		for _, v := range mat.Col(nil, j, z) {
			if math.Abs(v) > quantile {
				far++
			}
		}
		if share := float64(far) / n; math.Abs(share-0.05) > 0.02 {
			t.Errorf("got a share of %v beyond %v in column %d, want 0.05", share, quantile, j)
		}
	}
}

// Rows and tails of a target that the flow has the shape of leave it as it is, up to noise.
func TestApproach(t *testing.T) {
	m := newFlow(2, rng.New(1))
	rows := mat.NewDense(4000, 2, nil)
	target := flow.New(dist.NewStdNormal(2))
	target.Draw(rows, rng.New(2))
	if err := approach(context.Background(), target, m, rows, 300, rng.New(3)); err != nil {
		t.Fatal(err)
	}
	d, err := importance(context.Background(), target, m, m, 4000, rng.New(4))
	if err != nil {
		t.Fatal(err)
	}
	if d.ESS < 0.95*float64(d.N) || d.K > 0.7 {
		t.Errorf("got %v, want nearly all draws to count", d)
	}
}

// Draws without warnings come before those with, whatever their effective size.
func TestBetter(t *testing.T) {
	draws := func(ess float64, warnings ...string) *Draws {
		return &Draws{Importance: &calibration.Importance{ESS: ess}, Warnings: warnings}
	}
	for _, c := range []struct {
		d, than *Draws
		want    bool
	}{
		{draws(1, "w"), nil, true},
		{draws(2), draws(1), true},
		{draws(1), draws(2), false},
		{draws(1), draws(2, "w"), true},
		{draws(2, "w"), draws(1), false},
		{draws(2, "w"), draws(1, "w"), true},
	} {
		if got := c.d.better(c.than); got != c.want {
			t.Errorf("got %v for %v and %v, want %v", got, c.d.ESS, c.than, c.want)
		}
	}
}
