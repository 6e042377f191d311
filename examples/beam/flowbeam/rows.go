// Package flowbeam has flows as transforms of Apache Beam: log-densities and p-values of rows, and samples. The rows are
// bounded collections in the global window.
package flowbeam

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/normflow/normflow/flow/table/parquet"
)

// A Row is a row of numbers and where it stands: the file, and its number there, from 1 and without a header.
type Row struct {
	File   string
	Number int64
	Values []float64
}

// A Scored is a row's log-density or p-value.
type Scored struct {
	File   string
	Number int64
	Score  float64
}

func init() {
	beam.RegisterDoFn(reflect.TypeFor[csvFn]())
	beam.RegisterDoFn(reflect.TypeFor[parquetFn]())
	register.Emitter1[Row]()
}

// ReadCSV returns the rows of the CSV files, compressed or not, that match a pattern. A first line without any number is a
// header. The work is divided by files, which are read as they are scored. A cell that is no number is an error that says where.
func ReadCSV(s beam.Scope, glob string) beam.PCollection { return read(s, glob, &csvFn{}) }

// ReadParquet returns the rows of the Parquet files that match a pattern, each of which is held in memory; all columns must be numbers.
func ReadParquet(s beam.Scope, glob string) beam.PCollection { return read(s, glob, &parquetFn{}) }

func read(s beam.Scope, glob string, fn any) beam.PCollection {
	s = s.Scope("flowbeam.Read")
	files := beam.Reshuffle(s, fileio.MatchFiles(s, glob, fileio.MatchEmptyDisallow()))
	return beam.ParDo(s, fn, fileio.ReadMatches(s, files))
}

type csvFn struct{}

// ProcessElement emits the rows of a file.
func (*csvFn) ProcessElement(ctx context.Context, file fileio.ReadableFile, emit func(Row)) error {
	f, err := file.Open(ctx)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.ReuseRecord, r.TrimLeadingSpace = true, true
	row := Row{File: file.Metadata.Path}
	for first := true; ; first = false {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", row.File, err)
		}
		if first && !slices.ContainsFunc(cells, isNumber) {
			continue // the header
		}
		row.Number++
		if row.Values, err = numbers(cells); err != nil {
			return fmt.Errorf("%s: row %d: %w", row.File, row.Number, err)
		}
		emit(row)
	}
}

type parquetFn struct{}

// ProcessElement emits the rows of a file.
func (*parquetFn) ProcessElement(ctx context.Context, file fileio.ReadableFile, emit func(Row)) error {
	b, err := file.Read(ctx)
	if err != nil {
		return err
	}
	r, err := parquet.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return fmt.Errorf("%s: %w", file.Metadata.Path, err)
	}
	row := Row{File: file.Metadata.Path}
	for {
		cells, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		row.Number++
		if err == nil {
			row.Values, err = numbers(cells)
		}
		if err != nil {
			return fmt.Errorf("%s: row %d: %w", row.File, row.Number, err)
		}
		emit(row)
	}
}

func isNumber(cell string) bool {
	_, err := strconv.ParseFloat(cell, 64)
	return err == nil
}

// numbers parses the cells of a row into new memory: a Row that was emitted is the runner's.
func numbers(cells []string) ([]float64, error) {
	x := make([]float64, len(cells))
	for j, c := range cells {
		v, err := strconv.ParseFloat(c, 64)
		if err != nil {
			return nil, fmt.Errorf("column %d: got %q, want a number", j, c)
		}
		x[j] = v
	}
	return x, nil
}
