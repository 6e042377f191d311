// Package optim holds optimizers that walk downhill along gradients, and
// schedules of their learning rate. Both work on the one flat vector in which
// autodiff.NewVector puts a model's parameters:
//
//	opt, schedule := new(optim.Adam), optim.Cosine{Start: 1e-3}
//	for i := range steps {
//		… // the gradient of the loss at vector.Data into grad
//		opt.Step(vector.Data, grad, schedule.Rate(i, steps))
//	}
//
// The zero value of every optimizer has good settings. A checkpoint keeps
// [Optimizer.State]; SetState goes on from there, bit for bit.
package optim

import "fmt"

// An Optimizer changes parameters by steps along gradients. It holds state about
// the vector that it was first used on, and is not safe for concurrent use.
type Optimizer interface {
	// Step moves p one step downhill, given the gradient at p and the learning
	// rate. It allocates nothing but at the first step, and panics if the lengths
	// differ from each other or from the first step's, or if rate is negative or
	// not finite.
	Step(p, grad []float64, rate float64)

	// State returns the averages kept so far. It shares
	// memory with the optimizer, so is valid until the next Step.
	State() State

	// SetState makes the optimizer go on from a state of its own kind, which is
	// copied; the zero State starts afresh. It returns an error if the state is
	// of another kind of optimizer.
	SetState(s State) error
}

// A State is what an optimizer keeps from step to step.
type State struct {
	Steps   int         // taken so far
	Moments [][]float64 // averages of gradients, each as long as the parameters
}

// set copies into to the n moments of from.
func (to *State) set(what string, from State, n int) error {
	if from.Steps < 0 {
		return fmt.Errorf("optim: %s: got a state of %d steps, want at least 0", what, from.Steps)
	}
	if len(from.Moments) == 0 && from.Steps == 0 {
		*to = State{}
		return nil
	}
	if len(from.Moments) != n {
		return fmt.Errorf("optim: %s: got a state of %d moments, want %d", what, len(from.Moments), n)
	}
	for _, m := range from.Moments {
		if len(m) != len(from.Moments[0]) {
			return fmt.Errorf("optim: %s: got moments of %d and %d numbers, want equally many", what, len(from.Moments[0]), len(m))
		}
	}
	to.Steps = from.Steps
	to.Moments = nil
	for _, m := range from.Moments {
		to.Moments = append(to.Moments, append([]float64(nil), m...))
	}
	return nil
}

// begin checks the arguments of a step, and at the first one makes n moments.
func (s *State) begin(what string, p, grad []float64, rate float64, n int) {
	if len(grad) != len(p) {
		panic(fmt.Sprintf("optim: %s: got a gradient of %d numbers, want %d", what, len(grad), len(p)))
	}
	if !(rate >= 0) || rate-rate != 0 {
		panic(fmt.Sprintf("optim: %s: got rate %v, want a finite number, at least 0", what, rate))
	}
	if s.Moments == nil {
		for range n {
			s.Moments = append(s.Moments, make([]float64, len(p)))
		}
	}
	if n > 0 && len(s.Moments[0]) != len(p) {
		panic(fmt.Sprintf("optim: %s: got %d numbers, want %d as before", what, len(p), len(s.Moments[0])))
	}
	s.Steps++
}
