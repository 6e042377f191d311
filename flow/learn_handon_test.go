package flow

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/normflow/normflow/dist"

	"gonum.org/v1/gonum/mat"
)

// checkerboard are rows that are uniform on 8 of 16 squares.
func checkerboard(n int) *mat.Dense {
	r := rand.New(rand.NewPCG(1, 1))
	x := mat.NewDense(n, 2, nil)
	for i := range n {
		a, b := r.IntN(4), r.IntN(2)
		x.SetRow(i, []float64{float64(a) + r.Float64(), float64(2*b+a%2) + r.Float64()})
	}
	return x
}

// patient candidates train one flow for few steps.
func patient(name string) []Candidate {
	return []Candidate{{Name: "t", Fit: fitT, Steady: true}, {Name: name, trained: true, Fit: marginal(func(ctx context.Context, f *Fold) (*Transformed, error) {
		a := Arch{Dim: 2, Hidden: []int{16}}.withDefaults("NSF", 2)
		r := f.usual()
		r.steps, r.rate, r.every = 60, 5e-3, 5
		return f.trained(ctx, name, New(dist.NewStdNormal(2), a.couplings(a.spline(), f.source(name))...), r)
	})}}
}

func patientBits(t *testing.T, s LearnSettings) ([]byte, *Report) {
	t.Helper()
	s.Candidates = patient("NSF")
	m, r, err := Learn(context.Background(), Rows(checkerboard(oneSplit)), &s)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), r
}

const patientBudget = 1.2e8 // twice what 60 steps take, or a little more

// What is left of the budget goes to a training that was still getting better, with the same bits on any number of cores.
func TestBudgetIsHandedOn(t *testing.T) {
	_, little := patientBits(t, LearnSettings{Budget: patientBudget})
	bits, much := patientBits(t, LearnSettings{Budget: 8 * patientBudget})
	if gain := little.Parts[1].NLL - much.Parts[1].NLL; !(gain > 0.02) {
		t.Errorf("eight times the budget gains %v nats, want more", gain)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1))
	again, _ := patientBits(t, LearnSettings{Budget: 8 * patientBudget})
	if !bytes.Equal(bits, again) {
		t.Errorf("another number of cores gives another model")
	}
}

// impatient is a context that is cancelled when it has been asked so often.
type impatient struct {
	context.Context
	left atomic.Int64
}

func (c *impatient) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// A learning that ended while it handed on goes on to the same bits.
func TestHandingOnResumes(t *testing.T) {
	want, _ := patientBits(t, LearnSettings{Budget: 8 * patientBudget})
	s := LearnSettings{Budget: 8 * patientBudget, Candidates: patient("NSF"), Checkpoint: filepath.Join(t.TempDir(), "learning")}
	for _, after := range []int64{90, 115, 1e6} {
		ctx := &impatient{Context: context.Background()}
		ctx.left.Store(after)
		m, _, err := Learn(ctx, Rows(checkerboard(oneSplit)), &s)
		if err != nil {
			if !errors.Is(err, context.Canceled) || after == 1e6 {
				t.Fatal(err)
			}
			continue
		}
		if after < 1e6 {
			t.Fatalf("nothing was cancelled after %d steps", after)
		}
		var b bytes.Buffer
		if err := m.Save(&b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), want) {
			t.Errorf("a resumed learning gives another model")
		}
	}
	if again, _ := patientBits(t, s); !bytes.Equal(again, want) {
		t.Errorf("the checkpoint of a finished learning gives another model")
	}
}

// A rate that throws a flow off is followed by smaller ones.
func TestThrownFlowsAreTrainedMoreSlowly(t *testing.T) {
	x := mat.NewDense(400, 2, nil)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 400 {
		a := r.NormFloat64()
		x.SetRow(i, []float64{a, a + 0.01*r.NormFloat64()})
	}
	f := &Fold{X: mat.DenseCopyOf(x.Slice(0, 300, 0, 2)), Held: mat.DenseCopyOf(x.Slice(300, 400, 0, 2)), Seed: 1, Work: 1e12}
	base, err := f.t()
	if err != nil {
		t.Fatal(err)
	}
	a := Arch{Dim: 2, Hidden: []int{16}}.withDefaults("NSF", 2)
	m := New(base, a.couplings(a.spline(), f.source("NSF"))...)
	how := f.usual()
	how.rate, how.steps = 0.1, 300
	if err := f.train(context.Background(), "NSF", m, how); err != nil {
		t.Fatal(err)
	}
	if got := f.trainingOf(m); got == nil || !(got.recipe.rate < 0.1) || got.spent <= got.steps {
		t.Errorf("got %+v, want a training at a smaller rate", got)
	}
}
