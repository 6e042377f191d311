package table

import (
	"math"
	"slices"

	"github.com/normflow/normflow/internal/parallel"
)

// correlate compares the rank correlations.
func (f *Fidelity) correlate(s *Schema, real, synthetic [][]float64) {
	ranks := func(rows [][]float64) [][]float64 {
		all := make([][]float64, len(s.Columns))
		for j := range all {
			all[j] = ranksOf(column(rows, j))
		}
		return all
	}
	a, b := ranks(real), ranks(synthetic)
	for j := range a {
		for k := range j {
			if d := math.Abs(correlation(a[j], a[k]) - correlation(b[j], b[k])); d > f.Correlation {
				f.Correlation, f.Pair = d, [2]string{s.Columns[k].Name, s.Columns[j].Name}
			}
		}
	}
}

// ranksOf returns mid-ranks between 0 and 1, NaN where there is no value.
func ranksOf(x []float64) []float64 {
	sorted := slices.Sorted(slices.Values(slices.DeleteFunc(slices.Clone(x), math.IsNaN)))
	r := make([]float64, len(x))
	for i, v := range x {
		if r[i] = math.NaN(); !math.IsNaN(v) {
			lo, _ := slices.BinarySearch(sorted, v)
			hi, _ := slices.BinarySearch(sorted, math.Nextafter(v, math.Inf(1)))
			r[i] = float64(lo+hi) / 2 / float64(len(sorted))
		}
	}
	return r
}

// correlation returns that of rows that have both; 0 if it is not defined.
func correlation(x, y []float64) float64 {
	var n, sx, sy, sxx, syy, sxy float64
	for i := range x {
		if a, b := x[i], y[i]; !math.IsNaN(a + b) {
			n, sx, sy, sxx, syy, sxy = n+1, sx+a, sy+b, sxx+a*a, syy+b*b, sxy+a*b
		}
	}
	r := (n*sxy - sx*sy) / math.Sqrt((n*sxx-sx*sx)*(n*syy-sy*sy))
	if math.IsNaN(r - r) {
		return 0
	}
	return r
}

// closest compares the distances to the closest rows learned from, of up to 1000 rows.
func (f *Fidelity) closest(s *Schema, learned, held, synthetic [][]float64) {
	j := newJoint(s, learned)
	coded := func(rows [][]float64) [][]float64 {
		out := make([][]float64, len(rows))
		for i, r := range rows {
			out[i] = slices.Clone(r)
			for col, v := range r {
				if s.Columns[col].Kind.numeric() && !math.IsNaN(v) {
					out[i][col] = j.features.columns[col].number(v)
				}
			}
		}
		return out
	}
	all := coded(learned)
	median := func(rows [][]float64) (mid, copies float64) {
		rows = coded(rows[:min(len(rows), 1000)])
		least := make([]float64, len(rows))
		parallel.Pieces(len(rows), chunk, func(from, to int) {
			for i := from; i < to; i++ {
				least[i] = math.Inf(1)
				for _, r := range all {
					least[i] = min(least[i], s.distance(rows[i], r, least[i]))
				}
			}
		})
		slices.Sort(least)
		zeros, _ := slices.BinarySearch(least, 1e-12)
		return least[len(least)/2], float64(zeros) / float64(len(least))
	}
	f.Closest, f.Copies = median(synthetic)
	f.ClosestHeld, f.CopiesHeld = median(held)
}

// distance returns the mean over columns, or something larger than bound.
func (s *Schema) distance(a, b []float64, bound float64) float64 {
	var sum float64
	bound *= float64(len(a))
	for col := range a {
		switch x, y := math.IsNaN(a[col]), math.IsNaN(b[col]); {
		case x && y:
		case x || y:
			sum++
		case s.Columns[col].Kind.numeric():
			sum += math.Abs(a[col] - b[col])
		case a[col] != b[col]:
			sum++
		}
		if sum > bound {
			break
		}
	}
	return sum / float64(len(a))
}
