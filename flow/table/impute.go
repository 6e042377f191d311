package table

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/normflow/normflow/internal/parallel"
	"github.com/normflow/normflow/internal/rng"
)

// Impute returns the table with its blanks filled: numbers by their mean given what the row has, on the column's grid, levels and categories by
// the most probable one. All other texts stay as they are, those that are no value of their column too.
//
// It returns an error if the columns are not those of the model. It costs one pass of the networks for each row with a blank.
func (m *Model) Impute(t *Table) (*Table, error) {
	rows, _, place, err := m.encodeAll(t)
	if err != nil {
		return nil, fmt.Errorf("table: Impute: %w", err)
	}
	out := t.clone()
	m.joint.fill(rows, func(i, col int, d *Conditional) {
		c := d.Column
		if at := place[col]; c.blank(strings.TrimSpace(t.Rows[i][at])) {
			out.Rows[i][at] = c.text(d.fill())
		}
	})
	return out, nil
}

// fill returns what stands best for a value that is not known.
func (d *Conditional) fill() float64 {
	if !d.Column.Kind.numeric() || len(d.weights) == 0 {
		return d.Mode()
	}
	if d.Column.Step > 0 {
		return d.round(d.Mean())
	}
	return d.Mean()
}

// fill calls f with the distribution of each column that a row does not have, given those that it has.
func (j *joint) fill(rows [][]float64, f func(i, col int, d *Conditional)) {
	var need []int
	for i, r := range rows {
		if slices.ContainsFunc(r, math.IsNaN) {
			need = append(need, i)
		}
	}
	parallel.Pieces(len(need), chunk, func(from, to int) {
		w := j.features.width
		x := make([]float64, (to-from)*w)
		for k := from; k < to; k++ {
			j.features.row(x[(k-from)*w:][:w], rows[need[k]])
		}
		j.run(x, to-from, func(k int, outs [][]float64) {
			for col, v := range rows[need[from+k]] {
				if math.IsNaN(v) {
					f(need[from+k], col, j.conditional(col, j.column(col, outs)))
				}
			}
		})
	})
}

// Draws are completed copies of a table.
type Draws struct {
	table  *Table
	schema *Schema
	place  []int
	cells  [][2]int    // rows and columns that are filled
	values [][]float64 // of each, by draw
	k      int
}

// Len returns the number of copies.
func (d *Draws) Len() int { return d.k }

// Table returns copy k.
func (d *Draws) Table(k int) *Table {
	t := d.table.clone()
	for i, c := range d.cells {
		t.Rows[c[0]][d.place[c[1]]] = d.schema.Columns[c[1]].text(d.values[i][k])
	}
	return t
}

// ImputeDraws returns so many copies of the table whose blanks are filled with draws from their joint distribution given what
// the row has: multiple imputation. Draws of numbers stay within the extremes of the rows that were learned from. Draws of a cell are spread evenly over its distribution, so
// their mean and quantiles settle faster than those of independent ones; the outermost 2 % of each side of a component stand at its edge, as in
// [Conditional.Mean], since the tails of logistic distributions of a logarithm are so heavy that a few draws would decide the mean.
//
// It returns an error if the columns are not those of the model. The first blank of a row costs one pass of the networks, the others one for each draw.
func (m *Model) ImputeDraws(t *Table, draws int, src rand.Source) (*Draws, error) {
	if draws < 1 {
		panic(fmt.Sprintf("table: ImputeDraws: got %d draws, want at least 1", draws))
	}
	rows, _, place, err := m.encodeAll(t)
	if err != nil {
		return nil, fmt.Errorf("table: ImputeDraws: %w", err)
	}
	d := &Draws{table: t, schema: m.joint.Schema, place: place, k: draws}
	src = rng.Or(src)
	type job struct {
		row  int
		seed uint64
		at   []int // of its cells in d, by column; −1 for none
	}
	var jobs []job
	for i, row := range rows {
		if !slices.ContainsFunc(row, math.IsNaN) {
			continue
		}
		b := job{i, src.Uint64(), make([]int, len(row))}
		for col, v := range row {
			b.at[col] = -1
			if math.IsNaN(v) && d.schema.Columns[col].blank(strings.TrimSpace(t.Rows[i][place[col]])) {
				b.at[col] = len(d.cells)
				d.cells = append(d.cells, [2]int{i, col})
				d.values = append(d.values, nil)
			}
		}
		jobs = append(jobs, b)
	}
	parallel.Pieces(len(jobs), 1, func(k, _ int) {
		b := jobs[k]
		m.joint.spread(rows[b.row], draws, rng.New(b.seed), true, func(col int, values, _ []float64) {
			if b.at[col] >= 0 {
				d.values[b.at[col]] = values
			}
		})
	})
	return d, nil
}

// spread draws the values that a row does not have, each column given all that are known, and calls f with the draws of each and their
// log-densities. With even, draws of a column are spread evenly over its distribution, and kept within the extremes of what was learned
// from; their log-densities are not computed then.
func (j *joint) spread(row []float64, draws int, src rand.Source, even bool, f func(col int, values, lps []float64)) {
	w, r := j.features.width, rand.New(src)
	x := make([]float64, draws*w)
	j.features.row(x[:w], row)
	first := true
	for _, col := range j.Order {
		if !math.IsNaN(row[col]) {
			continue
		}
		values, lps, perm := make([]float64, draws), make([]float64, draws), r.Perm(draws)
		set := func(k int, d *Conditional) {
			if !even {
				values[k] = d.Draw(src)
				lps[k] = d.LogProb(values[k])
				return
			}
			v := d.draw((float64(perm[k])+r.Float64())/float64(draws), 0.5/nodes)
			if c := d.Column; c.Kind.numeric() {
				v = min(max(v, c.Least), c.Most)
			}
			values[k] = v
		}
		if first {
			j.runColumn(col, x[:w], 1, func(_ int, outs [][]float64) {
				d := j.conditional(col, outs)
				for k := range draws {
					set(k, d)
				}
			})
			for k := 1; k < draws; k++ {
				copy(x[k*w:(k+1)*w], x[:w])
			}
			first = false
		} else {
			j.runColumn(col, x, draws, func(k int, outs [][]float64) { set(k, j.conditional(col, outs)) })
		}
		for k, v := range values {
			j.features.set(x[k*w:(k+1)*w], col, v)
		}
		f(col, values, lps)
	}
}

func (t *Table) clone() *Table {
	c := &Table{Names: t.Names, Delimiter: t.Delimiter, Rows: make([][]string, len(t.Rows))}
	for i, r := range t.Rows {
		c.Rows[i] = slices.Clone(r)
	}
	return c
}
