package flow_test

import (
	"hash/fnv"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A short seeded training gives every machine the same bits: .ci/run compares
// what is logged here on this processor, without its vector instructions, and on
// an emulated one of another make.
func TestSameBits(t *testing.T) {
	x := mat.NewDense(300, 2, nil) // by exact operations only
	src := rng.New(5)
	for i := range 300 {
		u, v := float64(src.Uint64()>>40)/(1<<23)-1, float64(src.Uint64()>>40)/(1<<23)-1
		x.SetRow(i, []float64{u, v*0.5 + u})
	}
	for _, name := range []string{"RealNVP", "NSF", "MAF"} {
		var sums [2]uint64
		for i := range sums {
			m := presets[name](flow.Arch{Dim: 2, Layers: 2, Hidden: []int{24}}, rng.New(1))
			if _, err := flow.Fit(background, m, flow.Rows(x), &flow.Settings{Steps: 25, Batch: 100, Seed: 9}); err != nil {
				t.Fatal(err)
			}
			h := fnv.New64a()
			for _, b := range bits(m) {
				for s := range 8 {
					h.Write([]byte{byte(b >> (8 * s))})
				}
			}
			sums[i] = h.Sum64()
		}
		if sums[0] != sums[1] {
			t.Errorf("%s: got %x and %x with the same seed", name, sums[0], sums[1])
		}
		t.Logf("same bits: %s %016x", name, sums[0])
	}
}
