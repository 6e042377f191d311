package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
)

// A Conv1D is a convolution of time series: a layer of Size neighbouring times, at every Stride-th of them
//
//	y[t] = Act(B + (x[t·Stride], …, x[t·Stride + Size − 1])·W)
//
// without times beyond the ends. A row holds the channels of the first time, then those of the next:
// n×(Steps·channels) → n×(((Steps − Size)/Stride + 1)·out).
type Conv1D struct {
	Steps, Size, Stride int
	Layer               Layer // from Size·channels values
}

// NewConv1D returns a convolution of series of steps times from in to out channels, with parameters
// drawn by [Uniform]; nil src is the process-wide source. It panics unless all counts are positive
// and size is at most steps.
func NewConv1D(in, out, steps, size, stride int, act Activation, src rand.Source) *Conv1D {
	if in < 1 || size < 1 {
		panic(fmt.Sprintf("nn: NewConv1D: got %d channels and size %d, want positive numbers", in, size))
	}
	c := &Conv1D{Steps: steps, Size: size, Stride: stride, Layer: NewLayer(size*in, out, act, src)}
	must(c.Restore())
	return c
}

// Restore checks the fields.
func (c *Conv1D) Restore() error {
	if err := c.Layer.Check(); err != nil {
		return err
	}
	if c.Size < 1 || c.Stride < 1 || c.Steps < c.Size || c.Layer.In()%c.Size != 0 {
		return fmt.Errorf("nn: Conv1D: got %d steps, size %d, stride %d and a layer of %d numbers, want positive numbers, at least as many steps as the size, and a multiple of it",
			c.Steps, c.Size, c.Stride, c.Layer.In())
	}
	return nil
}

// Times returns the number of times of the result.
func (c *Conv1D) Times() int { return (c.Steps-c.Size)/c.Stride + 1 }

func (c *Conv1D) channels() int { return c.Layer.In() / c.Size }

// In returns the number of columns of x.
func (c *Conv1D) In() int { return c.Steps * c.channels() }

// Out returns the number of columns of the result.
func (c *Conv1D) Out() int { return c.Times() * c.Layer.Out() }

// Apply returns the convolution. It panics if x has another width.
func (c *Conv1D) Apply(x autodiff.Var) autodiff.Var {
	checkCols("Conv1D", x, c.In())
	windows := make([]int, 0, c.Times()*c.Layer.In())
	for t := range c.Times() {
		for k := range c.Layer.In() {
			windows = append(windows, t*c.Stride*c.channels()+k)
		}
	}
	n := x.Rows()
	return c.Layer.Apply(x.Gather(windows).Reshape(n*c.Times(), c.Layer.In())).Reshape(n, c.Out())
}
