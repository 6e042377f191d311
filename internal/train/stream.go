package train

import (
	"fmt"
	"iter"

	"github.com/normflow/normflow/internal/rng"
)

// Stream is a source of rows that are read again in every epoch: each of Dim
// values and Cond of its context.
type Stream struct {
	Dim, Cond int
	Rows      func() iter.Seq2[[]float64, error]
}

// streamWindow is the number of rows that are shuffled together by default.
const streamWindow = 16384

// Dims returns the columns of a row and of its context.
func (s *Stream) Dims() (dim, cond int) { return s.Dim, s.Cond }

// Len returns 0: the number of rows is not known.
func (s *Stream) Len() int { return 0 }

// Check returns nil: errors appear in reading.
func (s *Stream) Check() error { return nil }

// NewBatch returns a batch with capacity for n rows.
func (s *Stream) NewBatch(n int) *Batch { return NewBatch(n, s.Dim, s.Cond, false) }

// Open returns a cursor at the first row, with memory for a window of rows.
func (s *Stream) Open(window int, order, _ *rng.Source) Cursor {
	if window == 0 {
		window = streamWindow
	}
	return &epochs{from: &streamReader{Stream: s, buffer: s.NewBatch(window)}, window: window, src: order}
}

// streamReader reads windows of a stream.
type streamReader struct {
	*Stream
	buffer *Batch // the window
	next   func() ([]float64, error, bool)
	stop   func()
	ended  bool // the window read last was the epoch's last
}

func (r *streamReader) read(first, n int) (int, error) {
	if r.ended {
		r.ended = false
		return 0, nil
	}
	if r.next == nil {
		r.next, r.stop = iter.Pull2(r.Rows())
	}
	for k := range n {
		row, err, ok := r.next()
		if !ok {
			r.close()
			r.ended = k > 0
			return k, nil
		}
		if err == nil {
			err = r.setRow(k, row)
		}
		if err != nil {
			return 0, fmt.Errorf("stream row %d: %w", first+k, err)
		}
	}
	return n, nil
}

// setRow sets row k of the window.
func (r *streamReader) setRow(k int, row []float64) error {
	if len(row) != r.Dim+r.Cond {
		return fmt.Errorf("got %d numbers, want %d", len(row), r.Dim+r.Cond)
	}
	for j, v := range row {
		if v-v != 0 {
			return fmt.Errorf("column %d: got %v, want finite numbers", j, v)
		}
	}
	copy(r.buffer.Row(k), row)
	copy(r.buffer.Context(k), row[r.Dim:])
	return nil
}

func (r *streamReader) copy(b *Batch, k int, index []int) {
	for _, i := range index {
		copy(b.Row(k), r.buffer.Row(i))
		copy(b.Context(k), r.buffer.Context(i))
		k++
	}
}

// close ends the reading, as it does between epochs.
func (r *streamReader) close() {
	if r.next != nil {
		r.stop()
		r.next, r.stop = nil, nil
	}
}
