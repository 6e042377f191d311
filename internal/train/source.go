package train

import (
	"fmt"

	"github.com/normflow/normflow/internal/rng"
)

// A Source is data to train on: [Memory], [Stream] or [Fresh]. It only describes them, so
// any number of trainings may read it.
type Source interface {
	// Dims returns the columns of a row and of its context.
	Dims() (dim, cond int)
	// Len returns the number of rows: 0 if it is not known or there is no end.
	Len() int
	// Check returns an error if the data are invalid, as far as that can be told before reading.
	Check() error
	// NewBatch returns a batch with capacity for n rows.
	NewBatch(n int) *Batch
	// Open returns a cursor at the beginning. Rows are put in random order by order
	// within windows of so many rows (0: a default), and drawn from noise if they are samples.
	Open(window int, order, noise *rng.Source) Cursor
}

// A Cursor reads a source.
type Cursor interface {
	// Fill sets b to the next n rows, or to fewer at the end of an epoch.
	Fill(b *Batch, n int) error
	// Position returns where the cursor stands.
	Position() Position
	// Resume goes to a position in a source that has not been read yet.
	Resume(to Position) error
	// Close ends the reading.
	Close()
}

// A Position is where a cursor stands; fields that a cursor does not need are zero.
type Position struct {
	First int    // row of the epoch that the window starts with
	At    int    // rows of the window that have been used
	Order []byte // state of the generator before it shuffled the window
	Noise []byte // state of the generator of samples or noise
}

// state returns the state of a generator.
func state(src *rng.Source) []byte {
	b, _ := src.MarshalBinary() // cannot fail: it is in memory
	return b
}

// setState undoes state.
func setState(src *rng.Source, to []byte) error {
	if err := src.UnmarshalBinary(to); err != nil {
		return fmt.Errorf("random source: %w", err)
	}
	return nil
}
