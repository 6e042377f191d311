package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
)

const (
	size    = 8  // pixels of a side
	levels  = 17 // intensities, 0 to 16
	classes = 10
)

// digits are images, one a row, and their classes, one-hot.
type digits struct{ pixels, class *mat.Dense }

func (d digits) len() int { n, _ := d.pixels.Dims(); return n }

// readDigits reads lines of 64 intensities and the digit that they show.
func readDigits(name string) (d digits, err error) {
	f, err := os.Open(name)
	if err != nil {
		return d, fmt.Errorf("%w (run in the repository's top folder, or say where they are with -data)", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return d, fmt.Errorf("%s: %w", name, err)
	}
	var pixels, class []float64
	lines := bufio.NewScanner(z)
	n := 0
	for ; lines.Scan(); n++ {
		fields := strings.Split(lines.Text(), ",")
		if len(fields) != size*size+1 {
			return d, fmt.Errorf("%s: line %d: got %d numbers, want %d", name, n+1, len(fields), size*size+1)
		}
		one := make([]float64, classes)
		for j, field := range fields {
			v, err := strconv.Atoi(field)
			if limit := []int{levels, classes}[j/(size*size)]; err != nil || v < 0 || v >= limit {
				return d, fmt.Errorf("%s: line %d, number %d: got %q, want 0 to %d", name, n+1, j+1, field, limit-1)
			}
			if j < size*size {
				pixels = append(pixels, float64(v))
			} else {
				one[v] = 1
			}
		}
		class = append(class, one...)
	}
	if err := lines.Err(); err != nil {
		return d, fmt.Errorf("%s: line %d: %w", name, n+1, err)
	}
	if n < 1600 {
		return d, fmt.Errorf("%s: got %d digits, want at least 1600", name, n)
	}
	return digits{mat.NewDense(n, size*size, pixels), mat.NewDense(n, classes, class)}, nil
}

// split returns n digits at random and the others.
func (d digits) split(n int, r *rand.Rand) (a, b digits) {
	order := r.Perm(d.len())
	return d.pick(order[:n]), d.pick(order[n:])
}

func (d digits) pick(index []int) digits {
	p := digits{mat.NewDense(len(index), size*size, nil), mat.NewDense(len(index), classes, nil)}
	for k, i := range index {
		p.pixels.SetRow(k, d.pixels.RawRowView(i))
		p.class.SetRow(k, d.class.RawRowView(i))
	}
	return p
}
