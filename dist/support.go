package dist

import "math"

// A Shape names the kind of set that a distribution lives on.
type Shape string

const (
	// Box is a product of intervals, from Low to High, which may be infinite.
	Box Shape = "box"
	// Lattice is the integers of a box.
	Lattice Shape = "lattice"
	// Simplex is the rows of positive numbers that sum to one.
	Simplex Shape = "simplex"
	// Sphere is the rows of length one.
	Sphere Shape = "sphere"
	// Product is Parts, each over its own columns, side by side.
	Product Shape = "product"
)

// A Support is the set on which a density is positive. Maps from ℝᵈ onto it
// are the bijectors' business.
type Support struct {
	Shape Shape
	// Low and High bound each column of a box or lattice.
	Low, High []float64
	// Parts are the factors of a product.
	Parts []Support
	dim   int
}

// Dim returns the number of columns.
func (s Support) Dim() int {
	switch s.Shape {
	case Simplex, Sphere:
		return s.dim
	case Product:
		n := 0
		for _, p := range s.Parts {
			n += p.Dim()
		}
		return n
	}
	return len(s.Low)
}

// Unbounded reports whether the support is all of ℝᵈ.
func (s Support) Unbounded() bool {
	for _, p := range s.Parts {
		if !p.Unbounded() {
			return false
		}
	}
	for j, lo := range s.Low {
		if !math.IsInf(lo, -1) || !math.IsInf(s.High[j], 1) {
			return false
		}
	}
	return s.Shape == Box || s.Shape == Product
}

// A Supported distribution knows its support.
type Supported interface {
	Support() Support
}

// realRows is ℝᵈ.
func realRows(d int) Support {
	s := Support{Shape: Box, Low: make([]float64, d), High: make([]float64, d)}
	for j := range d {
		s.Low[j], s.High[j] = math.Inf(-1), math.Inf(1)
	}
	return s
}
