package masked

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
)

// checkWidths checks that the layers are as wide as the specification says, before
// anything of that size is made: it may come from a file.
func (m *MADE) checkWidths() error {
	widest := 0
	for i, l := range m.Layers {
		if err := l.Check(); err != nil {
			return fmt.Errorf("%w (layer %d)", err, i)
		}
		widest = max(widest, l.Out())
	}
	if len(m.Layers) == 0 && m.Spec.Dim > 0 || len(m.Layers) > 0 && m.Layers[0].In() != m.In() || m.Out() > widest {
		return fmt.Errorf("masked: MADE: got %d layers that are not of %d to %d numbers", len(m.Layers), m.In(), m.Out())
	}
	return nil
}

func (m *MADE) checkLayer(i int, g linear) error {
	l := m.Layers[i]
	if l.In() != g.mask.in {
		return fmt.Errorf("masked: MADE: got weights of %d×%d, want %d rows", l.In(), l.Out(), g.mask.in)
	}
	if l.Out() != g.mask.out || l.Act != g.act {
		return fmt.Errorf("masked: MADE: got %d units with %q, want %d with %q", l.Out(), l.Act, g.mask.out, g.act)
	}
	if m.Spec.Cond == 0 {
		return nil
	}
	if m.Context[i] == nil {
		return fmt.Errorf("masked: MADE: got no weights of the context")
	}
	if r, c := m.Context[i].Dims(); r != m.Spec.Cond || c != l.Out() {
		return fmt.Errorf("masked: MADE: got weights of the context of %d×%d, want %d×%d", r, c, m.Spec.Cond, l.Out())
	}
	return nil
}

func must(err error) {
	if err != nil {
		panic(err.Error())
	}
}

// check panics unless rows×cols arguments and the context c fit the network.
func (m *MADE) check(rows, cols int, c autodiff.Var) {
	if cols != m.In() {
		panic(fmt.Sprintf("masked: MADE: got %d columns, want %d", cols, m.In()))
	}
	if c == (autodiff.Var{}) {
		if m.Spec.Cond != 0 {
			panic(fmt.Sprintf("masked: MADE: got no context, want one of %d columns", m.Spec.Cond))
		}
		return
	}
	if c.Cols() != m.Spec.Cond || c.Rows() != 1 && c.Rows() != rows {
		panic(fmt.Sprintf("masked: MADE: got a context of %d×%d, want %d×%d or one row", c.Rows(), c.Cols(), rows, m.Spec.Cond))
	}
}
