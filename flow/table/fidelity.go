package table

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
)

// A Fidelity says how much synthetic rows are like real ones, and whether they are too close to those that they were learned from.
type Fidelity struct {
	Columns []ColumnFidelity
	// Correlation is the greatest difference, over all pairs of columns, between the rank correlations of real and of synthetic rows,
	// categories taken in the order of the schema, and Pair the names of that pair.
	Correlation float64
	Pair        [2]string
	// AUROC is the area under the ROC curve of a network that tells synthetic rows from held-out real ones, on rows that it was not trained on, and SE about its
	// standard error if it cannot: 0.5 ± SE.
	AUROC, SE float64
	// Target is the last column. OnReal and OnSynthetic are how well networks trained on real and on synthetic rows predict it in held-out real rows: the
	// share right of categories and R² of numbers.
	Target              string
	OnReal, OnSynthetic float64
	// Closest is the median distance of a synthetic row to the closest row learned from, and ClosestHeld that of a held-out real row: the smaller
	// of the two should not be the first. Distances are means over the columns: of numbers in standard deviations, of others 0 or 1.
	Closest, ClosestHeld float64
	// Copies and CopiesHeld are the shares of synthetic and of held-out rows that are equal to a row learned from.
	Copies, CopiesHeld float64
}

// A ColumnFidelity compares a column of real and of synthetic rows.
type ColumnFidelity struct {
	Name string
	// Distance is the greatest difference of the distribution functions of numbers, and half the sum of the differences of the probabilities of
	// others: 0 for equal distributions, 1 for disjoint ones.
	Distance float64
	// Blanks and SyntheticBlanks are the shares of rows without a value.
	Blanks, SyntheticBlanks float64
}

// String returns the comparison as text.
func (f *Fidelity) String() string {
	var b strings.Builder
	worst := slices.Clone(f.Columns)
	slices.SortStableFunc(worst, func(x, y ColumnFidelity) int {
		switch {
		case x.Distance > y.Distance:
			return -1
		case x.Distance < y.Distance:
			return 1
		}
		return 0
	})
	for _, c := range worst[:min(len(worst), 5)] {
		fmt.Fprintf(&b, "%s: distance of the distributions %.3f, blanks %.3f and %.3f\n", c.Name, c.Distance, c.Blanks, c.SyntheticBlanks)
	}
	fmt.Fprintf(&b, "rank correlations differ by at most %.3f (%s, %s)\n", f.Correlation, f.Pair[0], f.Pair[1])
	fmt.Fprintf(&b, "a network tells synthetic rows from real ones with AUROC %.3f (0.5 ± %.3f if it cannot)\n", f.AUROC, f.SE)
	fmt.Fprintf(&b, "%s is predicted with %.3f by real rows, %.3f by synthetic ones\n", f.Target, f.OnReal, f.OnSynthetic)
	fmt.Fprintf(&b, "distance to the closest row learned from: %.4f, of real rows %.4f; copies of rows: %.4f, of real rows %.4f\n", f.Closest, f.ClosestHeld, f.Copies, f.CopiesHeld)
	return b.String()
}

// Compare compares synthetic rows with real ones: learned are those that a model was learned from, held others. Of more than 20,000 rows each
// the first are used.
//
// It returns an error unless all tables have the schema's columns and at least 20 rows. It trains four networks, for some seconds each.
func Compare(ctx context.Context, s *Schema, learned, held, synthetic *Table, seed uint64) (*Fidelity, error) {
	need.One("table: Compare", "context.Context", ctx)
	need.One("table: Compare", "schema", s)
	need.One("table: Compare", "table", learned)
	need.One("table: Compare", "table", held)
	need.One("table: Compare", "table", synthetic)
	var rows [3][][]float64
	for k, t := range []*Table{learned, held, synthetic} {
		if len(t.Rows) < 20 {
			return nil, fmt.Errorf("table: Compare: got %d rows, want at least 20", len(t.Rows))
		}
		some := *t
		some.Rows = some.Rows[:min(len(some.Rows), 20000)]
		x, err := s.Encode(&some)
		if err != nil {
			return nil, fmt.Errorf("table: Compare: %w", err)
		}
		for i := range some.Rows {
			rows[k] = append(rows[k], x.RawRowView(i))
		}
	}
	f := &Fidelity{Target: s.Columns[len(s.Columns)-1].Name}
	for j := range s.Columns {
		f.Columns = append(f.Columns, s.Columns[j].compare(column(rows[1], j), column(rows[2], j)))
	}
	f.correlate(s, rows[1], rows[2])
	src := rng.New(seed)
	if err := f.distinguish(ctx, s, rows[1], rows[2], src); err != nil {
		return nil, fmt.Errorf("table: Compare: %w", err)
	}
	var err error
	if f.OnReal, err = utility(ctx, s, rows[0], rows[1], src); err == nil {
		f.OnSynthetic, err = utility(ctx, s, rows[2], rows[1], src)
	}
	if err != nil {
		return nil, fmt.Errorf("table: Compare: %w", err)
	}
	f.closest(s, rows[0], rows[1], rows[2])
	return f, nil
}

func column(rows [][]float64, j int) []float64 {
	x := make([]float64, len(rows))
	for i, r := range rows {
		x[i] = r[j]
	}
	return x
}

func (c *Column) compare(real, synthetic []float64) ColumnFidelity {
	f := ColumnFidelity{Name: c.Name}
	known := func(x []float64) ([]float64, float64) {
		k := slices.DeleteFunc(slices.Clone(x), math.IsNaN)
		slices.Sort(k)
		return k, 1 - float64(len(k))/float64(len(x))
	}
	var a, b []float64
	a, f.Blanks = known(real)
	b, f.SyntheticBlanks = known(synthetic)
	if len(a) == 0 || len(b) == 0 {
		return f
	}
	all := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(a), b...))))
	upTo := func(x []float64, v float64) float64 {
		i, _ := slices.BinarySearch(x, math.Nextafter(v, math.Inf(1)))
		return float64(i) / float64(len(x))
	}
	var lastA, lastB float64
	for _, v := range all {
		pa, pb := upTo(a, v), upTo(b, v)
		if c.Kind.numeric() {
			f.Distance = max(f.Distance, math.Abs(pa-pb))
		} else {
			f.Distance += math.Abs((pa-lastA)-(pb-lastB)) / 2
		}
		lastA, lastB = pa, pb
	}
	return f
}
