package nn

import (
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/internal/rng"
)

// gated returns a network of two columns and a context of one.
func gated() *GatedResMLP {
	res, gate := NewResMLP(3, 4, 2, 2, Tanh, rng.New(1)), NewLayer(1, 4, Sigmoid, rng.New(2))
	norm := &Norm{Scale: autodiff.NewParam(1, 4, []float64{1, 2, -1, 0.5}), Shift: autodiff.NewParam(1, 4, []float64{0, 1, -1, 2})}
	return &GatedResMLP{First: res.First, Blocks: []GatedBlock{{Block: res.Blocks[0], Gate: &gate, Norm: norm}, {Block: res.Blocks[1]}}, Last: res.Last, Cond: 1}
}

func TestGatedResMLP(t *testing.T) {
	m, x := gated(), randomRows(3, 3)
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return m.Apply(x[0]) }, x)
	tape := autodiff.NewTape()
	v := tape.Matrix(x)
	h, c := m.First.Apply(v), v.Slice(2, 3)
	b := m.Blocks[0]
	normed := h.Mul(tape.Use(b.Norm.Scale)).Add(tape.Use(b.Norm.Shift))
	h = h.Add(b.B.Apply(b.A.Apply(normed.Tanh())).Mul(b.Gate.Apply(c)))
	want := m.Last.Apply(m.Blocks[1].Apply(h))
	for i, got := range m.Apply(v).Data() {
		if !(math.Abs(got-want.Data()[i]) <= 1e-15) {
			t.Errorf("got %v at %d, want %v", got, i, want.Data()[i])
		}
	}
	plain := NewResMLP(3, 4, 2, 2, Tanh, rng.New(1))
	same := &GatedResMLP{First: plain.First, Blocks: []GatedBlock{{Block: plain.Blocks[0]}, {Block: plain.Blocks[1]}}, Last: plain.Last}
	for i, got := range same.Apply(v).Data() {
		if w := plain.Apply(v).Data()[i]; got != w {
			t.Errorf("without gates: got %v at %d, want %v", got, i, w)
		}
	}
}

func TestGatedResMLPRestore(t *testing.T) {
	for want, change := range map[string]func(m *GatedResMLP){
		"":                                 func(*GatedResMLP) {},
		"got no weights":                   func(m *GatedResMLP) { m.First.W = nil },
		"got a context of 4 columns among": func(m *GatedResMLP) { m.Cond = 4 },
		"want 2 rows (gate)":               func(m *GatedResMLP) { m.Cond = 2 },
		"got a gate of 2 units, want 4":    func(m *GatedResMLP) { g := NewLayer(1, 2, Sigmoid, nil); m.Blocks[0].Gate = &g },
		"got no scale or no shift":         func(m *GatedResMLP) { m.Blocks[0].Norm.Shift = nil },
		"scale or shift of 1×3, want 1×4":  func(m *GatedResMLP) { m.Blocks[0].Norm.Scale = autodiff.NewParam(1, 3, nil) },
		"want 4 rows (last layer)":         func(m *GatedResMLP) { m.Last = m.First },
		"(block 1)":                        func(m *GatedResMLP) { m.Blocks[1].B = m.Last },
	} {
		m := gated()
		change(m)
		if err := m.Restore(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
