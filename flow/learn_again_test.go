package flow

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// waves are rows that are given by two of five numbers, but for noise.
func waves(n int) Data {
	r := rand.New(rand.NewPCG(1, 1))
	x, c := mat.NewDense(n, 2, nil), mat.NewDense(n, 5, nil)
	for i := range n {
		for j := range 5 {
			c.Set(i, j, r.NormFloat64())
		}
		x.SetRow(i, []float64{math.Sin(2*c.At(i, 0)) + 0.2*r.NormFloat64(), math.Cos(2*c.At(i, 1)) + 0.2*r.NormFloat64()})
	}
	return Rows(x).Given(c)
}

// briefly are candidates given contexts that train small flows for few steps.
func briefly(again bool) []Candidate {
	all := []Candidate{{Name: "regression", Fit: fitRegression, Conditional: true, Steady: true}}
	for _, name := range []string{"a", "b"} {
		all = append(all, Candidate{Name: name, Conditional: true, trained: true, again: again, Fit: func(ctx context.Context, f *Fold) (*Transformed, error) {
			a := f.archGiven(3, 1)
			r := f.given(1e-2)
			r.steps, r.every = 300, 20
			return f.trained(ctx, name, New(dist.NewStdNormal(2), a.couplings(a.spline(), f.source(name))...), r)
		}})
	}
	return all
}

const (
	brieflyEach   = 2.5e8 // multiply-adds of 300 steps of one of them, or a little more
	brieflyBudget = 200 * brieflyEach
)

func brieflyLearned(t *testing.T, s LearnSettings, again bool) ([]byte, *Report) {
	t.Helper()
	s.Candidates = briefly(again)
	m, r, err := Learn(context.Background(), waves(oneSplit), &s)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), r
}

func partNames(r *Report) (names []string) {
	for _, p := range r.Parts {
		names = append(names, p.Name)
	}
	return names
}

// Flows whose mixture is ahead of the best of them are trained again, which makes new rows likelier; with the same bits on any number of
// cores, and from a checkpoint.
func TestTrainedAgain(t *testing.T) {
	s := LearnSettings{Budget: brieflyBudget, Checkpoint: filepath.Join(t.TempDir(), "learning")}
	want, r := brieflyLearned(t, s, true)
	if names := partNames(r); !slices.Equal(names, []string{"regression", "a", "b", "a again", "b again"}) {
		t.Fatalf("got parts %v, want two flows twice", names)
	}
	_, once := brieflyLearned(t, LearnSettings{Budget: brieflyBudget}, false)
	if gain := once.NLL - r.NLL; !(gain > 0.01) {
		t.Errorf("second trainings gain %v nats, want more", gain)
	}
	if _, r := brieflyLearned(t, LearnSettings{Budget: 2.5 * brieflyEach}, true); len(r.Parts) != 3 {
		t.Errorf("got parts %v where the budget cuts flows short, want none again", partNames(r))
	}
	if again, _ := brieflyLearned(t, s, true); !bytes.Equal(again, want) {
		t.Errorf("the checkpoint of a finished learning gives another model")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1))
	if again, _ := brieflyLearned(t, LearnSettings{Budget: brieflyBudget}, true); !bytes.Equal(again, want) {
		t.Errorf("another number of cores gives another model")
	}
	if _, r := brieflyLearned(t, LearnSettings{Budget: brieflyBudget, Single: true}, true); len(r.Parts) != 3 {
		t.Errorf("got parts %v for a single flow, want none again", partNames(r))
	}
}

// A flow given contexts is judged as a part of a mixture: a row that it has far out costs little if others are likelier.
func TestJudgedBeside(t *testing.T) {
	stack := slices.Repeat([]float64{-3}, 100)
	better, worse := slices.Repeat([]float64{-1}, 100), slices.Repeat([]float64{-2}, 100)
	better[7] = -500
	mean := func(f *Fold, lps []float64) float64 {
		u := f.futility(1)
		u.see(lps)
		return stat.Mean(u.judged(), nil)
	}
	f := &Fold{stack: stack, budget: 1}
	if a, b := mean(f, better), mean(f, worse); !(a < b) {
		t.Errorf("without contexts: got mean log-densities %v and %v, want the first lower", a, b)
	}
	f.beside = besides
	f = &Fold{outer: f, slope: make([]float64, 100), budget: 1}
	if a, b := mean(f, better), mean(f, worse); !(a > b+0.9) {
		t.Errorf("given contexts: got mean log-densities %v and %v, want the first higher by nearly 1", a, b)
	}
}
