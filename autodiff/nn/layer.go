package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
)

// A Layer is the map x ↦ Act(x·W + B).
type Layer struct {
	W   *autodiff.Param // in×out
	B   *autodiff.Param // 1×out
	Act Activation
}

// NewLayer returns a layer drawn by [Uniform]; nil src is the process-wide
// source. It panics if in or out is not positive or act is not the name of an
// activation.
func NewLayer(in, out int, act Activation, src rand.Source) Layer {
	if in < 1 || out < 1 {
		panic(fmt.Sprintf("nn: NewLayer: got %d×%d, want at least 1×1", in, out))
	}
	l := Layer{W: autodiff.NewParam(in, out, nil), B: autodiff.NewParam(1, out, nil), Act: act}
	must(l.Check())
	Uniform(l, src)
	return l
}

// In returns the number of columns of x.
func (l Layer) In() int { in, _ := l.W.Dims(); return in }

// Out returns the number of columns of the result.
func (l Layer) Out() int { _, out := l.W.Dims(); return out }

// Apply returns Act(x·W + B), n×In → n×Out. It panics if x has another width.
func (l Layer) Apply(x autodiff.Var) autodiff.Var {
	l.checkCols(x)
	t := x.Tape()
	return l.Act.dense(x, t.Use(l.W), t.Use(l.B))
}

// applySingle is Apply in float32.
func (l Layer) applySingle(x autodiff.Var) autodiff.Var {
	l.checkCols(x)
	t := x.Tape()
	return l.Act.denseSingle(x, t.Use(l.W), t.Use(l.B))
}

func (l Layer) checkCols(x autodiff.Var) {
	if x.Cols() != l.In() {
		panic(fmt.Sprintf("nn: Layer: got %d columns, want %d", x.Cols(), l.In()))
	}
}

// Zero sets the weights and biases to 0.
func (l Layer) Zero() {
	clear(l.W.Data())
	clear(l.B.Data())
}

// Check returns an error unless W and B fit and the activation exists.
func (l Layer) Check() error {
	if l.W == nil || l.B == nil {
		return fmt.Errorf("nn: Layer: got no weights or no bias, want both")
	}
	if rows, cols := l.B.Dims(); rows != 1 || cols != l.Out() {
		return fmt.Errorf("nn: Layer: got a bias of %d×%d, want 1×%d", rows, cols, l.Out())
	}
	return l.Act.Check()
}

// follows returns an error unless l takes what an earlier layer gives.
func (l Layer) follows(width int) error {
	if err := l.Check(); err != nil {
		return err
	}
	if l.In() != width {
		return fmt.Errorf("nn: Layer: got weights of %d×%d, want %d rows", l.In(), l.Out(), width)
	}
	return nil
}

func must(err error) {
	if err != nil {
		panic(err.Error())
	}
}
