package autodiff

import (
	"slices"
	"sync"
)

// A Shared holds what several tapes need of the same parameters: results of
// operations without derivative whose inputs are all parameters, such as weights
// rounded for a network. The first tape that asks computes, the others read,
// until Forget: the parameters must not change before. What is made of frozen parameters
// alone is computed anew only if they have changed. It is safe for concurrent use.
type Shared struct {
	mu      sync.Mutex
	entries map[sharedKey][]*sharedEntry
	gen     int
}

// A sharedKey is the operation and its first input.
type sharedKey struct {
	op    *Op
	param *Param
}

// A sharedEntry is one result.
type sharedEntry struct {
	mu     sync.Mutex
	args   Args
	shape  Shape
	params []*Param
	val    []float64
	gen    int       // when it was computed; 0 for never
	of     []float64 // the parameters then, one after the other, if all were frozen
}

// Forget makes all results be computed anew, in the same memory. No tape may be
// in use.
func (s *Shared) Forget() {
	s.mu.Lock()
	s.gen++
	s.mu.Unlock()
}

// Share makes the tape look for such results in s, and leave its own there; nil
// ends that. [Tape.Reset] keeps the setting.
func (t *Tape) Share(s *Shared) { t.shared = s }

// Shares reports whether the tape shares such results, so that they are worth more than one use.
func (t *Tape) Shares() bool { return t.shared != nil }

// entry returns the entry for an operation on parameters, or nil if an input is
// something else, and the current generation.
func (s *Shared) entry(op *Op, args *Args, shape Shape, t *Tape, in []Var) (*sharedEntry, int) {
	for _, v := range in {
		if t.nodes[v.id].param == nil {
			return nil, 0
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := sharedKey{op, t.nodes[in[0].id].param}
	for _, e := range s.entries[k] {
		if e.shape == shape && e.args.equal(args) && e.uses(t, in) {
			return e, s.gen + 1
		}
	}
	e := &sharedEntry{args: *args, shape: shape, val: make([]float64, shape.Rows*shape.Cols)}
	for _, v := range in {
		e.params = append(e.params, t.nodes[v.id].param)
	}
	if s.entries == nil {
		s.entries = map[sharedKey][]*sharedEntry{}
	}
	s.entries[k] = append(s.entries[k], e)
	return e, s.gen + 1
}

func (e *sharedEntry) uses(t *Tape, in []Var) bool {
	if len(e.params) != len(in) {
		return false
	}
	for i, v := range in {
		if e.params[i] != t.nodes[v.id].param {
			return false
		}
	}
	return true
}

// compute runs Forward unless the result is of the generation, or of the same frozen parameters.
func (e *sharedEntry) compute(gen int, forward func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.gen == gen {
		return
	}
	if !e.current() {
		forward()
		e.keep()
	}
	e.gen = gen
}

// current reports whether the result is of the parameters as they are, all of them frozen.
func (e *sharedEntry) current() bool {
	at := e.of
	for _, p := range e.params {
		if !p.frozen || len(at) < len(p.data) || !slices.Equal(at[:len(p.data)], p.data) {
			return false
		}
		at = at[len(p.data):]
	}
	return true
}

// keep notes the parameters if all are frozen.
func (e *sharedEntry) keep() {
	e.of = e.of[:0]
	if slices.ContainsFunc(e.params, func(p *Param) bool { return !p.frozen }) {
		return
	}
	for _, p := range e.params {
		e.of = append(e.of, p.data...)
	}
}
