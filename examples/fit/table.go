package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"codeberg.org/sbinet/npyio/npy"
	"gonum.org/v1/gonum/mat"
)

// A table is a file of rows of numbers.
type table struct {
	name string
	cols int
	// rows returns the rows from the first on; the next overwrites the last.
	rows func() iter.Seq2[[]float64, error]
}

// openTable finds out how many columns a table has, by its first row.
func openTable(name string) (table, error) {
	t := table{name: name}
	if strings.EqualFold(filepath.Ext(name), ".npy") {
		x, err := readNPY(name)
		if err != nil {
			return t, err
		}
		t.rows = func() iter.Seq2[[]float64, error] { return rowsOf(x) }
	} else {
		t.rows = func() iter.Seq2[[]float64, error] { return rowsOfCSV(name) }
	}
	for row, err := range t.rows() {
		t.cols = len(row)
		return t, err
	}
	return t, fmt.Errorf("%s: got no rows", name)
}

// dense returns all rows.
func (t *table) dense() (*mat.Dense, error) {
	var x []float64
	for row, err := range t.rows() {
		if err != nil {
			return nil, err
		}
		x = append(x, row...)
	}
	return mat.NewDense(len(x)/t.cols, t.cols, x), nil
}

func readNPY(name string) (*mat.Dense, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	x := new(mat.Dense)
	if err := npy.Read(f, x); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return x, nil
}

func rowsOf(x *mat.Dense) iter.Seq2[[]float64, error] {
	return func(yield func([]float64, error) bool) {
		n, _ := x.Dims()
		for i := range n {
			if !yield(x.RawRowView(i), nil) {
				return
			}
		}
	}
}

// rowsOfCSV reads a CSV file. A first line of which no field is a number holds names.
func rowsOfCSV(name string) iter.Seq2[[]float64, error] {
	return func(yield func([]float64, error) bool) {
		f, err := os.Open(name)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close()
		r := csv.NewReader(f)
		r.ReuseRecord, r.TrimLeadingSpace = true, true
		var row []float64
		for first := true; ; first = false {
			fields, err := r.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err == nil && first && names(fields) {
				continue
			}
			if err == nil {
				row, err = parse(row[:0], fields, r)
			}
			if err != nil {
				err = fmt.Errorf("%s: %w", name, err)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// names reports whether no field is a number.
func names(fields []string) bool {
	for _, s := range fields {
		if _, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil {
			return false
		}
	}
	return true
}

// parse appends the numbers in the fields of a line to row.
func parse(row []float64, fields []string, r *csv.Reader) ([]float64, error) {
	for j, s := range fields {
		v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil || math.IsNaN(v-v) {
			line, _ := r.FieldPos(j)
			return row, fmt.Errorf("line %d, column %d: got %q, want a finite number", line, j+1, s)
		}
		row = append(row, v)
	}
	return row, nil
}
