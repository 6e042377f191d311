package autodiff

import (
	"testing"

	"gonum.org/v1/gonum/mat"
)

// A pair is computed once for each pointer and argument, and again after a Reset;
// gradients flow through it.
func TestOnce(t *testing.T) {
	calls := 0
	pair := func(x Var) (Var, Var) {
		calls++
		return x.Square(), x.MulConst(3)
	}
	tape, p, q := NewTape(), new(int), new(int)
	for round := range 2 {
		calls = 0
		tape.Reset()
		x := tape.Variable(mat.NewDense(1, 2, []float64{2, 5}))
		y := tape.Variable(mat.NewDense(1, 2, []float64{2, 5}))
		a, b := tape.Once(p, x, pair)
		again, too := tape.Once(p, x, pair)
		if a != again || b != too || calls != 1 {
			t.Errorf("round %d: got %d calls and %v, %v, want one and %v, %v", round, calls, again, too, a, b)
		}
		tape.Once(q, x, pair)
		tape.Once(p, y, pair)
		if calls != 3 {
			t.Errorf("round %d: got %d calls, want 3", round, calls)
		}
		tape.Backward(a.Add(b).Sum())
		if g := x.Grad(); g[0] != 7 || g[1] != 13 {
			t.Errorf("round %d: got gradient %v, want [7 13]", round, g)
		}
	}
}
