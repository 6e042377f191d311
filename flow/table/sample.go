package table

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/internal/rng"
)

// Sample returns so many new rows, drawn from src; nil is the global source. Which columns of a row are blank is drawn first, as often as
// that occurred, and then the others given that, as what is blank often says much about a row. With complete the blank ones are drawn
// at last, given the others. A row costs a pass of the networks for each column.
func (m *Model) Sample(n int, complete bool, src rand.Source) *Table {
	src = rng.Or(src)
	rows := matrix(n, m.joint.Dim())
	for _, r := range rows {
		for col := range r {
			r[col] = math.NaN()
		}
	}
	r, blanks := rand.New(src), make([][]int, n)
	for i := range blanks {
		blanks[i] = m.kept.pattern(r)
	}
	m.joint.complete(rows, blanks, src)
	if complete {
		m.joint.complete(rows, nil, src)
	}
	return m.decode(rows)
}

// pattern draws which columns are blank.
func (k *kept) pattern(r *rand.Rand) []int {
	u := r.Float64()
	for i, share := range k.Shares {
		if u -= share; u < 0 || i == len(k.Shares)-1 {
			return k.Patterns[i]
		}
	}
	return nil
}

// decode returns rows as texts; semicolons are to stand between them if some have decimal commas.
func (m *Model) decode(rows [][]float64) *Table {
	s := m.Schema()
	t := &Table{Names: s.Names(), Rows: make([][]string, len(rows))}
	if slices.ContainsFunc(s.Columns, func(c Column) bool { return c.Comma }) {
		t.Delimiter = ';'
	}
	for i, r := range rows {
		t.Rows[i] = make([]string, len(r))
		for col, v := range r {
			t.Rows[i][col] = s.Columns[col].text(v)
		}
	}
	return t
}

// given encodes values by name.
func (m *Model) given(values map[string]string) ([]float64, error) {
	row := make([]float64, m.joint.Dim())
	for col := range row {
		row[col] = math.NaN()
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		col := m.Schema().Find(name)
		if col < 0 {
			return nil, fmt.Errorf("the model has no column %q", name)
		}
		v, what := m.Schema().Columns[col].parse(values[name])
		if what == unseen || what == bad {
			return nil, fmt.Errorf("column %q: %q is no value of it", name, values[name])
		}
		row[col] = v
	}
	return row, nil
}

// Conditional returns the distribution of a column given values of others, by name; of none, it is the column's marginal.
func (m *Model) Conditional(column string, values map[string]string) (*Conditional, error) {
	row, err := m.given(values)
	if err != nil {
		return nil, fmt.Errorf("table: Conditional: %w", err)
	}
	col := m.Schema().Find(column)
	if col < 0 {
		return nil, fmt.Errorf("table: Conditional: the model has no column %q", column)
	}
	row[col] = math.NaN()
	x := make([]float64, m.joint.features.width)
	m.joint.features.row(x, row)
	var d *Conditional
	m.joint.runColumn(col, x, 1, func(_ int, outs [][]float64) { d = m.joint.conditional(col, outs) })
	return d, nil
}

// SampleGiven returns so many rows with the given values, by name, and draws of the others given these.
func (m *Model) SampleGiven(n int, values map[string]string, src rand.Source) (*Table, error) {
	row, err := m.given(values)
	if err != nil {
		return nil, fmt.Errorf("table: SampleGiven: %w", err)
	}
	rows := matrix(n, len(row))
	for i := range rows {
		copy(rows[i], row)
	}
	m.joint.complete(rows, nil, rng.Or(src))
	return m.decode(rows), nil
}
