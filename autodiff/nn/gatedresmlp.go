package nn

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// A GatedResMLP is a [ResMLP] whose blocks see a context, by which each unit is gated:
//
//	hᵢ = hᵢ₋₁ + B(A(Act(s∘hᵢ₋₁ + t)))∘Gate(c)
//
// A row of its arguments is x and c in this order; First sees both. It is the conditioner of conditional
// neural spline flows in the Python library nflows.
//
// C. Durkan, A. Bekasov, I. Murray and G. Papamakarios, Neural Spline Flows, 2019, arXiv 1906.04032.
type GatedResMLP struct {
	First  Layer
	Blocks []GatedBlock
	Last   Layer
	Cond   int // width of the context, the last columns, which gates see
}

// A GatedBlock is a [Block] with a gate, or none, and a scale and shift before it, or none.
type GatedBlock struct {
	Block
	Gate *Layer // Cond → width, such as sigmoids; nil for none
	Norm *Norm  // nil for none
}

// A Norm is the map x ↦ s∘x + t, such as a batch normalisation with fixed statistics.
type Norm struct{ Scale, Shift *autodiff.Param } // 1×d

// Restore returns an error unless each layer takes what the one before gives.
func (m *GatedResMLP) Restore() error {
	if err := m.First.Check(); err != nil {
		return fmt.Errorf("%w (first layer)", err)
	}
	if m.Cond < 0 || m.Cond > m.In() {
		return fmt.Errorf("nn: GatedResMLP: got a context of %d columns among %d", m.Cond, m.In())
	}
	width := m.First.Out()
	for i, b := range m.Blocks {
		if err := b.checkGated(width, m.Cond); err != nil {
			return fmt.Errorf("%w (block %d)", err, i)
		}
	}
	if err := m.Last.follows(width); err != nil {
		return fmt.Errorf("%w (last layer)", err)
	}
	return nil
}

func (b GatedBlock) checkGated(width, cond int) error {
	if err := b.check(width); err != nil {
		return err
	}
	if b.Gate != nil {
		if err := b.Gate.follows(cond); err != nil {
			return fmt.Errorf("%w (gate)", err)
		}
		if b.Gate.Out() != width {
			return fmt.Errorf("nn: GatedResMLP: got a gate of %d units, want %d", b.Gate.Out(), width)
		}
	}
	if b.Norm == nil {
		return nil
	}
	for _, p := range []*autodiff.Param{b.Norm.Scale, b.Norm.Shift} {
		if p == nil {
			return fmt.Errorf("nn: GatedResMLP: got no scale or no shift, want both")
		}
		if r, c := p.Dims(); r != 1 || c != width {
			return fmt.Errorf("nn: GatedResMLP: got a scale or shift of %d×%d, want 1×%d", r, c, width)
		}
	}
	return nil
}

// In returns the number of columns of the argument, those of the context among them.
func (m *GatedResMLP) In() int { return m.First.In() }

// Out returns the number of columns of the result.
func (m *GatedResMLP) Out() int { return m.Last.Out() }

// Apply returns the network at the rows of x, n×In → n×Out, at a cost of about
// 2n operations per weight. It panics if x has another width.
func (m *GatedResMLP) Apply(x autodiff.Var) autodiff.Var {
	h := m.First.Apply(x)
	var c autodiff.Var
	if m.Cond > 0 {
		c = x.Slice(m.In()-m.Cond, m.In())
	}
	for _, b := range m.Blocks {
		h = b.apply(h, c)
	}
	return m.Last.Apply(h)
}

func (b GatedBlock) apply(h, c autodiff.Var) autodiff.Var {
	x := h
	if b.Norm != nil {
		t := h.Tape()
		x = x.Mul(t.Use(b.Norm.Scale)).Add(t.Use(b.Norm.Shift))
	}
	y := b.B.Apply(b.A.Apply(b.Act.Apply(x)))
	if b.Gate != nil {
		y = y.Mul(b.Gate.Apply(c))
	}
	return h.Add(y)
}
