package autodiff

import "sync"

// borrowed are the tapes of [Borrow] that nobody has.
var borrowed = sync.Pool{New: func() any {
	t := NewTape()
	t.NoGrad(true)
	return t
}}

// Borrow returns an empty tape without gradients, for one evaluation, that has memory of earlier ones.
// Who is done with it calls [Tape.Release].
func Borrow() *Tape { return borrowed.Get().(*Tape) }

// Release gives a tape that [Borrow] returned back, to be used by others: every Var of the tape
// becomes invalid.
func (t *Tape) Release() {
	t.Reset()
	t.Limit(0)
	borrowed.Put(t)
}
