package main

import (
	"bufio"
	"compress/bzip2"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// readCSV reads a file of numbers under a folder, with or without a header, and packed if its name ends
// in .bz2.
func readCSV(path ...string) (*mat.Dense, error) {
	_, m, err := readTable(path...)
	return m, err
}

func readTable(path ...string) (header []string, m *mat.Dense, err error) {
	name := filepath.Join(path...)
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	var r io.Reader = bufio.NewReader(f)
	if strings.HasSuffix(name, ".bz2") {
		r = bzip2.NewReader(r)
	}
	records, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(records) > 0 {
		if _, err := strconv.ParseFloat(records[0][0], 64); err != nil {
			header, records = records[0], records[1:]
		}
	}
	if len(records) == 0 {
		return nil, nil, fmt.Errorf("%s: got no rows", name)
	}
	m = mat.NewDense(len(records), len(records[0]), nil)
	for i, record := range records {
		for j, text := range record {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: row %d, column %d: got %q, want a number", name, i, j, text)
			}
			m.Set(i, j, v)
		}
	}
	return header, m, nil
}

// writeCSV writes rows under a header.
func writeCSV(name string, header []string, m *mat.Dense) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := csv.NewWriter(f)
	if err := w.Write(header); err != nil {
		return err
	}
	n, d := m.Dims()
	record := make([]string, d)
	for i := range n {
		for j, v := range m.RawRowView(i) {
			record[j] = strconv.FormatFloat(v, 'g', -1, 64)
		}
		if err := w.Write(record); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
