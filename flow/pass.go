package flow

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/rng"
)

// A pass goes through the data again and again, in windows of rows that are
// shuffled each for itself. The rows in memory are one window, if they are not
// told otherwise; of a stream, one window is in memory at a time. Where the
// windows are the same, so are the batches, wherever the rows come from.
type pass struct {
	data   *Data
	window int
	src    *rng.Source
	before []byte // the state of src before it shuffled this window

	first int   // row of the pass that the window starts with
	order []int // of the window's rows
	at    int   // in order

	buffer Data // the window of a stream
	next   func() ([]float64, error, bool)
	stop   func()
	ended  bool // the window read last was the stream's last
}

// defaultWindow is that of streams.
const defaultWindow = 16384

func newPass(data *Data, window int, src *rng.Source) *pass {
	p := &pass{data: data, window: window, src: src}
	if window == 0 {
		p.window = max(data.len(), defaultWindow)
	}
	if data.stream != nil {
		p.buffer = data.sized(p.window)
	}
	return p
}

// fill sets the first rows of batch to the next of the pass and returns how
// many: n, or less at the end of the data.
func (p *pass) fill(batch *Data, n int) (int, error) {
	k, ends := 0, 0
	for k < n {
		if p.at < len(p.order) {
			from, row := p.source(p.order[p.at])
			from.copyRow(batch, k, row)
			p.at++
			k++
			continue
		}
		more, err := p.load()
		switch {
		case err != nil:
			return 0, err
		case more:
			p.shuffle()
		case k > 0:
			return k, nil
		default:
			if ends++; ends > 1 {
				return 0, fmt.Errorf("stream: got no rows, want at least one")
			}
		}
	}
	return k, nil
}

// source returns the data and the row in them that row i of the window is.
func (p *pass) source(i int) (*Data, int) {
	if p.data.stream != nil {
		return &p.buffer, i
	}
	return p.data, p.first + i
}

// load goes to the next window and reports whether there is one; at the end of
// the data there is none, and then the next is the first again.
func (p *pass) load() (bool, error) {
	p.first += len(p.order)
	n, err := p.read()
	if err != nil {
		return false, err
	}
	p.order, p.at = p.order[:0], 0
	for i := range n {
		p.order = append(p.order, i)
	}
	if n == 0 {
		p.first, p.before = 0, nil
	}
	return n > 0, nil
}

// read returns how many rows the window from row first on has, and reads those
// of a stream.
func (p *pass) read() (int, error) {
	if p.data.stream == nil {
		return min(p.window, p.data.len()-p.first), nil
	}
	if p.ended {
		p.ended = false
		return 0, nil
	}
	if p.next == nil {
		p.next, p.stop = iter.Pull2(p.data.stream())
	}
	for k := range p.window {
		row, err, ok := p.next()
		if !ok {
			p.close()
			p.ended = k > 0
			return k, nil
		}
		if err == nil {
			err = p.buffer.setRow(k, row)
		}
		if err != nil {
			return 0, fmt.Errorf("stream row %d: %w", p.first+k, err)
		}
	}
	return p.window, nil
}

// setRow sets row k of data and context to a row of both.
func (d *Data) setRow(k int, row []float64) error {
	if len(row) != d.dim+d.cond {
		return fmt.Errorf("got %d numbers, want %d", len(row), d.dim+d.cond)
	}
	for j, v := range row {
		if math.IsNaN(v - v) {
			return fmt.Errorf("column %d: got %v, want finite numbers", j, v)
		}
	}
	copy(d.rows.RawRowView(k), row)
	if d.cond > 0 {
		copy(d.context.RawRowView(k), row[d.dim:])
	}
	return nil
}

func (p *pass) shuffle() {
	p.before, _ = p.src.MarshalBinary() // cannot fail: it is in memory
	r := rand.New(p.src)
	r.Shuffle(len(p.order), func(i, j int) { p.order[i], p.order[j] = p.order[j], p.order[i] })
}

// close ends the reading of a stream.
func (p *pass) close() {
	if p.next != nil {
		p.stop()
		p.next, p.stop = nil, nil
	}
}

// A place is where a pass stands.
type place struct {
	First  int    // row that the window starts with
	At     int    // rows of the window that have been used
	Source []byte // state of the source before the window was shuffled
}

func (p *pass) place() place {
	if p.before == nil {
		p.before, _ = p.src.MarshalBinary()
	}
	return place{First: p.first, At: p.at, Source: p.before}
}

// resume goes to a place in data that have not been read yet.
func (p *pass) resume(to place) error {
	if err := p.src.UnmarshalBinary(to.Source); err != nil {
		return err
	}
	for len(p.order) == 0 || p.first < to.First {
		more, err := p.load()
		if err != nil {
			return err
		}
		if !more {
			return fmt.Errorf("got data that end before row %d, want those of the checkpoint", to.First)
		}
	}
	if p.first != to.First || to.At > len(p.order) || to.At < 0 {
		return fmt.Errorf("got a window of %d rows from row %d, want row %d of one from row %d", len(p.order), p.first, to.At, to.First)
	}
	p.shuffle()
	p.at = to.At
	return nil
}
