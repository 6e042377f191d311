package nn

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// A Rewired network gives other inputs and outputs to a network whose rows have a
// fixed layout, such as images: its inputs go to the columns Place of
// Net's input, whose other columns are 0, and its outputs are the columns Take of Net's.
type Rewired struct {
	Net         Network
	Place, Take []int
}

// NewRewired returns net with inputs at the columns place and outputs at the columns take. It
// panics if one is not a column of net's, or an input occurs twice.
func NewRewired(net Network, place, take []int) *Rewired {
	r := &Rewired{Net: net, Place: place, Take: take}
	must(r.Restore())
	return r
}

// Restore checks the fields.
func (r *Rewired) Restore() error {
	if r.Net == nil || len(r.Place) == 0 || len(r.Take) == 0 {
		return fmt.Errorf("nn: Rewired: got network %T with %d inputs and %d outputs, want a network and at least one of each", r.Net, len(r.Place), len(r.Take))
	}
	used := make(map[int]bool, len(r.Place))
	for _, j := range r.Place {
		if j < 0 || j >= r.Net.In() || used[j] {
			return fmt.Errorf("nn: Rewired: got input %d, want different ones of 0 to %d", j, r.Net.In()-1)
		}
		used[j] = true
	}
	for _, j := range r.Take {
		if j < 0 || j >= r.Net.Out() {
			return fmt.Errorf("nn: Rewired: got output %d, want 0 to %d", j, r.Net.Out()-1)
		}
	}
	return nil
}

// In returns the number of inputs.
func (r *Rewired) In() int { return len(r.Place) }

// Out returns the number of outputs.
func (r *Rewired) Out() int { return len(r.Take) }

// Apply returns the network at the rows of x, n×In → n×Out. It panics if x has
// another width.
func (r *Rewired) Apply(x autodiff.Var) autodiff.Var { return r.Net.Apply(r.whole(x)).Gather(r.Take) }

// whole returns the rows of the network's inputs.
func (r *Rewired) whole(x autodiff.Var) autodiff.Var {
	if x.Cols() != len(r.Place) {
		panic(fmt.Sprintf("nn: Rewired: got %d columns, want %d", x.Cols(), len(r.Place)))
	}
	return x.Tape().Zeros(x.Rows(), r.Net.In()).Replace(r.Place, x)
}

// Initialize initialises Net, if it keeps statistics.
func (r *Rewired) Initialize(x autodiff.Var) {
	if o, ok := r.Net.(Observer); ok {
		o.Initialize(r.whole(x))
	}
}

// Observe shows Net its rows, if it keeps statistics.
func (r *Rewired) Observe(x autodiff.Var) {
	if o, ok := r.Net.(Observer); ok {
		o.Observe(r.whole(x))
	}
}

// Statistics returns those of Net.
func (r *Rewired) Statistics() []*autodiff.Param {
	if o, ok := r.Net.(Observer); ok {
		return o.Statistics()
	}
	return nil
}
