package main

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"
)

// A dataset is the numbers of a JSON file by name.
type dataset struct {
	values map[string]json.RawMessage
	err    error // the first
}

func readData(file string) (*dataset, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	d := new(dataset)
	if err := json.Unmarshal(text, &d.values); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return d, nil
}

func get[T any](d *dataset, name string) (v T) {
	if err := json.Unmarshal(d.values[name], &v); err != nil && d.err == nil {
		d.err = fmt.Errorf("%s: %w", name, err)
	}
	return v
}

func (d *dataset) number(name string) float64     { return get[float64](d, name) }
func (d *dataset) floats(name string) []float64   { return get[[]float64](d, name) }
func (d *dataset) matrix(name string) [][]float64 { return get[[][]float64](d, name) }

// indexed returns name[1] … name[n].
func indexed(name string, n int) (names []string) {
	for j := range n {
		names = append(names, fmt.Sprintf("%s[%d]", name, j+1))
	}
	return names
}

// readPosterior returns the posterior NAME of a folder with NAME.data.json and reference draws, NAME.draws.csv.gz.
func readPosterior(dir, name string) (*posterior, *mat.Dense, error) {
	d, err := readData(filepath.Join(dir, name+".data.json"))
	if err != nil {
		return nil, nil, err
	}
	p := makers[name](d)
	if d.err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, d.err)
	}
	draws, err := readDraws(filepath.Join(dir, name+".draws.csv.gz"), p.columns)
	return p, draws, err
}

func readDraws(file string, columns []string) (*mat.Dense, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	lines, err := csv.NewReader(z).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(lines) < 2 || !slices.Equal(lines[0], columns) {
		return nil, fmt.Errorf("%s: want columns %q and at least one row", file, columns)
	}
	x := mat.NewDense(len(lines)-1, len(columns), nil)
	for i, line := range lines[1:] {
		for j, s := range line {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				return nil, fmt.Errorf("%s: row %d: %w", file, i+1, err)
			}
			x.Set(i, j, v)
		}
	}
	return x, nil
}
