package flow

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

const (
	mostNumbers = 2e7 // that are kept of a stream
	mostFresh   = 20000
)

// gather returns the data with all rows in memory, their noise added once.
func (d Data) gather(seed uint64) (*train.Memory, error) {
	if d.err != nil {
		return nil, d.err
	}
	src := rng.New(seed)
	rows, err := gatherSource(d.source, src)
	if err != nil {
		return nil, err
	}
	if n := rows.Len(); n < 2 {
		return nil, fmt.Errorf("got %d rows, want at least 2", n)
	}
	if err := rows.Check(); err != nil {
		return nil, err
	}
	if d.noise != nil {
		d.source = rows
		rows = d.hold(rand.New(src).Perm(rows.Len()), src)
	}
	return rows, nil
}

func gatherSource(from train.Source, src *rng.Source) (*train.Memory, error) {
	switch from := from.(type) {
	case *train.Memory:
		return from, nil
	case *train.Stream:
		return reservoir(from, int(mostNumbers)/(from.Dim+from.Cond), src)
	case *train.Fresh:
		b := from.NewBatch(mostFresh)
		c := from.Open(0, src, src)
		defer c.Close()
		if err := c.Fill(b, mostFresh); err != nil {
			return nil, err
		}
		m := &train.Memory{Rows: mat.NewDense(b.N, b.Dim, b.Rows)}
		if b.Cond > 0 {
			m.Contexts = mat.NewDense(b.N, b.Cond, b.Contexts)
		}
		return m, nil
	}
	return nil, errors.New("got no data, want Rows, Stream or Fresh")
}

// reservoir reads a stream and returns at most so many of its rows, each with the same probability.
func reservoir(from *train.Stream, most int, src rand.Source) (*train.Memory, error) {
	r := rand.New(src)
	var rows []float64
	width, n := from.Dim+from.Cond, 0
	for row, err := range from.Rows() {
		if err != nil {
			return nil, fmt.Errorf("stream row %d: %w", n, err)
		}
		if len(row) != width {
			return nil, fmt.Errorf("stream row %d: got %d numbers, want %d", n, len(row), width)
		}
		if n < most {
			rows = append(rows, row...)
		} else if k := r.IntN(n + 1); k < most {
			copy(rows[k*width:], row)
		}
		n++
	}
	if n == 0 {
		return nil, errors.New("got a stream without rows, want some")
	}
	all := mat.NewDense(len(rows)/width, width, rows)
	m := &train.Memory{Rows: mat.DenseCopyOf(all.Slice(0, len(rows)/width, 0, from.Dim))}
	if from.Cond > 0 {
		m.Contexts = mat.DenseCopyOf(all.Slice(0, len(rows)/width, from.Dim, width))
	}
	return m, nil
}

// Collect returns the data in memory: rows, and their contexts and weights, nil where there are
// none. Streams are read once, and kept as far as memory for 2·10⁷ values goes, a random part of
// them if there are more; of endless samples 20,000 are drawn; noise is added once. What is
// returned may be the caller's own, and is not to be changed.
//
// It returns an error that names the first row with a value that is NaN or infinite, and for fewer
// than two rows.
func (d Data) Collect(seed uint64) (rows, contexts *mat.Dense, weights []float64, err error) {
	m, err := d.gather(seed)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("flow: Data.Collect: %w", err)
	}
	return m.Rows, m.Contexts, m.Weights, nil
}
