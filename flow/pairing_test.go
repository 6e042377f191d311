package flow

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/internal/rng"
)

// The pairing is the best of all permutations, also after one of another size; NaN costs give some permutation.
func TestPairing(t *testing.T) {
	r := rand.New(rng.New(1))
	var p pairing
	for round := range 200 {
		n := 1 + r.IntN(6)
		cost := make([]float64, n*n)
		for i := range cost {
			cost[i] = r.NormFloat64()
		}
		got := 0.0
		for i, k := range p.least(cost, n) {
			got += cost[i*n+k]
		}
		if want := bestOf(cost, n, 0, 0); !(math.Abs(got-want) < 1e-12) {
			t.Fatalf("round %d: got a cost of %v, want %v", round, got, want)
		}
	}
	nan := []float64{1, math.NaN(), 3, math.NaN(), math.NaN(), math.NaN(), 1, 2, math.Inf(1)}
	seen := 0
	for _, k := range p.least(nan, 3) {
		seen |= 1 << k
	}
	if seen != 7 {
		t.Errorf("got columns %v of NaN costs, want a permutation", p.column)
	}
}

// bestOf returns the least cost of rows i and later in columns that are not used.
func bestOf(cost []float64, n, i, used int) float64 {
	if i == n {
		return 0
	}
	best := math.Inf(1)
	for k := range n {
		if used>>k&1 == 0 {
			best = min(best, cost[i*n+k]+bestOf(cost, n, i+1, used|1<<k))
		}
	}
	return best
}

func BenchmarkPairing(b *testing.B) {
	const n = 32
	r := rand.New(rng.New(1))
	x := make([]float64, 4*n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	cost := make([]float64, n*n)
	for i := range cost {
		u, v := x[i/n*2], x[i/n*2+1]
		s, t := x[2*n+i%n*2], x[2*n+i%n*2+1]
		cost[i] = (u-s)*(u-s) + (v-t)*(v-t)
	}
	var p pairing
	b.ReportAllocs()
	for b.Loop() {
		p.least(cost, n)
	}
}
