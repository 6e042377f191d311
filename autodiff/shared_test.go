package autodiff

import (
	"sync"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// A tape shares when it is told to, until it is told not to.
func TestShares(t *testing.T) {
	tape := NewTape()
	for _, s := range []*Shared{nil, new(Shared), nil} {
		tape.Share(s)
		tape.Reset()
		if got := tape.Shares(); got != (s != nil) {
			t.Errorf("got %v after Share(%v)", got, s)
		}
	}
}

// Tapes in several goroutines that share compute a constant of parameters once,
// until it is forgotten; what depends on anything else is theirs alone.
func TestShared(t *testing.T) {
	var calls atomic.Int32
	double := &Op{Name: "Double", Forward: func(c *Call) {
		calls.Add(1)
		for i, x := range c.In(0) {
			c.Out(0)[i] = 2 * x
		}
	}}
	p, q := NewParam(1, 2, []float64{1, 2}), NewParam(1, 2, []float64{5, 6})
	shared := new(Shared)
	tapes := make([]*Tape, 4)
	for i := range tapes {
		tapes[i] = NewTape()
		tapes[i].Share(shared)
	}
	round := func(what string, first float64, want int32) {
		t.Helper()
		calls.Store(0)
		var wg sync.WaitGroup
		for _, tape := range tapes {
			wg.Go(func() {
				for range 3 {
					tape.Reset()
					for range 2 {
						a, b := double.Apply(tape, Args{}, Shape{1, 2}, tape.Use(p)), double.Apply(tape, Args{}, Shape{1, 2}, tape.Use(q))
						if a.At(0, 0) != first || b.At(0, 1) != 12 || !a.Constant() {
							t.Errorf("%s: got %v and %v", what, a.Data(), b.Data())
						}
					}
				}
			})
		}
		wg.Wait()
		if got := calls.Load(); got != want {
			t.Errorf("%s: got %d evaluations, want %d", what, got, want)
		}
	}
	round("first", 2, 2)
	round("again", 2, 0)
	p.Data()[0] = 4
	shared.Forget()
	round("forgotten", 8, 2)

	p.Freeze(true)
	shared.Forget()
	round("frozen", 8, 2)
	shared.Forget()
	round("frozen and forgotten", 8, 1) // q alone
	p.Data()[0] = 3
	shared.Forget()
	round("changed though frozen", 6, 2)
	p.Freeze(false)
	shared.Forget()
	round("learned again", 6, 2)

	calls.Store(0)
	for _, tape := range tapes {
		tape.Reset()
		double.Apply(tape, Args{}, Shape{1, 2}, tape.Matrix(mat.NewDense(1, 2, nil)))
	}
	if got := calls.Load(); got != 4 {
		t.Errorf("of a matrix: got %d evaluations, want 4", got)
	}
	tapes[0].Share(nil)
	tapes[0].Reset()
	double.Apply(tapes[0], Args{}, Shape{1, 2}, tapes[0].Use(p))
	if got := calls.Load(); got != 5 {
		t.Errorf("without sharing: got %d evaluations, want 5", got)
	}
}
