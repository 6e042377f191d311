package masked_test

import (
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Outputs see the groups before their own, whole, and nothing of their own.
func TestGroupedDegrees(t *testing.T) {
	for _, c := range []struct{ dim, groups, size int }{{6, 3, 2}, {7, 3, 3}, {5, 5, 1}, {4, 1, 4}, {6, 2, 3}, {5, 4, 2}} {
		hidden := []int{20, 20}
		net := masked.NewMADE(masked.Spec{Dim: c.dim, Hidden: hidden, Outputs: 1, Act: nn.Tanh,
			Degrees: masked.GroupedDegrees(c.dim, c.groups, hidden, false)}, rng.New(1))
		tape := autodiff.NewTape()
		x := mat.NewDense(1, c.dim, nil)
		before := net.Apply(tape.Matrix(x))
		for k := range c.dim {
			moved := mat.DenseCopyOf(x)
			moved.Set(0, k, 1)
			after := net.Apply(tape.Matrix(moved))
			for j := range c.dim {
				if got, want := after.At(0, j) != before.At(0, j), k/c.size < j/c.size; got != want {
					t.Errorf("%d columns in %d groups: output %d sees column %d: %v, want %v", c.dim, c.groups, j, k, got, want)
				}
			}
		}
	}
}
