package autodiff

import "errors"

// ErrMemory is the value with which an operation panics when it exceeds [Tape.Limit].
var ErrMemory = errors.New("autodiff: the tape's limit of memory is exceeded")

// An arena hands out float64 slices that all live until it is emptied. In the
// steady state it is one slab and never allocates.
type arena struct {
	slabs [][]float64
	slab  int // the slab in use
	off   int // index of its first free element
	given int // elements handed out since the last reset, with those that align them
	limit int // on the elements of all slabs; 0 means no limit
}

const firstSlab = 1 << 10

// get returns n elements of unspecified value, starting on a cache line of the slab.
func (a *arena) get(n int) []float64 {
	for {
		if a.slab < len(a.slabs) {
			if s := a.slabs[a.slab]; a.off+n <= len(s) {
				v := s[a.off : a.off+n : a.off+n]
				a.off += (n + 7) &^ 7
				a.given += (n + 7) &^ 7
				return v
			}
			if a.slab+1 < len(a.slabs) {
				a.slab, a.off = a.slab+1, 0
				continue
			}
		}
		size := firstSlab
		if k := len(a.slabs); k > 0 {
			size = 2 * len(a.slabs[k-1])
		}
		size = max(size, n)
		if a.limit > 0 && size > a.limit-a.size() {
			panic(ErrMemory)
		}
		a.slabs = append(a.slabs, make([]float64, size))
		a.slab, a.off = len(a.slabs)-1, 0
	}
}

// grow makes the empty arena one slab of at least n elements.
func (a *arena) grow(n int) {
	if len(a.slabs) == 0 || len(a.slabs[0]) < n {
		a.slabs = append(a.slabs[:0], make([]float64, n))
	}
}

// size returns the number of elements of all slabs.
func (a *arena) size() (n int) {
	for _, s := range a.slabs {
		n += len(s)
	}
	return n
}

// reset empties the arena and joins its slabs into one, with room for an eighth more: where the number of steps of a solver depends on
// the rows, the next ones may need a little more, and those after them.
func (a *arena) reset() {
	if len(a.slabs) > 1 {
		a.grow(a.given + a.given/8)
		a.slabs = a.slabs[:1]
	}
	a.slab, a.off, a.given = 0, 0, 0
}
