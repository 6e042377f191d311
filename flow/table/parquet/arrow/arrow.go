// Package arrow reads Apache Arrow files and streams as tables of package table, a row at a time:
//
//	r, err := arrow.NewReader(file, size)   // .arrow, .feather
//	r, err := arrow.NewStream(os.Stdin)     // .arrows, what others write to a pipe
//	t, err := r.ReadAll()                   // or row by row, in the memory of one batch
//	model, report, err := table.Learn(ctx, t, nil)
//
// The command tocsv beside package parquet writes such files as CSV.
//
// Files are taken from people one knows: the library that reads them believes what a file says of its columns, and one made to
// do harm can ask for all memory.
package arrow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/normflow/normflow/flow/table"
)

// A Reader reads the rows of a file or stream as texts, as a CSV file has them: a null and a NaN are a blank, dates are like 2006-01-02 and
// times like 2006-01-02T15:04:05Z, in UTC, and of a dictionary it is the entry. Times of day and durations are numbers, in the
// column's unit.
type Reader struct {
	Names []string
	next  func() (arrow.RecordBatch, error) // io.EOF at the end
	batch arrow.RecordBatch
	at    int // of the next row in the batch
	read  int
}

// magic begins and ends a file.
var magic = []byte("ARROW1")

// NewReader returns a reader of a file of so many bytes, which holds batches with an index of them at its end (Feather of version 2 is the same), or else a stream. It returns
// an error if it is neither, or has columns that are lists or made of other columns.
func NewReader(r io.ReaderAt, size int64) (*Reader, error) {
	file := io.NewSectionReader(r, 0, size)
	head := make([]byte, len(magic))
	n, err := r.ReadAt(head, 0)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, fmt.Errorf("arrow: %w", err)
	case bytes.HasPrefix(head[:n], []byte("FEA1")):
		return nil, errors.New("arrow: got a Feather file of version 1, want version 2")
	case !bytes.Equal(head[:n], magic):
		return NewStream(file)
	}
	var f *ipc.FileReader
	if err := guard(func() (err error) { f, err = ipc.NewFileReader(file); return }); err != nil {
		return nil, fmt.Errorf("arrow: %w", err)
	}
	k := 0
	return newReader(f.Schema(), func() (b arrow.RecordBatch, err error) {
		if k == f.NumRecords() {
			return nil, io.EOF
		}
		k++
		return f.RecordBatchAt(k - 1)
	})
}

// NewStream returns a reader of a stream: batches one after the other, without an index.
func NewStream(r io.Reader) (*Reader, error) {
	s, err := ipc.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("arrow: got neither a file nor a stream of Arrow: %w", err)
	}
	return newReader(s.Schema(), s.Read)
}

func newReader(s *arrow.Schema, next func() (arrow.RecordBatch, error)) (*Reader, error) {
	r := &Reader{next: next}
	for _, f := range s.Fields() {
		if !readable(f.Type) {
			return nil, fmt.Errorf("arrow: column %q: got %s, want values", f.Name, f.Type)
		}
		r.Names = append(r.Names, f.Name)
	}
	return r, nil
}

// guard returns the error of f, and panics of the library, which it has for files that are damaged, as errors.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("got a damaged file: %v", p)
		}
	}()
	return f()
}

// Next returns the next row, as many texts as there are names, and io.EOF at the end.
func (r *Reader) Next() ([]string, error) {
	for r.batch == nil || r.at == int(r.batch.NumRows()) {
		if r.batch != nil {
			r.batch.Release()
			r.batch, r.at = nil, 0
		}
		if err := guard(r.advance); err != nil {
			if errors.Is(err, io.EOF) {
				return nil, io.EOF
			}
			return nil, fmt.Errorf("arrow: row %d: %w", r.read, err)
		}
	}
	row := make([]string, len(r.Names))
	for j := range row {
		err := guard(func() (err error) { row[j], err = textOf(r.batch.Column(j), r.at); return })
		if err != nil {
			return nil, fmt.Errorf("arrow: row %d, column %q: %w", r.read, r.Names[j], err)
		}
	}
	r.at++
	r.read++
	return row, nil
}

// advance reads the next batch.
func (r *Reader) advance() error {
	b, err := r.next()
	if err != nil {
		return err
	}
	b.Retain() // a stream's is its reader's
	r.batch = b
	return nil
}

// ReadAll returns all rows that are left.
func (r *Reader) ReadAll() (*table.Table, error) {
	t, _, err := r.ReadSome(math.MaxInt, nil)
	return t, err
}

// ReadSome is like [table.ReadSome]: of more than limit rows it keeps a random part, drawn by src.
func (r *Reader) ReadSome(limit int, src rand.Source) (t *table.Table, total int, err error) {
	return table.Some(r.Names, r.Next, limit, src)
}
