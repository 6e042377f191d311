package table

import (
	"math"

	"github.com/normflow/normflow/internal/special"
)

// features are what the networks see of a row: of each column whether it is known, and if so a one for its level or atom, the warped number, and waves
// of periodic ones and of dates.
type features struct {
	columns []feature
	pairs   []pair
	sums    []sum
	of      [][]int // pairs of each column
	in      [][]int // sums of each column
	blanks  []int   // columns of which it may be said that they are blank
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

func newFeatures(s *Schema, hs []head, pairs []pair, sums []sum, blanks []int) *features {
	f := &features{pairs: pairs, sums: sums, blanks: blanks, of: make([][]int, len(hs)), in: make([][]int, len(hs))}
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
	if len(blanks) > 0 {
		f.width += 1 + len(blanks)
	}
	for i, p := range pairs {
		f.of[p.A], f.of[p.B] = append(f.of[p.A], i), append(f.of[p.B], i)
	}
	for i, t := range sums {
		for _, col := range []int{t.A, t.B, t.C} {
			f.in[col] = append(f.in[col], i)
		}
	}
	f.width += len(pairs) + impliedWidth*len(sums)
	return f
}

func (g *feature) width() int {
	n := 1 + g.atoms + 2*len(g.waves)
	if g.column.Kind.numeric() {
		n++
	}
	return n
}

// tell adds to the features of a row that the columns for which blank is true are blank and no others are, instead of leaving open what stands there.
func (f *features) tell(dst []float64, blank func(col int) bool) {
	if len(f.blanks) == 0 {
		return
	}
	dst = dst[f.width-impliedWidth*len(f.sums)-len(f.pairs)-1-len(f.blanks):]
	dst[0] = 1
	for k, col := range f.blanks {
		if blank(col) {
			dst[1+k] = 1
		}
	}
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
		dst[2+g.atoms+2*k], dst[3+g.atoms+2*k] = special.Sin(w*v), special.Cos(w*v)
	}
	for _, i := range f.of[j] {
		p := f.pairs[i]
		a, b := &f.columns[p.A], &f.columns[p.B]
		if all[a.at] != 0 && all[b.at] != 0 {
			all[f.width-impliedWidth*len(f.sums)-len(f.pairs)+i] = p.rest(all[a.at+1+a.atoms], all[b.at+1+b.atoms])
		}
	}
	for _, i := range f.in[j] {
		f.imply(all, f.sums[i], all[f.width-impliedWidth*(len(f.sums)-i):][:impliedWidth])
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
