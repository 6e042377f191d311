package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
)

// A ConvNet is a network of convolutions, one after the other: the conditioner
// of image flows. Its rows are images, channel by channel, followed by the
// values of a context if there is one, which Context maps to one value per channel
// of the first layer, added to all its pixels before the activation.
//
// Output channels come in groups: Group neighbouring channels of a pixel stand side by side
// in the result, as the parameters of one element do for a coupling. Element
// (g, i, j, k) of the result is channel g·Group+k of pixel i, j.
type ConvNet struct {
	Layers  []Conv2D
	Context *Layer // linear, or nil
	Group   int
	// Single computes the convolutions and their gradients in float32, with weights rounded from the
	// parameters, as [MLP].Single does for dense layers, and what stands between them too, unless there is a Context or an activation
	// other than ReLU and Tanh.
	Single bool
}

// NewConvNet returns Glow's conditioner: a 3×3 convolution to hidden channels, a 1×1 convolution
// and a 3×3 convolution to out channels, with ReLU between them. cond is the width of the context,
// 0 for none, and group as in [ConvNet]. Parameters are drawn as by [NewConv2D]. It panics as
// NewConv2D does, and unless group is 0 or divides out.
//
// Diederik P. Kingma, Prafulla Dhariwal, Glow: Generative Flow with Invertible
// 1×1 Convolutions, 2018, arXiv:1807.03039.
func NewConvNet(in, hidden, out, height, width, cond, group int, src rand.Source) *ConvNet {
	m := &ConvNet{Group: group, Layers: []Conv2D{
		*NewConv2D(in, hidden, height, width, 3, ReLU, src),
		*NewConv2D(hidden, hidden, height, width, 1, ReLU, src),
		*NewConv2D(hidden, out, height, width, 3, Linear, src),
	}}
	m.Context = newContext(cond, hidden, src)
	must(m.Restore())
	return m
}

// newContext returns the layer for a context, or nil if there is none.
func newContext(cond, hidden int, src rand.Source) *Layer {
	if cond == 0 {
		return nil
	}
	l := NewLayer(cond, hidden, Linear, src)
	return &l
}

// Restore returns an error unless the layers follow each other and the groups
// divide the output channels.
func (m *ConvNet) Restore() error {
	if len(m.Layers) == 0 {
		return fmt.Errorf("nn: ConvNet: got no layers, want at least one")
	}
	first := &m.Layers[0]
	if err := first.Restore(); err != nil {
		return fmt.Errorf("%w (layer 0)", err)
	}
	_, out := first.channels()
	if err := checkContext(m.Context, out); err != nil {
		return err
	}
	for i := range m.Layers[1:] {
		l := &m.Layers[i+1]
		if err := l.follows(out, first); err != nil {
			return fmt.Errorf("%w (layer %d)", err, i+1)
		}
		_, out = l.channels()
	}
	return checkGroup(m.Group, out)
}

func checkContext(l *Layer, channels int) error {
	if l == nil {
		return nil
	}
	if err := l.Check(); err != nil {
		return fmt.Errorf("%w (context)", err)
	}
	if l.Out() != channels || l.Act != Linear {
		return fmt.Errorf("nn: Context: got a layer to %d numbers with activation %s, want %d and %s", l.Out(), l.Act, channels, Linear)
	}
	return nil
}

func checkGroup(group, out int) error {
	if group < 1 || out%group != 0 {
		return fmt.Errorf("nn: Group: got %d, want a divisor of %d channels", group, out)
	}
	return nil
}

// In returns the number of columns of an image and its context.
func (m *ConvNet) In() int { return m.Layers[0].In() + contextWidth(m.Context) }

// Out returns the number of columns of the result.
func (m *ConvNet) Out() int { return m.Layers[len(m.Layers)-1].Out() }

func contextWidth(l *Layer) int {
	if l == nil {
		return 0
	}
	return l.In()
}

// ZeroLast sets the last layer to zero and returns m: the network is 0
// everywhere, so that a coupling that it conditions starts as the identity.
func (m *ConvNet) ZeroLast() *ConvNet {
	m.Layers[len(m.Layers)-1].Zero()
	return m
}

// Apply returns the network at the rows of x, n×In → n×Out. It panics if x has
// another width.
func (m *ConvNet) Apply(x autodiff.Var) autodiff.Var {
	if m.Single && m.fused() {
		checkCols("ConvNet", x, m.In())
		return m.single(x)
	}
	return m.pass(x, layers(m.Single))
}

// layers returns what applies layers, in float32 or not.
func layers(single bool) layerFunc {
	if single {
		return (*Conv2D).applySingle
	}
	return (*Conv2D).apply
}

func (m *ConvNet) pass(x autodiff.Var, f layerFunc) autodiff.Var {
	h := start("ConvNet", x, &m.Layers[0], m.Context, f)
	for i := range m.Layers[1:] {
		h = f(&m.Layers[i+1], h)
	}
	return Channels(h, m.Layers[0].pixels(), m.Group)
}

// Initialize sets the running statistics of the layers that have some from the rows of x, once.
func (m *ConvNet) Initialize(x autodiff.Var) { m.pass(x, (*Conv2D).initialize) }

// Observe moves the running statistics towards those of the rows of x.
func (m *ConvNet) Observe(x autodiff.Var) { m.pass(x, (*Conv2D).observe) }

// Statistics returns the running statistics of the layers.
func (m *ConvNet) Statistics() (all []*autodiff.Param) {
	for i := range m.Layers {
		all = append(all, statistics(&m.Layers[i])...)
	}
	return all
}

// start returns the pixels of the first layer's result, with the context added.
func start(what string, x autodiff.Var, first *Conv2D, context *Layer, f layerFunc) autodiff.Var {
	image, cond := first.In(), contextWidth(context)
	if x.Cols() != image+cond {
		panic(fmt.Sprintf("nn: %s: got %d columns, want %d", what, x.Cols(), image+cond))
	}
	in, out := first.channels()
	if context == nil {
		return f(first, Pixels(x, in, 1))
	}
	linear := *first
	linear.Act = Linear
	h := f(&linear, Pixels(x.Slice(0, image), in, 1))
	c := context.Apply(x.Slice(image, image+cond))
	n, p := x.Rows(), first.pixels()
	c = c.Reshape(n*out, 1).Expand(n*out, p).Reshape(n, out*p)
	return first.Act.Apply(h.Add(Pixels(c, out, 1)))
}
