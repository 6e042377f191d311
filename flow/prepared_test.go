package flow

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// preparable returns flows whose networks make something of their parameters: rounded, masked, in the base.
func preparable() map[string]*Transformed {
	arch := Arch{Dim: 4, Layers: 3, Hidden: []int{72, 72}}
	coupling := bijector.NewCoupling(4, []int{0, 2}, bijector.Affine{}, 0, func(in, out int) nn.Network {
		net := nn.NewMLP(in, []int{72}, out, nn.Tanh, rand.NewPCG(3, 4))
		net.Single = true
		return net
	})
	all := map[string]*Transformed{
		"RealNVP":   RealNVP(arch, rand.NewPCG(1, 2)),
		"NSF":       NSF(arch, rand.NewPCG(1, 2)),
		"MAF":       MAF(arch, rand.NewPCG(1, 2)),
		"on a flow": New(MAF(arch, rand.NewPCG(1, 2)), coupling),
	}
	for _, m := range all {
		scatter(m)
	}
	return all
}

// each calls f for the parameters of a model that are learned.
func each(m *Transformed, f func(q *autodiff.Param)) {
	for _, q := range m.Params() {
		if !q.Frozen() {
			f(q)
		}
	}
}

// scatter moves them away from the identity.
func scatter(m *Transformed) *Transformed {
	r := rand.New(rand.NewPCG(7, 8))
	each(m, func(q *autodiff.Param) {
		for i := range q.Data() {
			q.Data()[i] += 0.15 * r.NormFloat64()
		}
	})
	return m
}

// A prepared model has the bits of the model, after every kind of change too.
func TestPrepared(t *testing.T) {
	x := normalRows(70, 4)
	for name, m := range preparable() {
		p := m.Prepared()
		same := func(when string) {
			t.Helper()
			want := m.LogProbs(nil, x)
			for range 2 {
				if got := p.LogProbs(nil, x); !slices.Equal(got, want) {
					t.Fatalf("%s, %s: log-densities of a prepared model differ", name, when)
				}
				for i := range 3 {
					if got := p.LogProb(x.RawRowView(i)); got != want[i] {
						t.Fatalf("%s, %s: row %d: got %v of a prepared model, want %v", name, when, i, got, want[i])
					}
				}
			}
			a, b := mat.NewDense(5, 4, nil), mat.NewDense(5, 4, nil)
			m.Draw(a, rand.NewPCG(5, 6))
			p.Draw(b, rand.NewPCG(5, 6))
			if !mat.Equal(a, b) {
				t.Fatalf("%s, %s: draws of a prepared model differ", name, when)
			}
		}
		before := m.LogProb(x.RawRowView(0))
		moved := func(when string) {
			t.Helper()
			now := m.LogProb(x.RawRowView(0))
			if now == before {
				t.Fatalf("%s, %s: the density is as before: the test tests nothing", name, when)
			}
			before = now
			same(when)
		}
		same("new")
		each(m, func(q *autodiff.Param) {
			y := slices.Clone(q.Data())
			for i := range y {
				y[i] += 0.01 * float64(i%3-1)
			}
			q.Set(y)
		})
		moved("after Set")
		each(m, func(q *autodiff.Param) {
			for i := range q.Data() {
				q.Data()[i] *= 0.9
			}
			q.Changed()
		})
		moved("after Changed")
		for _, trained := range []*Transformed{m, p} {
			if _, err := Fit(context.Background(), trained, Rows(x), &Settings{Steps: 3, Batch: 16}); err != nil {
				t.Fatal(err)
			}
			moved("after Fit")
		}
	}
}

// While a training changes the parameters nothing is kept of them.
func TestPreparedInTraining(t *testing.T) {
	m := scatter(RealNVP(Arch{Dim: 2, Layers: 2, Hidden: []int{64}}, rand.NewPCG(1, 2)))
	p := m.Prepared()
	y := []float64{0.3, -1}
	p.LogProb(y)
	release, err := m.claim()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		each(m, func(q *autodiff.Param) {
			for i := range q.Data() {
				q.Data()[i] *= 0.7
			}
		})
		if got, want := p.LogProb(y), m.LogProb(y); got != want {
			t.Errorf("in a training: got %v, want %v", got, want)
		}
	}
	release()
	if got, want := p.LogProb(y), m.LogProb(y); got != want {
		t.Errorf("after it: got %v, want %v", got, want)
	}
}

// Many goroutines may start with a prepared model at once, given contexts as well, and weights are rounded once.
func TestPreparedConcurrent(t *testing.T) {
	m := scatter(MAF(Arch{Dim: 3, Cond: 2, Layers: 2, Hidden: []int{64, 64}}, rand.NewPCG(1, 2)))
	c := normalRows(1, 2)
	want := m.Given(c).LogProbs(nil, normalRows(9, 3))
	p := m.Prepared()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				if got := p.Given(c).LogProbs(nil, normalRows(9, 3)); !slices.Equal(got, want) {
					t.Error("log-densities of a prepared model differ")
				}
			}
		})
	}
	wg.Wait()
	first := p.kept.shared()
	if p.kept.shared() != first {
		t.Error("what is kept is another though no parameter changed")
	}
}
