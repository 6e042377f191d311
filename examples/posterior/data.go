package main

import (
	"compress/bzip2"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// readCSV reads numbers under a header; a file may be packed by bzip2.
func readCSV(name string) (*mat.Dense, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".bz2") {
		r = bzip2.NewReader(f)
	}
	records, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(records) < 2 {
		return nil, fmt.Errorf("%s: got %d lines, want a header and rows", name, len(records))
	}
	m := mat.NewDense(len(records)-1, len(records[0]), nil)
	for i, record := range records[1:] {
		for j, text := range record {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, fmt.Errorf("%s: row %d, column %d: got %q, want a number", name, i, j, text)
			}
			m.Set(i, j, v)
		}
	}
	return m, nil
}
