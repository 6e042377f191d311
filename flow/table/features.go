package table

import (
	"cmp"
	"math"
	"slices"
)

// features are what the networks see of a row: of each column whether it is known, and if so a one for its level or atom, the warped number, and waves
// of periodic ones and of dates.
type features struct {
	columns []feature
	pairs   []pair
	of      [][]int // pairs of each column
	width   int
}

// A pair is two columns whose warped numbers a and b are nearly on a line. Networks see (a − Slope·b)/Scale as well, as far as both are
// known: what is left of one by the other, which else would be a small difference of large numbers.
type pair struct {
	A, B         int
	Slope, Scale float64
}

type feature struct {
	column *Column
	head   *head
	at     int // of the first
	atoms  int // that are told apart
	waves  []float64
}

// reach is where warped numbers are clipped.
const reach = 5

func newFeatures(s *Schema, hs []head, pairs []pair) *features {
	f := &features{pairs: pairs, of: make([][]int, len(hs))}
	for j := range s.Columns {
		c := &s.Columns[j]
		g := feature{column: c, head: &hs[j], at: f.width, atoms: c.atoms()}
		switch c.Kind {
		case Periodic:
			p := 2 * math.Pi / (c.High - c.Low)
			g.waves = []float64{p, 2 * p}
		case Date:
			year := 2 * math.Pi / 365.2425
			g.waves = []float64{year, 2 * year, 2 * math.Pi / 7}
			if c.Step < 1 {
				g.waves = append(g.waves, 2*math.Pi, 4*math.Pi)
			}
		}
		f.columns = append(f.columns, g)
		f.width += g.width()
	}
	for i, p := range pairs {
		f.of[p.A], f.of[p.B] = append(f.of[p.A], i), append(f.of[p.B], i)
	}
	f.width += len(pairs)
	return f
}

func (g *feature) width() int {
	n := 1 + g.atoms + 2*len(g.waves)
	if g.column.Kind.numeric() {
		n++
	}
	return n
}

// row sets dst to the features of a row, NaN standing for what is not known.
func (f *features) row(dst, row []float64) {
	clear(dst)
	for j := range f.columns {
		f.set(dst, j, row[j])
	}
}

// set sets the features of column j, which were zero, to those of v.
func (f *features) set(dst []float64, j int, v float64) {
	if math.IsNaN(v) {
		return
	}
	g, all := &f.columns[j], dst
	dst = dst[g.at : g.at+g.width()]
	dst[0] = 1
	if !g.column.Kind.numeric() {
		dst[1+int(v)] = 1
		return
	}
	if i, at := g.column.atom(v); at {
		dst[1+i] = 1
	}
	dst[1+g.atoms] = g.number(v)
	for k, w := range g.waves {
		dst[2+g.atoms+2*k], dst[3+g.atoms+2*k] = math.Sincos(w * v)
	}
	for _, i := range f.of[j] {
		p := f.pairs[i]
		a, b := &f.columns[p.A], &f.columns[p.B]
		if all[a.at] != 0 && all[b.at] != 0 {
			all[f.width-len(f.pairs)+i] = p.rest(all[a.at+1+a.atoms], all[b.at+1+b.atoms])
		}
	}
}

func (p *pair) rest(a, b float64) float64 { return min(max((a-p.Slope*b)/p.Scale, -reach), reach) }

// number returns the warped and clipped number.
func (g *feature) number(v float64) float64 {
	if g.head.Step > 0 && g.head.Comps > 0 { // within the support
		v = g.column.cell(v)
	}
	return min(max(g.head.Warp.forward(v), -reach), reach)
}

// mostPairs is how many pairs of columns there are at most.
const mostPairs = 40

// findPairs returns the pairs of numbers with a correlation beyond 0.8, the highest first.
func findPairs(s *Schema, hs []head, rows [][]float64) []pair {
	f := newFeatures(s, hs, nil)
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
