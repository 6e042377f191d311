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

// What is made of frozen parameters is computed anew only if these have changed.
func TestSharedOfFrozen(t *testing.T) {
	calls := 0
	double := &Op{Name: "Double", Forward: func(c *Call) {
		calls++
		c.Out(0)[0] = 2 * (c.In(0)[0] + c.In(1)[0])
	}}
	p, q := NewParam(1, 1, []float64{4}), NewParam(1, 1, []float64{1})
	shared := new(Shared)
	tape := NewTape()
	tape.Share(shared)
	for _, c := range []struct {
		what             string
		frozenP, frozenQ bool
		p, want          float64
		calls            int
	}{
		{"learned", false, false, 4, 10, 1},
		{"learned again", false, false, 4, 10, 1},
		{"half frozen", true, false, 4, 10, 1},
		{"frozen", true, true, 4, 10, 1},
		{"frozen as before", true, true, 4, 10, 0},
		{"changed though frozen", true, true, 3, 8, 1},
		{"learned after that", false, true, 3, 8, 1},
	} {
		p.Freeze(c.frozenP)
		q.Freeze(c.frozenQ)
		p.Data()[0] = c.p
		calls = 0
		shared.Forget()
		tape.Reset()
		if got := double.Apply(tape, Args{}, Shape{1, 1}, tape.Use(p), tape.Use(q)).At(0, 0); got != c.want || calls != c.calls {
			t.Errorf("%s: got %v by %d evaluations, want %v by %d", c.what, got, calls, c.want, c.calls)
		}
	}
}
