package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Tails of every size, sets of them of every number, and a destination that is the argument.
func TestNormalQuantileTiersAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	p := []float64{5e-324, 1e-320, 0x1p-1022, 1e-308, 1e-300, 1e-282, 0.05, 0.95, math.Nextafter(0.05, 0), math.Nextafter(0.95, 1), 0.25, 0.75, 0, 1, 1 - 0x1p-53}
	for len(p) < 4000 {
		p = append(p, 0.05*math.Ldexp(r.Float64(), -r.IntN(1070)), 1-0.05*math.Ldexp(r.Float64(), -r.IntN(50)), r.Float64())
	}
	for len(p) > 0 {
		n := min(1+r.IntN(300), len(p))
		want := make([]float64, n)
		inTier(generic, func() { NormalQuantile(want, p[:n]) })
		eachTier(t, func(t *testing.T) {
			got := append([]float64(nil), p[:n]...)
			NormalQuantile(got, got)
			for i, v := range want {
				if got[i] != v {
					t.Fatalf("Φ⁻¹(%g) = %v, want %v", p[i], got[i], v)
				}
			}
		})
		p = p[n:]
	}
}
