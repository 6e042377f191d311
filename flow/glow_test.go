package flow_test

import (
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
)

// The channels of a pixel are mixed from the start if couplings are affine, and
// change places, not all of them the same way, if they are splines.
func TestGlowMixing(t *testing.T) {
	for _, u := range []bijector.Univariate{nil, bijector.Spline{}} {
		m := flow.Glow(flow.ImageArch{Height: 8, Width: 8, Hidden: 4, Steps: 2, Map: u}, rng.New(1))
		var perms [][]int
		for _, b := range bijectors(m.Map) {
			turned, ok := b.(*bijector.Invert)
			if !ok {
				continue
			}
			b = turned.B
			if c, ok := b.(bijector.Chain); ok {
				b = c[0]
			}
			if lu, ok := b.(*bijector.LU); ok {
				d, _ := lu.Factors.Dims()
				if same := slices.Equal(lu.Factors.Data(), autodiff.LearnedIdentity(d).Data()); same != (u != nil) {
					t.Errorf("map %v: got factors %v", u, lu.Factors.Data())
				}
				perms = append(perms, lu.Perm)
			}
		}
		if len(perms) != 4 || slices.Equal(perms[0], perms[1]) {
			t.Errorf("map %v: got permutations %v, want 4 different ones", u, perms)
		}
	}
}
