package autodiff

import "sync"

// borrowed holds the tapes of [Borrow] that are not in use.
var borrowed = sync.Pool{New: func() any {
	t := NewTape()
	t.NoGrad(true)
	return t
}}

// Borrow returns an empty tape without gradients, for one evaluation, that reuses the memory of earlier ones.
// Call [Tape.Release] when done with it.
func Borrow() *Tape { return borrowed.Get().(*Tape) }

// Release gives back a tape that [Borrow] returned, for reuse: every Var of the tape
// becomes invalid.
func (t *Tape) Release() {
	t.Reset()
	t.Limit(0)
	borrowed.Put(t)
}
