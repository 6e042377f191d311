package masked

import (
	"fmt"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/rng"
)

// BenchmarkMADE compares a masked network with the same one unmasked, forward
// and backward, and with the solution of its columns one by one.
func BenchmarkMADE(b *testing.B) {
	for _, s := range []struct{ dim, hidden, outputs, rows int }{
		{6, 100, 2, 1024}, {8, 128, 23, 512}, {8, 256, 2, 256}, {64, 256, 2, 256}, {256, 512, 2, 256},
	} {
		spec := Spec{Dim: s.dim, Hidden: []int{s.hidden, s.hidden}, Outputs: s.outputs, Act: nn.ReLU}
		made := NewMADE(spec, rng.New(1))
		mlp := nn.NewMLP(s.dim, spec.Hidden, made.Out(), nn.ReLU, rng.New(1))
		solver := NewSolver(made, affine{s.outputs})
		x := randomRows(s.rows, s.dim)
		tape := autodiff.NewTape()
		for _, c := range []struct {
			name string
			f    func() autodiff.Var
		}{
			{"mlp", func() autodiff.Var { return mlp.Apply(tape.Matrix(x)) }},
			{"made", func() autodiff.Var { return made.Apply(tape.Matrix(x)) }},
			{"solve", func() autodiff.Var { y, _ := solver.Solve(tape.Matrix(x), autodiff.Var{}); return y }},
		} {
			name := fmt.Sprintf("%d-%d-%dx%d/%s", s.dim, s.hidden, s.outputs, s.rows, c.name)
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					tape.Reset()
					tape.NoGrad(true)
					c.f()
				}
			})
			b.Run(name+"/gradient", func(b *testing.B) {
				for b.Loop() {
					tape.Reset()
					tape.NoGrad(false)
					tape.Backward(c.f().Square().Mean())
				}
			})
		}
	}
}
