package train

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/kernel"
)

// A Batch is rows of data with their contexts and weights, one after the other.
type Batch struct {
	N         int       // rows in it; the capacity may be larger
	Dim, Cond int       // columns of a row and of its context
	Rows      []float64 // N×Dim
	Contexts  []float64 // N×Cond
	Weights   []float64 // N; nil if every row counts once
}

// NewBatch returns an empty batch with capacity for n rows.
func NewBatch(n, dim, cond int, weighted bool) *Batch {
	b := &Batch{Dim: dim, Cond: cond, Rows: make([]float64, n*dim), Contexts: make([]float64, n*cond)}
	if weighted {
		b.Weights = make([]float64, n)
	}
	return b
}

// Row returns row i.
func (b *Batch) Row(i int) []float64 { return b.Rows[i*b.Dim : (i+1)*b.Dim] }

// Context returns the context of row i.
func (b *Batch) Context(i int) []float64 { return b.Contexts[i*b.Cond : (i+1)*b.Cond] }

// On puts rows i to j−1 and their contexts on a tape, without copying them; c is the zero Var
// if there are none.
func (b *Batch) On(t *autodiff.Tape, i, j int) (y, c autodiff.Var) {
	y = t.View(j-i, b.Dim, b.Rows[i*b.Dim:j*b.Dim])
	if b.Cond > 0 {
		c = t.View(j-i, b.Cond, b.Contexts[i*b.Cond:j*b.Cond])
	}
	return y, c
}

// Weight returns the sum of the rows' weights.
func (b *Batch) Weight() float64 {
	if b.Weights == nil {
		return float64(b.N)
	}
	return kernel.Sum(b.Weights[:b.N])
}

// finite returns an error that names the first value of a row that is not finite.
func finite(what string, i int, row []float64) error {
	for j, v := range row {
		if math.IsNaN(v - v) {
			return fmt.Errorf("%s row %d, column %d: got %v, want finite numbers", what, i, j, v)
		}
	}
	return nil
}
