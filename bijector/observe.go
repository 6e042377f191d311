package bijector

import "github.com/normflow/normflow/autodiff"

// An Observer keeps running statistics of the data that pass through it, such
// as [BatchNorm]. Evaluation only reads them. Training shows it every
// minibatch, between steps, while no evaluation runs, so that a step is one
// function of the parameters, whatever the number of workers and the rows
// that each of them sees.
type Observer interface {
	// Observe takes the rows of y, data as they arrive at the output of
	// Forward, into the statistics.
	Observe(y autodiff.Var)
	// Statistics returns the frozen parameters that Observe changes: none if there
	// is nothing to observe.
	Statistics() []*autodiff.Param
}

// Observe shows b, and its parts, the rows of y: first the rows go all the way, then the
// statistics change. Inverted bijectors, see [Invert], observe nothing.
func Observe(b Bijector, y autodiff.Var) {
	var shown []func()
	observers(b, atOutput(y), func(o Observer, a Arrival) {
		if len(o.Statistics()) > 0 {
			y := a.Rows()
			shown = append(shown, func() { o.Observe(y) })
		}
	})
	for _, show := range shown {
		show()
	}
}

// Statistics returns the running statistics of b and of its parts, none if it keeps none.
func Statistics(b Bijector) (all []*autodiff.Param) {
	observers(b, Arrival{}, func(o Observer, _ Arrival) { all = append(all, o.Statistics()...) })
	return all
}

// observers calls visit for those that a arrives at from the data.
func observers(b Bijector, a Arrival, visit func(o Observer, a Arrival)) {
	if o, ok := b.(Observer); ok {
		if !a.AtInput {
			visit(o, a)
		}
	} else if c, ok := b.(Composite); ok {
		c.Walk(a, func(part Bijector, a Arrival) { observers(part, a, visit) })
	}
}
