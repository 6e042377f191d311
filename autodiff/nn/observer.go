package nn

import "github.com/normflow/normflow/autodiff"

// An Observer is a network with running statistics of the data that pass through it: those of
// its layers' [BatchNorm], if there are any. Evaluation only reads them. Training shows it rows
// before the first step and after every step, while no evaluation runs; for the
// conditioner of a coupling [flow.Fit] does.
//
// [flow.Fit]: https://pkg.go.dev/github.com/normflow/normflow/flow#Fit
type Observer interface {
	Network
	// Initialize sets the statistics to those of the rows of x, once.
	Initialize(x autodiff.Var)
	// Observe moves the statistics towards those of the rows of x.
	Observe(x autodiff.Var)
	// Statistics returns the frozen parameters that Observe changes: none if there is
	// nothing to observe.
	Statistics() []*autodiff.Param
}

var (
	_ Observer = (*Conv2D)(nil)
	_ Observer = (*ConvNet)(nil)
	_ Observer = (*ResConv)(nil)
	_ Observer = (*Rewired)(nil)
)

// A layerFunc is called by a pass through a network with each layer and the pixels
// that arrive there, and returns the layer's results.
type layerFunc func(c *Conv2D, x autodiff.Var) autodiff.Var

// initialize sets the layer's statistics from pixels x, once.
func (c *Conv2D) initialize(x autodiff.Var) autodiff.Var {
	if b := c.Norm; b != nil && !b.Initialized {
		b.observe(c.linear(x), 0)
		b.Initialized = true
	}
	return c.apply(x)
}

// observe moves the layer's statistics after they have been used.
func (c *Conv2D) observe(x autodiff.Var) autodiff.Var {
	y := c.apply(x)
	if c.moves() {
		c.Norm.observe(c.linear(x), c.Norm.Decay)
	}
	return y
}

// moves reports whether the layer has statistics that Observe changes.
func (c *Conv2D) moves() bool { return c.Norm != nil && c.Norm.Decay < 1 }

// statistics returns those of the layers that Observe changes.
func statistics(layers ...*Conv2D) (all []*autodiff.Param) {
	for _, c := range layers {
		if c.moves() {
			all = append(all, c.Norm.Statistics()...)
		}
	}
	return all
}
