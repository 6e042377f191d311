package train

import (
	"fmt"
	"hash/crc64"
	"math"

	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Memory is a source of rows in memory.
type Memory struct {
	Rows     *mat.Dense
	Contexts *mat.Dense // of as many rows, or nil
	Weights  []float64  // as many, or nil
}

// Dims returns the columns of a row and of its context.
func (m *Memory) Dims() (dim, cond int) {
	_, dim = m.Rows.Dims()
	if m.Contexts != nil {
		_, cond = m.Contexts.Dims()
	}
	return dim, cond
}

// Len returns the number of rows.
func (m *Memory) Len() int {
	n, _ := m.Rows.Dims()
	return n
}

// Check returns an error that names the first bad value, or the shape that does not fit.
func (m *Memory) Check() error {
	n := m.Len()
	if err := finiteRows("data", m.Rows); err != nil {
		return err
	}
	if m.Contexts != nil {
		if r, _ := m.Contexts.Dims(); r != n {
			return fmt.Errorf("got %d rows of data and %d of context, want as many", n, r)
		}
		if err := finiteRows("context", m.Contexts); err != nil {
			return err
		}
	}
	return m.checkWeights(n)
}

func finiteRows(what string, x *mat.Dense) error {
	n, _ := x.Dims()
	for i := range n {
		if err := finite(what, i, x.RawRowView(i)); err != nil {
			return err
		}
	}
	return nil
}

func (m *Memory) checkWeights(n int) error {
	if m.Weights == nil {
		return nil
	}
	if len(m.Weights) != n {
		return fmt.Errorf("got %d rows of data and %d weights, want as many", n, len(m.Weights))
	}
	var sum float64
	for i, w := range m.Weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("weight %d: got %v, want a finite number, at least 0", i, w)
		}
		sum += w
	}
	if !(sum > 0) {
		return fmt.Errorf("got weights that are all 0, want a positive one")
	}
	return nil
}

// NewBatch returns a batch with capacity for n rows.
func (m *Memory) NewBatch(n int) *Batch {
	dim, cond := m.Dims()
	return NewBatch(n, dim, cond, m.Weights != nil)
}

// Open returns a cursor over the rows, in one window if it is not told otherwise.
func (m *Memory) Open(window int, order, _ *rng.Source) Cursor {
	if window == 0 {
		window = max(m.Len(), 1)
	}
	return &epochs{from: &memoryReader{Memory: m}, window: window, src: order}
}

// memoryReader reads windows of rows in memory.
type memoryReader struct {
	*Memory
	first int
}

func (r *memoryReader) read(first, n int) (int, error) {
	r.first = first
	return min(n, r.Len()-first), nil
}

func (r *memoryReader) copy(b *Batch, k int, index []int) { r.copyRows(b, k, r.first, index) }

func (r *memoryReader) close() {}

// copyRows sets the rows of b from row k on to those with the given indices, counted from row first.
func (m *Memory) copyRows(b *Batch, k, first int, index []int) {
	gather(b.Rows[k*b.Dim:], m.Rows, first, index)
	if m.Contexts != nil {
		gather(b.Contexts[k*b.Cond:], m.Contexts, first, index)
	}
	if m.Weights != nil {
		for n, i := range index {
			b.Weights[k+n] = m.Weights[first+i]
		}
	}
}

// gather sets to to the rows of x with the given indices, counted from row first.
func gather(to []float64, x *mat.Dense, first int, index []int) {
	raw := x.RawMatrix()
	width, from := raw.Cols, raw.Data[first*raw.Stride:]
	for k, i := range index {
		at, row := k*width, i*raw.Stride
		if width >= 8 {
			copy(to[at:at+width], from[row:row+width])
			continue
		}
		for j := range width { // in less time than a call takes
			to[at+j] = from[row+j]
		}
	}
}

// All returns the rows as one batch, without a copy where they are adjacent in memory.
func (m *Memory) All() *Batch {
	dim, cond := m.Dims()
	return &Batch{N: m.Len(), Dim: dim, Cond: cond, Rows: adjacent(m.Rows), Contexts: adjacent(m.Contexts), Weights: m.Weights}
}

func adjacent(x *mat.Dense) []float64 {
	if x == nil {
		return nil
	}
	raw := x.RawMatrix()
	if raw.Stride != raw.Cols {
		raw = mat.DenseCopyOf(x).RawMatrix()
	}
	return raw.Data[:raw.Rows*raw.Cols]
}

// Pick returns a copy of the rows with the given indices.
func (m *Memory) Pick(index []int) *Memory {
	b := m.NewBatch(len(index))
	m.copyRows(b, 0, 0, index)
	p := &Memory{Rows: mat.NewDense(len(index), b.Dim, b.Rows), Weights: b.Weights}
	if b.Cond > 0 {
		p.Contexts = mat.NewDense(len(index), b.Cond, b.Contexts)
	}
	return p
}

// Digest is a checksum of up to 4096 rows.
func (m *Memory) Digest() uint64 {
	h := crc64.New(crc64.MakeTable(crc64.ECMA))
	var b [8]byte
	for i := range min(m.Len(), 4096) {
		for _, v := range m.Rows.RawRowView(i) {
			for k, u := 0, math.Float64bits(v); k < 8; k, u = k+1, u>>8 {
				b[k] = byte(u)
			}
			h.Write(b[:])
		}
	}
	return h.Sum64()
}
