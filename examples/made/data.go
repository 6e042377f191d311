package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/mat"
)

// published are the paper's test NLLs, with one mask and with mask sampling.
var published = map[string][2]float64{
	"adult": {13.12, 13.13}, "connect4": {11.90, 11.90}, "dna": {83.63, 79.66}, "mushrooms": {9.68, 9.69},
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
	if dir == "" {
		return nil, fmt.Errorf("set %q needs -data DIR with %s.train.txt.gz, %s.valid.txt.gz and %s.test.txt.gz, lines of 0 and 1; "+
			"the UCI sets of the paper, binarised, are in github.com/mgermain/MADE and github.com/UCLA-StarAI/Density-Estimation-Datasets", set, set, set, set)
	}
	s := new(split)
	for name, part := range map[string]**mat.Dense{"train": &s.train, "valid": &s.valid, "test": &s.test} {
		x, err := read(filepath.Join(dir, set+"."+name+".txt.gz"))
		if err != nil {
			return nil, err
		}
		*part = x
	}
	_, d := s.train.Dims()
	for name, x := range map[string]*mat.Dense{"valid": s.valid, "test": s.test} {
		if _, c := x.Dims(); c != d {
			return nil, fmt.Errorf("%s.%s: got rows of %d, want %d", set, name, c, d)
		}
	}
	return s, nil
}

// read reads lines of 0 and 1.
func read(path string) (*mat.Dense, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var x []float64
	rows, cols := 0, 0
	lines := bufio.NewScanner(z)
	for lines.Scan() {
		line := lines.Bytes()
		if rows++; rows == 1 {
			cols = len(line)
		}
		if len(line) != cols || cols == 0 {
			return nil, fmt.Errorf("%s: line %d: got %d characters, want %d", path, rows, len(line), cols)
		}
		for _, b := range line {
			if b != '0' && b != '1' {
				return nil, fmt.Errorf("%s: line %d: got %q, want 0 or 1", path, rows, b)
			}
			x = append(x, float64(b-'0'))
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if rows == 0 {
		return nil, fmt.Errorf("%s: got no lines", path)
	}
	return mat.NewDense(rows, cols, x), nil
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
