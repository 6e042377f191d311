package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
)

const (
	digitPixels = 64
	digitMiddle = 8 // of 16 levels of grey
)

// loadDigits makes bits of the digits of 8×8 pixels: 1 for the darker half.
func loadDigits(name string) (*split, error) {
	x, err := read(name, digit)
	if err != nil {
		return nil, fmt.Errorf("%w (digits are read from the repository's top folder)", err)
	}
	n, _ := x.Dims()
	if n < 1000 {
		return nil, fmt.Errorf("%s: got %d digits, want at least 1000", name, n)
	}
	order := rand.New(rand.NewPCG(1, 0)).Perm(n)
	pick := func(index []int) *mat.Dense {
		part := mat.NewDense(len(index), digitPixels, nil)
		for i, k := range index {
			part.SetRow(i, x.RawRowView(k))
		}
		return part
	}
	return &split{train: pick(order[:n-600]), valid: pick(order[n-600 : n-400]), test: pick(order[n-400:])}, nil
}

// digit reads the pixels of a line, which the class follows.
func digit(x []float64, line string) ([]float64, error) {
	fields := strings.Split(line, ",")
	if len(fields) != digitPixels+1 {
		return x, fmt.Errorf("got %d numbers, want %d", len(fields), digitPixels+1)
	}
	for _, field := range fields[:digitPixels] {
		v, err := strconv.Atoi(field)
		if err != nil {
			return x, err
		}
		x = append(x, float64(min(v/digitMiddle, 1)))
	}
	return x, nil
}
