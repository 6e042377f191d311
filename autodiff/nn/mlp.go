package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
)

// An MLP is a multilayer perceptron: its layers, one after the other.
type MLP struct {
	Layers []Layer
	// Single computes the network and its gradients in float32, with weights
	// rounded from the parameters, which stay in float64: about twice as fast in wide
	// networks and large batches, with results good to about 6 digits and within
	// float32's range, 10³⁸. It is for layers with ReLU, Tanh and Linear.
	//
	// A map that such a network conditions stays invertible to float64: both directions
	// see the same bits.
	Single bool
}

// NewMLP returns a perceptron of the given widths with act after every layer but
// the last. Weights and biases are drawn by [Uniform]; nil src is the
// process-wide source. No hidden width gives one linear layer.
//
// It panics if a width is not positive or act is not the name of an activation.
func NewMLP(in int, hidden []int, out int, act Activation, src rand.Source) *MLP {
	m := new(MLP)
	for _, width := range hidden {
		m.Layers = append(m.Layers, NewLayer(in, width, act, src))
		in = width
	}
	m.Layers = append(m.Layers, NewLayer(in, out, Linear, src))
	must(act.Check())
	return m
}

// Restore returns an error unless there is a layer and each takes what the
// one before gives.
func (m *MLP) Restore() error {
	if len(m.Layers) == 0 {
		return fmt.Errorf("nn: MLP: got no layers, want at least one")
	}
	for i, l := range m.Layers {
		width := 0
		if i > 0 {
			width = m.Layers[i-1].Out()
		} else if l.W != nil {
			width = l.In()
		}
		if err := l.follows(width); err != nil {
			return fmt.Errorf("%w (layer %d)", err, i)
		}
		if err := m.checkSingle(l.Act); err != nil {
			return fmt.Errorf("%w (layer %d)", err, i)
		}
	}
	return nil
}

// checkSingle returns an error if a layer cannot be computed as Single says.
func (m *MLP) checkSingle(a Activation) error {
	if _, ok := a.Fused(); m.Single && !ok {
		return fmt.Errorf("nn: MLP: got Single and activation %q, want linear, relu or tanh", string(a))
	}
	return nil
}

// In returns the number of columns of x.
func (m *MLP) In() int { return m.Layers[0].In() }

// Out returns the number of columns of the result.
func (m *MLP) Out() int { return m.Layers[len(m.Layers)-1].Out() }

// Apply returns the network at the rows of x, n×In → n×Out, at a cost of about
// 2n operations per weight. It panics if x has another width, or if Single does not
// go with an activation.
func (m *MLP) Apply(x autodiff.Var) autodiff.Var {
	if m.Single {
		return m.single(x)
	}
	for _, l := range m.Layers {
		x = l.Apply(x)
	}
	return x
}

// ZeroLast sets the last layer to zero and returns m: the network is 0
// everywhere, so that a coupling that it conditions starts as the identity.
func (m *MLP) ZeroLast() *MLP {
	m.Layers[len(m.Layers)-1].Zero()
	return m
}
