package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
)

// A ResMLP is a residual network: h₀ = First(x), hᵢ = Blocksᵢ(hᵢ₋₁), and
// Last of the last h.
//
// It is the conditioner of C. Durkan, A. Bekasov, I. Murray and G. Papamakarios,
// Neural Spline Flows, arXiv 1906.04032, after K. He, X. Zhang, S. Ren and J. Sun,
// Identity Mappings in Deep Residual Networks, arXiv 1603.05027.
type ResMLP struct {
	First  Layer
	Blocks []Block
	Last   Layer
	// Single computes the layers and their gradients in float32, as [MLP].Single does; the sums of
	// blocks and activations that are not fused with layers are in float64.
	Single bool
}

// A Block is the map h ↦ h + B(A(Act(h))) of rows of constant width.
type Block struct {
	Act  Activation
	A, B Layer // A carries an activation of its own
}

// NewResMLP returns a residual network with the given width and number of
// blocks, of two layers each. Weights and biases are drawn by [Uniform], but
// those of the second layer of each block are a hundred times smaller, so that
// a block starts near the identity; nil src is the process-wide source.
//
// It panics if a width is not positive, blocks is negative, or act is not the
// name of an activation.
func NewResMLP(in, width, blocks, out int, act Activation, src rand.Source) *ResMLP {
	if blocks < 0 {
		panic(fmt.Sprintf("nn: NewResMLP: got %d blocks, want at least 0", blocks))
	}
	must(act.Check())
	m := &ResMLP{First: NewLayer(in, width, Linear, src)}
	for range blocks {
		m.Blocks = append(m.Blocks, newBlock(width, act, src))
	}
	m.Last = NewLayer(width, out, Linear, src)
	return m
}

func newBlock(width int, act Activation, src rand.Source) Block {
	b := Block{Act: act, A: NewLayer(width, width, act, src), B: NewLayer(width, width, Linear, src)}
	for _, p := range []*autodiff.Param{b.B.W, b.B.B} {
		for i, v := range p.Data() {
			p.Data()[i] = v / 100
		}
	}
	return b
}

// Restore returns an error unless each layer takes what the one before gives.
func (m *ResMLP) Restore() error {
	if err := m.First.Check(); err != nil {
		return fmt.Errorf("%w (first layer)", err)
	}
	width := m.First.Out()
	for i, b := range m.Blocks {
		if err := b.check(width); err != nil {
			return fmt.Errorf("%w (block %d)", err, i)
		}
	}
	if err := m.Last.follows(width); err != nil {
		return fmt.Errorf("%w (last layer)", err)
	}
	return nil
}

func (b Block) check(width int) error {
	if err := b.Act.Check(); err != nil {
		return err
	}
	if err := b.A.follows(width); err != nil {
		return err
	}
	if err := b.B.follows(b.A.Out()); err != nil {
		return err
	}
	if b.B.Out() != width {
		return fmt.Errorf("nn: Block: got %d columns out, want %d", b.B.Out(), width)
	}
	return nil
}

// Apply returns h + B(A(Act(h))), n×width → n×width. It panics if h has another
// width.
func (b Block) Apply(h autodiff.Var) autodiff.Var { return b.apply(h, Layer.Apply) }

func (b Block) apply(h autodiff.Var, f func(l Layer, x autodiff.Var) autodiff.Var) autodiff.Var {
	return h.Add(f(b.B, f(b.A, b.Act.Apply(h))))
}

// In returns the number of columns of x.
func (m *ResMLP) In() int { return m.First.In() }

// Out returns the number of columns of the result.
func (m *ResMLP) Out() int { return m.Last.Out() }

// Apply returns the network at the rows of x, n×In → n×Out, at a cost of about
// 2n operations per weight. It panics if x has another width.
func (m *ResMLP) Apply(x autodiff.Var) autodiff.Var {
	f := Layer.Apply
	if m.Single {
		f = Layer.applySingle
	}
	h := f(m.First, x)
	for _, b := range m.Blocks {
		h = b.apply(h, f)
	}
	return f(m.Last, h)
}

// ZeroLast sets the last layer to zero and returns m: the network is 0
// everywhere, so that a coupling that it conditions starts as the identity.
func (m *ResMLP) ZeroLast() *ResMLP {
	m.Last.Zero()
	return m
}
