package flow_test

import (
	"hash/fnv"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A short seeded training gives every machine the same bits: .ci/run compares
// what is logged here on this processor, without its vector instructions, and on
// an emulated one of another make.
func TestSameBits(t *testing.T) {
	const n = 1200
	x := mat.NewDense(n, 2, nil) // by exact operations only
	src := rng.New(5)
	for i := range n {
		u, v := float64(src.Uint64()>>40)/(1<<23)-1, float64(src.Uint64()>>40)/(1<<23)-1
		x.SetRow(i, []float64{u, v*0.5 + u})
	}
	small := flow.Arch{Dim: 2, Layers: 2, Hidden: []int{24}}
	for _, c := range []struct {
		name               string
		arch               flow.Arch
		rows, steps, batch int
	}{
		{"RealNVP", small, 300, 25, 100},
		{"NSF", small, 300, 25, 100},
		{"MAF", small, 300, 25, 100},
		{"Planar", small, 300, 25, 100},
		{"Radial", small, 300, 25, 100},
		{"Sylvester", small, 300, 25, 100},
		{"BNAF", small, 300, 10, 100},
		{"Residual", small, 300, 10, 100},
		{"UNAF", small, 300, 3, 100},
		{"BPF", small, 300, 3, 100},
		{"SOSPF", small, 300, 3, 100},
		{"GF", small, 300, 3, 100},
		{"CNF", small, 300, 3, 100},
		{"NSF", flow.Arch{Dim: 2, Layers: 4, Hidden: []int{64, 64}}, n, 3, 1024}, // in eight shards
	} {
		var sums [2]uint64
		for i := range sums {
			m := presets[c.name](c.arch, rng.New(1))
			if _, err := flow.Fit(background, m, flow.Rows(x.Slice(0, c.rows, 0, 2)), &flow.Settings{Steps: c.steps, Batch: c.batch, Seed: 9}); err != nil {
				t.Fatal(err)
			}
			sums[i] = digest(m)
		}
		if sums[0] != sums[1] {
			t.Errorf("%s: got %x and %x with the same seed", c.name, sums[0], sums[1])
		}
		t.Logf("same bits: %s of %d rows %016x", c.name, c.batch, sums[0])
	}
}

// So does training towards a density, whose walkers find where the model starts.
func TestFitDensitySameBits(t *testing.T) {
	m := flow.RealNVP(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{8}}, rng.New(1))
	if _, err := flow.FitDensity(background, m, func(y autodiff.Var) autodiff.Var {
		return y.AddConst(-30).MulConst(0.25).Square().RowSum().MulConst(-0.5)
	}, &flow.Settings{Steps: 5, Batch: 64, Seed: 9}); err != nil {
		t.Fatal(err)
	}
	t.Logf("same bits: RealNVP towards a density %016x", digest(m))
}

// digest returns a hash of the model's parameters.
func digest(m *flow.Transformed) uint64 {
	h := fnv.New64a()
	for _, b := range bits(m) {
		for s := range 8 {
			h.Write([]byte{byte(b >> (8 * s))})
		}
	}
	return h.Sum64()
}
