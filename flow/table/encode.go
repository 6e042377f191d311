package table

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Encode returns a table's rows as numbers, a column for each of the schema's: numbers as they are, dates in days since 1970, times of day in days, of
// categories the place among Levels, NaN for blanks and for texts that are no value of their column.
//
// It returns an error unless the table has the schema's columns, in any order.
func (s *Schema) Encode(t *Table) (*mat.Dense, error) {
	place, err := s.places(t.Names)
	if err == nil {
		err = t.check()
	}
	if err != nil {
		return nil, fmt.Errorf("table: Encode: %w", err)
	}
	if len(t.Rows) == 0 {
		return nil, fmt.Errorf("table: Encode: got no rows")
	}
	x := mat.NewDense(len(t.Rows), len(s.Columns), nil)
	for i, r := range t.Rows {
		row, _ := s.encode(r, place)
		x.SetRow(i, row)
	}
	return x, nil
}

// Decode is the inverse of Encode: NaN becomes a blank. It panics if x has another number of columns.
func (s *Schema) Decode(x mat.Matrix) *Table {
	n, d := x.Dims()
	if d != len(s.Columns) {
		panic(fmt.Sprintf("table: Decode: got %d columns, want %d", d, len(s.Columns)))
	}
	t := &Table{Names: s.Names(), Rows: make([][]string, n)}
	for i := range t.Rows {
		t.Rows[i] = make([]string, d)
		for j := range d {
			t.Rows[i][j] = s.Columns[j].text(x.At(i, j))
		}
	}
	return t
}
