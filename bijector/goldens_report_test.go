package bijector_test

import (
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strings"
	"testing"
)

// rounding is how much more than TFP's our error may be, for one and the same
// number: an ulp of the result or a unit, and for a chain as much for every part, for
// every part rounds what it gives to the next, and where the log-slopes of the parts
// cancel the unit of the whole does not know of it.
func (c comparison) rounding(parts int) float64 {
	return float64(parts) * max(ulp(c.exact), c.unit)
}

// excess returns how much our error is above TFP's, in roundings: below 0 where ours
// is smaller.
func (c comparison) excess(parts int) float64 {
	ours, theirs := wrong(c.got, c.exact), wrong(c.ref, c.exact)
	if ours == theirs || math.IsInf(theirs, 1) {
		return min(0, ours-theirs)
	}
	return (ours - theirs) / c.rounding(parts)
}

// parts returns of how many maps, one after the other, the bijector consists.
func (s goldenSpec) parts() int {
	var in struct{ Bijectors []goldenSpec }
	list, ok := s.Params["bijectors"]
	if s.Bijector != "Chain" || !ok {
		return 1
	}
	if err := json.Unmarshal(list, &in.Bijectors); err != nil {
		panic(err)
	}
	n := 0
	for _, part := range in.Bijectors {
		n += part.parts()
	}
	return n
}

// TestGoldensNowhereWorse compares our error with TFP's number by number: ours may
// not be the larger one by more than a rounding. That is promised of the values in
// testdata; in another directory it is reported.
func TestGoldensNowhereWorse(t *testing.T) {
	for name, g := range readGoldens(t) {
		t.Run(name, func(t *testing.T) {
			parts := g.parts()
			for _, c := range g.evaluate() {
				if !c.hasRef || c.excess(parts) <= 1 {
					continue
				}
				report := t.Errorf
				if *goldens != ownGoldens {
					report = t.Logf
				}
				report("%s at %v: got %v and TFP %v, want %v: off by %.3g and TFP by %.3g, %.2f roundings of %.3g less, want ≤ 1", c.what, c.at, c.got, c.ref, c.exact,
					wrong(c.got, c.exact), wrong(c.ref, c.exact), c.excess(parts), c.rounding(parts))
			}
		})
	}
}

// A reportLine is what the report says of one quantity of one kind: worst errors and
// how often ours is smaller than TFP's, and larger.
type reportLine struct {
	ulp, unit, refULP, refUnit float64
	wrong, hasRef              bool
	closer, farther            int
	excess                     float64
}

func (l *reportLine) add(c comparison, parts int) {
	l.ulp, l.unit = max(l.ulp, inULP(c.got, c.exact)), max(l.unit, c.in(c.got, c.unit))
	if !c.hasRef {
		return
	}
	l.hasRef = true
	l.refULP, l.refUnit = max(l.refULP, inULP(c.ref, c.exact)), max(l.refUnit, c.in(c.ref, c.unit))
	l.wrong = l.wrong || wrong(c.ref, c.exact) > c.tol
	l.excess = max(l.excess, c.excess(parts))
	switch ours, theirs := wrong(c.got, c.exact), wrong(c.ref, c.exact); {
	case ours < theirs:
		l.closer++
	case ours > theirs:
		l.farther++
	}
}

// note says where TFP loses digits and where our worst number is worse than its.
func (l *reportLine) note() string {
	switch {
	case !l.hasRef:
		return ""
	case l.wrong:
		return "  TFP is wrong"
	case l.refULP > 16*max(l.ulp, 1):
		return "  TFP loses digits"
	case l.ulp > l.refULP || l.unit > l.refUnit:
		return "  our worst number is above TFP's"
	}
	return ""
}

// TestGoldensReport prints, for every kind and quantity, the worst error in
// units in the last place and in units of the conditioning, ours and TFP's; of how many
// numbers ours and TFP's is the smaller error; and by how many roundings ours is the
// larger one, at most, for one number.
func TestGoldensReport(t *testing.T) {
	if !testing.Verbose() {
		return
	}
	table, total := map[string]*reportLine{}, reportLine{}
	for _, g := range readGoldens(t) {
		parts := g.parts()
		for _, c := range g.evaluate() {
			key := g.Bijector + "\t" + c.what
			if table[key] == nil {
				table[key] = &reportLine{}
			}
			table[key].add(c, parts)
			total.add(c, parts)
		}
	}
	var keys []string
	for k := range table {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-27s%-5s%10s%10s%8s%8s%8s%8s%8s\n", "", "", "ulp", "", "units", "", "closer", "", "excess")
	fmt.Fprintf(&b, "%-27s%-5s%10s%10s%8s%8s%8s%8s\n", "bijector", "", "ours", "TFP's", "ours", "TFP's", "ours", "TFP's")
	for _, k := range keys {
		l := table[k]
		name, what, _ := strings.Cut(k, "\t")
		if !l.hasRef {
			fmt.Fprintf(&b, "%-27s%-5s%10.3g%10s%8.3g\n", name, what, l.ulp, "", l.unit)
			continue
		}
		fmt.Fprintf(&b, "%-27s%-5s%10.3g%10.3g%8.2g%8.2g%8d%8d%8.2f%s\n", name, what, l.ulp, l.refULP, l.unit, l.refUnit, l.closer, l.farther, l.excess, l.note())
	}
	fmt.Fprintf(&b, "closer to the exact value than TFP: %d numbers; TFP closer: %d; by at most %.2f roundings\n", total.closer, total.farther, total.excess)
	t.Log(b.String())
}

// ulp returns the unit in the last place of x.
func ulp(x float64) float64 {
	a := math.Abs(x)
	return math.Nextafter(a, math.Inf(1)) - a
}

// inULP returns the error of got in units in the last place of exact, at most 10¹⁶.
func inULP(got, exact float64) float64 {
	e := wrong(got, exact)
	if e == 0 {
		return 0
	}
	return min(e/ulp(exact), 1e16)
}

// in returns the error of got in multiples of unit.
func (c comparison) in(got, unit float64) float64 {
	e := wrong(got, c.exact)
	if e == 0 {
		return 0
	}
	return e / unit
}
