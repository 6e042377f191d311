package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// tables returns the CSV files of a folder, or of its folder continuous, each cut into folds by the protocol
// of B. Uria, I. Murray and H. Larochelle, RNADE, 2013: nine tenths to learn from, columns
// standardised by these rows. Columns that are labels, "quality" and "label", are left out.
func tables(dir string, folds int, seed uint64) ([]source, error) {
	if sub := filepath.Join(dir, "continuous"); isFolder(sub) {
		dir = sub
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.csv*"))
	if err != nil {
		return nil, err
	}
	var all []source
	for _, path := range names {
		name, _, _ := strings.Cut(filepath.Base(path), ".csv")
		all = append(all, source{name, func() ([]split, error) {
			x, err := readTable(path)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			return cut(x, folds, seed)
		}})
	}
	return all, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func readTable(path string) (*mat.Dense, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var in io.Reader = bufio.NewReader(f)
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(in); err != nil {
			return nil, err
		}
	}
	lines, err := csv.NewReader(in).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("got no rows")
	}
	var keep []int
	for j, name := range lines[0] {
		if name != "quality" && name != "label" {
			keep = append(keep, j)
		}
	}
	first := 1
	if _, err := strconv.ParseFloat(lines[0][0], 64); err == nil {
		first = 0 // no line of names
	}
	var x []float64
	for i, line := range lines[first:] {
		for _, j := range keep {
			v, err := strconv.ParseFloat(strings.TrimSpace(line[j]), 64)
			if err != nil {
				return nil, fmt.Errorf("row %d, column %d: %w", i, j, err)
			}
			x = append(x, v)
		}
	}
	if len(x) == 0 {
		return nil, fmt.Errorf("got no rows")
	}
	return mat.NewDense(len(x)/len(keep), len(keep), x), nil
}

// cut returns a split for each fold of the rows in random order.
func cut(x *mat.Dense, folds int, seed uint64) (all []split, err error) {
	n, d := x.Dims()
	if folds > n {
		return nil, fmt.Errorf("got %d rows, want at least one for each of %d folds", n, folds)
	}
	order := rand.New(rand.NewPCG(seed, 0)).Perm(n)
	for k := range folds {
		i, j := n*k/folds, n*(k+1)/folds
		s := split{train: mat.NewDense(n-j+i, d, nil), test: mat.NewDense(j-i, d, nil)}
		at := 0
		for m, row := range order {
			if m >= i && m < j {
				s.test.SetRow(m-i, x.RawRowView(row))
				continue
			}
			s.train.SetRow(at, x.RawRowView(row))
			at++
		}
		standardize(s.train, s.test)
		all = append(all, s)
	}
	return all, nil
}

// standardize scales and shifts columns by the mean and deviation of those of train.
func standardize(train, test *mat.Dense) {
	_, d := train.Dims()
	for j := range d {
		mean, sd := stat.PopMeanStdDev(mat.Col(nil, j, train), nil)
		if sd == 0 {
			sd = 1
		}
		for _, x := range []*mat.Dense{train, test} {
			n, _ := x.Dims()
			for i := range n {
				x.Set(i, j, (x.At(i, j)-mean)/sd)
			}
		}
	}
}
