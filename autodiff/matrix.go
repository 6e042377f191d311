package autodiff

import (
	"math/rand/v2"

	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// FixedMatrix returns a frozen parameter with the elements of m: a constant.
func FixedMatrix(m mat.Matrix) *Param {
	need.One("autodiff: FixedMatrix", "matrix", m)
	p := LearnedMatrix(m)
	p.Freeze(true)
	return p
}

// LearnedMatrix returns a parameter that starts with the elements of m.
func LearnedMatrix(m mat.Matrix) *Param {
	need.One("autodiff: LearnedMatrix", "matrix", m)
	d := mat.DenseCopyOf(m).RawMatrix()
	return NewParam(d.Rows, d.Cols, d.Data)
}

// LearnedIdentity returns a parameter that starts as the d×d identity matrix.
func LearnedIdentity(d int) *Param {
	p := NewParam(d, d, nil)
	for i := range d {
		p.data[i*d+i] = 1
	}
	return p
}

// LearnedNormal returns a parameter that starts with samples of a normal distribution of mean 0 and
// standard deviation sd; nil src is the process-wide source.
func LearnedNormal(rows, cols int, sd float64, src rand.Source) *Param {
	p, r := NewParam(rows, cols, nil), rand.New(rng.Or(src))
	for i := range p.data {
		p.data[i] = sd * r.NormFloat64()
	}
	return p
}
