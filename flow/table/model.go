package table

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
)

func init() {
	flow.RegisterSection(flow.Section{Name: "table.rows", Version: 1, Required: true, Type: (*kept)(nil)})
}

// kept is what a model knows of the rows that it has learned from, beside the networks. No row is in it.
type kept struct {
	Means    []float64 // of the columns' parts of held-out rows' log-densities
	Scores   []float64 // log-densities of held-out rows, less the means of the columns that they have; ascending
	Typical  []float64 // mean log-density of a column given all others, in held-out rows
	Patterns [][]int   // columns that are blank together
	Shares   []float64 // of the rows that have them
}

// check returns an error unless all is of so many columns.
func (k *kept) check(columns int) error {
	if len(k.Means) != columns || len(k.Typical) != columns || len(k.Patterns) != len(k.Shares) {
		return fmt.Errorf("got %d means, %d typical values, %d patterns and %d shares for %d columns", len(k.Means), len(k.Typical), len(k.Patterns), len(k.Shares), columns)
	}
	for _, p := range k.Patterns {
		for _, col := range p {
			if col < 0 || col >= columns {
				return fmt.Errorf("got a pattern with the column %d of %d", col, columns)
			}
		}
	}
	return nil
}

// A Model is the joint distribution of the columns of a table.
//
// Any number of goroutines may use it.
type Model struct {
	joint *joint
	kept  *kept
}

// Schema returns the columns. It must not be changed.
func (m *Model) Schema() *Schema { return m.joint.Schema }

// Save writes the model to one file, which [Load] reads, and so does [flow.Load].
func (m *Model) Save(w io.Writer) error {
	t := flow.New(m.joint)
	t.Attach(m.kept)
	return t.Save(w)
}

// Load reads a model that [Model.Save] has written.
func Load(r io.Reader) (*Model, error) {
	need.One("table: Load", "reader", r)
	t, err := flow.Load(r)
	if err != nil {
		return nil, fmt.Errorf("table: Load: %w", err)
	}
	m := &Model{}
	var ok bool
	if m.joint, ok = t.Base.(*joint); !ok || len(t.Map) > 0 || !t.Section(&m.kept) {
		return nil, errors.New("table: Load: got a model that is not of a table")
	}
	if err := m.kept.check(m.joint.Dim()); err != nil {
		return nil, fmt.Errorf("table: Load: %w", err)
	}
	return m, nil
}

// places returns where in rows of the given names the schema's columns stand.
func (s *Schema) places(names []string) ([]int, error) {
	var missing, more []string
	place := make([]int, len(s.Columns))
	for j := range s.Columns {
		if place[j] = slices.Index(names, s.Columns[j].Name); place[j] < 0 {
			missing = append(missing, s.Columns[j].Name)
		}
	}
	for _, n := range names {
		if s.Find(n) < 0 {
			more = append(more, n)
		}
	}
	if len(missing) > 0 {
		text := "the table has no column " + quoted(missing)
		if len(more) > 0 {
			text += "; it has " + quoted(more) + ", which the model does not know"
		}
		return nil, fmt.Errorf("%s", text)
	}
	if len(more) > 0 {
		return nil, fmt.Errorf("the table has the column %s, which the model does not know", quoted(more))
	}
	return place, nil
}

// encode returns the numbers of a row of texts, NaN for blanks and what cannot be a value, and what was wrong.
func (s *Schema) encode(texts []string, place []int) (row []float64, wrong []problem) {
	row = make([]float64, len(s.Columns))
	for j := range s.Columns {
		var what int
		row[j], what = s.Columns[j].parse(texts[place[j]])
		if what == unseen || what == bad {
			wrong = append(wrong, problem{j, what})
		}
	}
	return row, wrong
}

// A problem is a text that is no value of its column.
type problem struct{ column, what int }

// encodeAll encodes all rows of a table.
func (m *Model) encodeAll(t *Table) (rows [][]float64, wrong [][]problem, place []int, err error) {
	if place, err = m.joint.Schema.places(t.Names); err == nil {
		err = t.check()
	}
	if err != nil {
		return nil, nil, nil, err
	}
	rows, wrong = make([][]float64, len(t.Rows)), make([][]problem, len(t.Rows))
	for i, r := range t.Rows {
		rows[i], wrong[i] = m.joint.Schema.encode(r, place)
	}
	return rows, wrong, place, nil
}
