package table

import (
	"cmp"
	"math"
	"slices"
)

// mostPairs is how many pairs of columns there are at most.
const mostPairs = 40

// findPairs returns the pairs of numbers with a correlation beyond 0.8, the highest first.
func findPairs(s *Schema, hs []head, rows [][]float64) []pair {
	f := newFeatures(s, hs, nil, nil, nil)
	var use []int
	for j := range s.Columns {
		if hs[j].Comps > 0 {
			use = append(use, j)
		}
	}
	type found struct {
		pair
		r2 float64
	}
	var all []found
	for i, a := range use {
		for _, b := range use[:i] {
			var n, sa, sb, saa, sbb, sab float64
			for _, row := range rows[:min(len(rows), 20000)] {
				if math.IsNaN(row[a]) || math.IsNaN(row[b]) {
					continue
				}
				x, y := f.columns[a].number(row[a]), f.columns[b].number(row[b])
				n, sa, sb, saa, sbb, sab = n+1, sa+x, sb+y, saa+x*x, sbb+y*y, sab+x*y
			}
			va, vb, c := saa/n-sa/n*sa/n, sbb/n-sb/n*sb/n, sab/n-sa/n*sb/n
			r2 := c * c / (va * vb)
			if n >= 50 && r2 > 0.64 {
				all = append(all, found{pair{a, b, c / vb, max(math.Sqrt(va*max(1-r2, 0)), 1e-3)}, r2})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y found) int { return cmp.Compare(y.r2, x.r2) })
	var pairs []pair
	for _, p := range all[:min(len(all), mostPairs)] {
		pairs = append(pairs, p.pair)
	}
	return pairs
}

// A sum is three columns of which C is most often A + B, as totals are. Networks see, of each of the three, what the other two
// imply, as far as they are known.
type sum struct{ A, B, C int }

// impliedWidth is how many features a sum has: of each column whether it is implied, and the warped number.
const impliedWidth = 6

// imply sets the features of a sum.
func (f *features) imply(all []float64, t sum, dst []float64) {
	var v [3]float64
	var known [3]bool
	for k, col := range []int{t.A, t.B, t.C} {
		g := &f.columns[col]
		if known[k] = all[g.at] != 0; known[k] {
			v[k] = g.head.Warp.inverse(all[g.at+1+g.atoms])
		}
	}
	for k, col := range []int{t.A, t.B, t.C} {
		a, b := (k+1)%3, (k+2)%3
		if dst[2*k], dst[2*k+1] = 0, 0; !known[a] || !known[b] {
			continue
		}
		implied := v[0] + v[1]
		if k < 2 {
			implied = v[2] - v[1-k]
		}
		dst[2*k], dst[2*k+1] = 1, f.columns[col].number(implied)
	}
}

// findSums returns the sums that hold in most rows.
func findSums(s *Schema, hs []head, rows [][]float64) (all []sum) {
	var use []int
	for j := range s.Columns {
		if hs[j].Comps > 0 && s.Columns[j].Kind != Date && s.Columns[j].Kind != Periodic {
			use = append(use, j)
		}
	}
	if len(use) > 16 {
		return nil
	}
	rows = rows[:min(len(rows), 20000)]
	for _, c := range use {
		for i, a := range use {
			for _, b := range use[:i] {
				if a != c && b != c && holds(rows, a, b, c, s.Columns[c].Step) {
					all = append(all, sum{a, b, c})
				}
			}
		}
	}
	return all
}

// holds reports whether c = a + b in most rows where neither is zero, and in most where c is not.
func holds(rows [][]float64, a, b, c int, step float64) bool {
	var both, bothHold, any, anyHold int
	for _, r := range rows {
		if math.IsNaN(r[a] + r[b] + r[c]) {
			continue
		}
		ok := math.Abs(r[a]+r[b]-r[c]) <= max(step/2, 1e-9*math.Abs(r[c]))
		if r[c] != 0 {
			any++
			if ok {
				anyHold++
			}
		}
		if r[a] != 0 && r[b] != 0 {
			both++
			if ok {
				bothHold++
			}
		}
		if any == 1000 && anyHold < 500 {
			return false
		}
	}
	return both >= 10 && 2*bothHold > both && 2*anyHold > any
}
