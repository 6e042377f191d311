package sbi

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync/atomic"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/parallel"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A Simulator is a way to draw observations x given parameters θ, and what is known of θ beforehand.
type Simulator struct {
	// Prior is the distribution of the parameters.
	Prior dist.Distribution
	// Dim is how many numbers an observation has.
	Dim int
	// Run sets x, zeros at first, to an observation given θ, with no other randomness than r, of math/rand/v2. It is called
	// from many goroutines, and must neither keep nor change theta. An error, and a number of x that is NaN
	// or infinite, is a simulation that failed.
	Run func(theta, x []float64, r *rand.Rand) error
	// Set, if not 0, says that an observation is a set: Dim/Set elements of so many numbers each, in an order that says
	// nothing, such as independent measurements.
	Set int
	// Series, if not 0, says that an observation is a time series: Dim/Series times of so many numbers each.
	Series int
}

// check panics, on behalf of what, unless the simulator is complete.
func (s *Simulator) check(what string) {
	if s.Prior == nil || s.Dim < 1 || s.Run == nil {
		panic(fmt.Sprintf("sbi: %s: got a Simulator with prior %T, %d numbers and a function (nil: %t), want all three", what, s.Prior, s.Dim, s.Run == nil))
	}
	if n := max(s.Set, s.Series); s.Set < 0 || s.Series < 0 || s.Set > 0 && s.Series > 0 || n > 0 && s.Dim%n != 0 {
		panic(fmt.Sprintf("sbi: %s: got a Simulator with %d numbers, Set %d and Series %d, want at most one of these, that divides the first", what, s.Dim, s.Set, s.Series))
	}
}

// Simulations are pairs of parameters and observations, row by row.
type Simulations struct {
	Theta, X *mat.Dense
	// Failed are parameters whose simulations failed, nil for none, and Failure says what
	// was wrong with the first.
	Failed  *mat.Dense
	Failure string
}

// Simulate draws n parameters from the prior and an observation given each, on all cores. The result depends on
// simulator and seed alone, whatever the number of cores. Simulations that fail are set aside; if all do, that
// is an error that quotes the first. When ctx is done, Simulate waits for the simulations that run, and returns its error. It
// panics if the simulator is incomplete or n is not positive; a panic of Run comes out of Simulate.
func Simulate(ctx context.Context, s *Simulator, n int, seed uint64) (*Simulations, error) {
	need.One("sbi: Simulate", "context.Context", ctx)
	need.One("sbi: Simulate", "simulator", s)
	s.check("Simulate")
	if n < 1 {
		panic(fmt.Sprintf("sbi: Simulate: got %d simulations, want at least 1", n))
	}
	sims, err := s.simulate(ctx, n, seed)
	if err != nil {
		return nil, fmt.Errorf("sbi: Simulate: %w", err)
	}
	return sims, nil
}

// simulate draws n parameters from the prior and an observation given each.
func (s *Simulator) simulate(ctx context.Context, n int, seed uint64) (*Simulations, error) {
	theta := mat.NewDense(n, s.Prior.Dim(), nil)
	s.Prior.Draw(theta, rng.New(seed))
	return s.at(ctx, theta, seed)
}

// at simulates an observation given each row of theta.
func (s *Simulator) at(ctx context.Context, theta *mat.Dense, seed uint64) (*Simulations, error) {
	n, _ := theta.Dims()
	x := mat.NewDense(n, s.Dim, nil)
	failures := make([]string, n)
	run := func(i int) {
		row := x.RawRowView(i)
		err := s.Run(theta.RawRowView(i), row, rand.New(rand.NewPCG(seed, mix(uint64(i)+1))))
		if err == nil {
			err = finite(row)
		}
		if err != nil {
			failures[i] = fmt.Sprintf("parameters %v: %v", theta.RawRowView(i), err)
		}
	}
	if err := onAllCores(ctx, n, run); err != nil {
		return nil, err
	}
	return sorted(theta, x, failures)
}

// mix is the finaliser of SplitMix64.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func finite(x []float64) error {
	for j, v := range x {
		if math.IsNaN(v - v) {
			return fmt.Errorf("observation, column %d: got %v", j, v)
		}
	}
	return nil
}

// onAllCores calls f for 0 … n−1, and returns ctx's error if it did not do so for all.
func onAllCores(ctx context.Context, n int, f func(i int)) error {
	var next, done atomic.Int64
	parallel.Together(min(runtime.GOMAXPROCS(0), n), func() {
		for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
			f(i)
			done.Add(1)
		}
	})
	if int(done.Load()) < n {
		return ctx.Err()
	}
	return nil
}

// sorted sets simulations that failed apart from the others.
func sorted(theta, x *mat.Dense, failures []string) (*Simulations, error) {
	var good, bad []int
	for i, f := range failures {
		if f == "" {
			good = append(good, i)
		} else {
			bad = append(bad, i)
		}
	}
	if len(bad) == 0 {
		return &Simulations{Theta: theta, X: x}, nil
	}
	first := failures[bad[0]]
	if len(good) == 0 {
		return nil, fmt.Errorf("all %d simulations failed, the first with %s", len(bad), first)
	}
	return &Simulations{Theta: pick(theta, good), X: pick(x, good), Failed: pick(theta, bad), Failure: first}, nil
}

// pick returns rows of m.
func pick(m *mat.Dense, rows []int) *mat.Dense {
	_, d := m.Dims()
	out := mat.NewDense(len(rows), d, nil)
	for k, i := range rows {
		copy(out.RawRowView(k), m.RawRowView(i))
	}
	return out
}

// stacked returns the rows of a, then those of b; either may be nil.
func stacked(a, b *mat.Dense) *mat.Dense {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	var both mat.Dense
	both.Stack(a, b)
	return &both
}

// failed is how many simulations failed.
func (s *Simulations) failed() int {
	if s.Failed == nil {
		return 0
	}
	n, _ := s.Failed.Dims()
	return n
}
