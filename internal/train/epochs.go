package train

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/rng"
)

// epochs is a cursor that goes through rows again and again, in windows that are
// shuffled each for itself, one in memory at a time. Where the
// windows are the same, so are the batches, wherever the rows come from.
type epochs struct {
	from   reader
	window int
	src    *rng.Source
	before []byte // the state of src before it shuffled this window

	first int   // row of the epoch that the window starts with
	order []int // of the window's rows
	at    int   // in order
}

// A reader gives epochs a window at a time.
type reader interface {
	// read goes to the window of at most n rows that begins with row first, the row after the last
	// window or 0, and returns how many rows it has: 0, once, at the end of an epoch.
	read(first, n int) (int, error)
	// copy sets the rows of b from row k on to those of the window with the given indices.
	copy(b *Batch, k int, index []int)
	close()
}

func (e *epochs) Fill(b *Batch, n int) error {
	b.N = 0
	for ends := 0; b.N < n; {
		if e.at < len(e.order) {
			take := min(n-b.N, len(e.order)-e.at)
			e.from.copy(b, b.N, e.order[e.at:e.at+take])
			e.at += take
			b.N += take
			continue
		}
		more, err := e.next()
		switch {
		case err != nil:
			return err
		case more:
			e.shuffle()
		case b.N > 0:
			return nil
		default:
			if ends++; ends > 1 {
				return fmt.Errorf("stream: got no rows, want at least one")
			}
		}
	}
	return nil
}

// next goes to the next window and reports whether there is one; at the end of
// an epoch there is none, and then the next is the first again.
func (e *epochs) next() (bool, error) {
	e.first += len(e.order)
	n, err := e.from.read(e.first, e.window)
	if err != nil {
		return false, err
	}
	e.order, e.at = e.order[:0], 0
	for i := range n {
		e.order = append(e.order, i)
	}
	if n == 0 {
		e.first, e.before = 0, nil
	}
	return n > 0, nil
}

func (e *epochs) shuffle() {
	e.before = state(e.src)
	r := rand.New(e.src)
	for i := len(e.order) - 1; i > 0; i-- { // Shuffle without calls of a function
		j := r.IntN(i + 1)
		e.order[i], e.order[j] = e.order[j], e.order[i]
	}
}

func (e *epochs) Position() Position {
	if e.before == nil {
		e.before = state(e.src)
	}
	return Position{First: e.first, At: e.at, Order: e.before}
}

func (e *epochs) Resume(to Position) error {
	if err := setState(e.src, to.Order); err != nil {
		return err
	}
	for len(e.order) == 0 || e.first < to.First {
		more, err := e.next()
		if err != nil {
			return err
		}
		if !more {
			return fmt.Errorf("got data that end before row %d, want those of the checkpoint", to.First)
		}
	}
	if e.first != to.First || to.At > len(e.order) || to.At < 0 {
		return fmt.Errorf("got a window of %d rows from row %d, want row %d of one from row %d", len(e.order), e.first, to.At, to.First)
	}
	e.shuffle()
	e.at = to.At
	return nil
}

func (e *epochs) Close() { e.from.close() }
