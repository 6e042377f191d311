package dist_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
)

// A record is the worst error of one library on one distribution.
type record struct {
	tols, ulps float64
	at         string // where the most tolerances are used up
}

func (r *record) add(tols, ulps float64, at string) {
	if tols > r.tols {
		r.tols, r.at = tols, at
	}
	r.ulps = max(r.ulps, ulps)
}

// ulp returns the unit in the last place of x.
func ulp(x float64) float64 { return math.Nextafter(math.Abs(x), math.Inf(1)) - math.Abs(x) }

// worse returns where ours is further from the exact value than the reference: by
// more than one unit in the last place and half a unit of every input, which moves the
// result by up to 1/128 of the tolerance. That much is luck.
func (k *check) worse() (where []string) {
	if len(k.got) != len(k.exact) || len(k.ref) != len(k.exact) {
		return nil
	}
	for i, want := range k.exact {
		ours, theirs := math.Abs(k.got[i]-want), math.Abs(k.ref[i]-want)
		if k.got[i] == want || ours == theirs || math.IsNaN(want) || math.IsNaN(theirs) || want == 0 && ours < 1e-80 {
			continue
		}
		if luck := ulp(want) + k.tol/128; !(ours-theirs <= luck) {
			where = append(where, fmt.Sprintf("%s: %v, reference %v, exact %v", k.what, k.got[i], k.ref[i], want))
		}
	}
	return where
}

// TestGoldensReport prints, with -v, the worst error of each distribution in
// multiples of the tolerance and in units in the last place, ours and the
// reference library's, and where the latter is outside the tolerance. Ours must
// be within it everywhere, and nowhere worse.
func TestGoldensReport(t *testing.T) {
	ours, theirs := map[string]*record{}, map[string]*record{}
	eachGolden(t, func(t *testing.T, g *golden) {
		name := g.Distribution
		if ours[name] == nil {
			ours[name], theirs[name] = new(record), new(record)
		}
		for _, k := range checks(t, g) {
			at := fmt.Sprintf("%v %s: %v for %v", g.Params, k.what, k.ref, k.exact)
			tols, ulps := k.multiples(k.got)
			ours[name].add(tols, ulps, at)
			if len(k.ref) == len(k.exact) {
				tols, ulps = k.multiples(k.ref)
				theirs[name].add(tols, ulps, at)
			}
			for _, w := range k.worse() {
				t.Errorf("worse than the reference: %s%v %s", name, g.Params, w)
			}
		}
	})
	t.Logf("%-30s %21s   %21s", "", "ours", "reference")
	t.Logf("%-30s %10s %10s   %10s %10s", "worst error in", "tolerances", "ulp", "tolerances", "ulp")
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		us, they, where := ours[name], theirs[name], ""
		if they.tols > 1 {
			where = "   " + they.at
		}
		t.Logf("%-30s %10.3g %10.3g   %10.3g %10.3g%s", name, us.tols, us.ulps, they.tols, they.ulps, where)
		if us.tols > 1 {
			t.Errorf("%s: %.3g tolerances at %s", name, us.tols, us.at)
		}
	}
}
