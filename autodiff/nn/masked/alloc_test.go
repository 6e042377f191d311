//go:build !race

package masked

import (
	"testing"

	"github.com/normflow/normflow/internal/memtest"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/internal/rng"
)

// Pools drop what they hold at random under the race detector.
func TestSolveDoesNotAllocate(t *testing.T) {
	m := NewMADE(Spec{Dim: 4, Hidden: []int{16, 16}, Outputs: 1, Act: nn.ReLU}, rng.New(1))
	for _, m.Single = range []bool{false, true} {
		solveAllocates(t, NewSolver(m, shift{}))
	}
}

func solveAllocates(t *testing.T, s *Solver) {
	t.Helper()
	tape := autodiff.NewTape()
	x := randomRows(300, 4)
	step := func() {
		tape.Reset()
		y, _ := s.Solve(tape.Matrix(x), autodiff.Var{})
		tape.Backward(y.Square().Mean())
	}
	memtest.AllocatesNothing(t, step)
}

func TestSingleMADEAllocatesNothing(t *testing.T) {
	m, _ := madeTwins(singleSpecs()["relu"])
	tape, x := autodiff.NewTape(), randomRows(300, 5)
	step := func() {
		tape.Reset()
		tape.Backward(m.Apply(tape.Variable(x)).Sum())
	}
	memtest.AllocatesNothing(t, step)
}
