package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
)

// A ResConv is a residual network of convolutions: h₀ = First(x),
// hᵢ = hᵢ₋₁ + Bᵢ(Aᵢ(ReLU(hᵢ₋₁))), and Last of ReLU(h). Rows, Context and Group are as in
// [ConvNet].
//
// It is the conditioner of L. Dinh, J. Sohl-Dickstein and S. Bengio, Density
// estimation using Real NVP, arXiv 1605.08803, with weight normalisation, and with
// batch normalisation after [ResConv.NormaliseBatch].
type ResConv struct {
	First   Conv2D
	Blocks  []ConvBlock
	Last    Conv2D
	Context *Layer // linear, or nil
	Group   int
	// Single computes the convolutions and their gradients in float32, with weights rounded from the
	// parameters, as [MLP].Single does for dense layers; what stands between them is in float64.
	Single bool
}

// A ConvBlock is the map h ↦ h + B(A(ReLU(h))) of pixels.
type ConvBlock struct{ A, B Conv2D }

// NewResConv returns a residual network with the given hidden channels and number
// of blocks, each two 3×3 convolutions with ReLU; the first layer is a 3×3 and the last a 1×1
// convolution. All weights are normalised. cond is the width of the context, 0 for none.
// Parameters are drawn as by [NewConv2D]. It panics as NewConv2D does, and unless group is 0 or divides out.
func NewResConv(in, hidden, blocks, out, height, width, cond, group int, src rand.Source) *ResConv {
	conv := func(in, out, size int, act Activation) Conv2D {
		return *NewConv2D(in, out, height, width, size, act, src).Normalise()
	}
	m := &ResConv{Group: group, First: conv(in, hidden, 3, Linear)}
	for range blocks {
		m.Blocks = append(m.Blocks, ConvBlock{A: conv(hidden, hidden, 3, ReLU), B: conv(hidden, hidden, 3, Linear)})
	}
	m.Last = conv(hidden, out, 1, Linear)
	m.Context = newContext(cond, hidden, src)
	must(m.Restore())
	return m
}

// NormaliseBatch makes all layers but the last normalise their results, too, by running
// statistics of the given decay, see [BatchNorm], and returns m.
func (m *ResConv) NormaliseBatch(decay float64) *ResConv {
	m.First.NormaliseBatch(decay)
	for i := range m.Blocks {
		m.Blocks[i].A.NormaliseBatch(decay)
		m.Blocks[i].B.NormaliseBatch(decay)
	}
	return m
}

// Restore returns an error unless each layer takes what the one before gives
// and the groups divide the output channels.
func (m *ResConv) Restore() error {
	if err := m.First.Restore(); err != nil {
		return fmt.Errorf("%w (first layer)", err)
	}
	_, hidden := m.First.channels()
	if err := checkContext(m.Context, hidden); err != nil {
		return err
	}
	for i := range m.Blocks {
		b := &m.Blocks[i]
		if err := b.A.follows(hidden, &m.First); err != nil {
			return fmt.Errorf("%w (block %d)", err, i)
		}
		_, mid := b.A.channels()
		if err := b.B.follows(mid, &m.First); err != nil {
			return fmt.Errorf("%w (block %d)", err, i)
		}
		if _, out := b.B.channels(); out != hidden {
			return fmt.Errorf("nn: ConvBlock: got %d channels out, want %d (block %d)", out, hidden, i)
		}
	}
	if err := m.Last.follows(hidden, &m.First); err != nil {
		return fmt.Errorf("%w (last layer)", err)
	}
	_, out := m.Last.channels()
	return checkGroup(m.Group, out)
}

// In returns the number of columns of an image and its context.
func (m *ResConv) In() int { return m.First.In() + contextWidth(m.Context) }

// Out returns the number of columns of the result.
func (m *ResConv) Out() int { return m.Last.Out() }

// ZeroLast sets the last layer to zero and returns m: the network is 0
// everywhere, so that a coupling that it conditions starts as the identity.
func (m *ResConv) ZeroLast() *ResConv {
	m.Last.Zero()
	return m
}

// Apply returns the network at the rows of x, n×In → n×Out. It panics if x has
// another width.
func (m *ResConv) Apply(x autodiff.Var) autodiff.Var { return m.pass(x, layers(m.Single)) }

func (m *ResConv) pass(x autodiff.Var, f layerFunc) autodiff.Var {
	h := start("ResConv", x, &m.First, m.Context, f)
	for i := range m.Blocks {
		b := &m.Blocks[i]
		h = h.Add(f(&b.B, f(&b.A, h.ReLU())))
	}
	return Channels(f(&m.Last, h.ReLU()), m.First.pixels(), m.Group)
}

// Initialize sets the running statistics of the layers that have some from the rows of x, once.
func (m *ResConv) Initialize(x autodiff.Var) { m.pass(x, (*Conv2D).initialize) }

// Observe moves the running statistics towards those of the rows of x.
func (m *ResConv) Observe(x autodiff.Var) { m.pass(x, (*Conv2D).observe) }

// Statistics returns the running statistics of the layers.
func (m *ResConv) Statistics() []*autodiff.Param {
	all := statistics(&m.First)
	for i := range m.Blocks {
		all = append(all, statistics(&m.Blocks[i].A, &m.Blocks[i].B)...)
	}
	return append(all, statistics(&m.Last)...)
}
