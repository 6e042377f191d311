package flow_test

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// models returns those of moved, with differential equations solved as exactly as other maps are computed.
func models(dim, cond int) map[string]*flow.Transformed {
	m := moved(dim, cond)
	for name := range m {
		finely(m[name].Map)
	}
	return m
}

// moved returns a fresh flow of every preset, moved away from the identity.
func moved(dim, cond int) map[string]*flow.Transformed {
	a := flow.Arch{Dim: dim, Cond: cond, Hidden: []int{16}}
	m := map[string]*flow.Transformed{}
	for name, preset := range presets {
		a.Layers = 0
		if name == "UNAF" {
			a.Layers = 1 // each takes as long as several of the others
		}
		m[name] = shake(preset(a, rng.New(1)), 2)
	}
	return m
}

// finely makes the map's differential equations be solved to 5e-11.
func finely(chain bijector.Chain) {
	for _, b := range chain {
		switch b := b.(type) {
		case *bijector.Embedded:
			finely(b.B.(bijector.Chain))
		case *bijector.Continuous:
			b.Tol = 5e-11
		}
	}
}

var presets = func() map[string]func(flow.Arch, rand.Source) *flow.Transformed {
	all := map[string]func(flow.Arch, rand.Source) *flow.Transformed{}
	for _, p := range flow.Presets() {
		all[p.Name] = p.New
	}
	return all
}()

// The density integrates to one, by the midpoint rule on a grid that holds
// nearly all of it.
func TestDensityIntegratesToOne(t *testing.T) {
	for _, dim := range []int{1, 2} {
		for name, m := range models(dim, 0) {
			n, draws := 1000.0, 20000
			if name == "UNAF" {
				draws = 4000 // each takes a millisecond
			}
			lo, hi := extent(m, draws)
			switch name {
			case "CNF", "GF", "NAF", "UNAF", "SOSPF", "BPF", "Residual":
				n = 200 // each row takes long
			}
			if testing.Short() {
				n = min(n/2, 400) // a million rows take minutes under the race detector
			}
			cell := 1.0
			for j := range dim {
				if name == "NCSF" {
					lo[j], hi[j] = -math.Pi, math.Pi // where the density ends
				}
				cell *= (hi[j] - lo[j]) / n
			}
			x := mat.NewDense(int(math.Pow(n, float64(dim))), dim, nil)
			rows, _ := x.Dims()
			for i := range rows {
				for j, k := 0, i; j < dim; j, k = j+1, k/int(n) {
					x.Set(i, j, lo[j]+(hi[j]-lo[j])*(float64(k%int(n))+0.5)/n)
				}
			}
			var sum float64
			for _, lp := range m.LogProbs(nil, x) {
				sum += math.Exp(lp) * cell
			}
			if math.Abs(sum-1) > 1e-3 {
				t.Errorf("%s in %d dimensions: got ∫p = %v, want 1", name, dim, sum)
			}
		}
	}
}

// extent returns a box half as wide again as that of so many samples.
func extent(m *flow.Transformed, draws int) (lo, hi []float64) {
	x := mat.NewDense(draws, m.Dim(), nil)
	m.Draw(x, rng.New(1))
	for j := range m.Dim() {
		a, b := mat.Min(x.ColView(j)), mat.Max(x.ColView(j))
		lo, hi = append(lo, a-(b-a)/4), append(hi, b+(b-a)/4)
	}
	return lo, hi
}

func TestScoringAgreesBitForBit(t *testing.T) {
	for name, m := range models(3, 0) {
		x := normal(1000, 3, 5)
		want := m.LogProbs(nil, x)
		tape := autodiff.NewTape()
		density := m.LogDensity(tape.Matrix(x)).Data()
		wide := mat.NewDense(1000, 5, nil)
		wide.Slice(0, 1000, 1, 4).(*mat.Dense).Copy(x)
		strided := m.LogProbs(nil, wide.Slice(0, 1000, 1, 4))
		transposed := m.LogProbs(nil, mat.DenseCopyOf(x.T()).T())
		for i := range 1000 {
			if one := m.LogProb(x.RawRowView(i)); one != want[i] || density[i] != want[i] || strided[i] != want[i] || transposed[i] != want[i] {
				t.Fatalf("%s, row %d: got %v, %v, %v, %v, want %v", name, i, one, density[i], strided[i], transposed[i], want[i])
			}
		}
	}
}

func TestSampling(t *testing.T) {
	for name, m := range models(2, 0) {
		a, b := mat.NewDense(300, 2, nil), mat.NewDense(300, 2, nil)
		m.Draw(a, rng.New(7))
		lp := m.WithSource(rng.New(7)).SampleLogProbs(b, nil)
		if !mat.Equal(a, b) {
			t.Errorf("%s: Draw and SampleLogProbs differ for the same source", name)
		}
		for i, want := range m.LogProbs(nil, a) {
			if math.Abs(lp[i]-want) > 1e-9*(1+math.Abs(want)) {
				t.Fatalf("%s: row %d: got log-density %v with the sample, want %v", name, i, lp[i], want)
			}
		}
		x := m.Encode(nil, a)
		base := mat.NewDense(300, 2, nil)
		m.Base.Draw(base, rng.New(7))
		if !mat.EqualApprox(x, base, 1e-8) || !mat.EqualApprox(m.Decode(nil, x), a, 1e-8) {
			t.Errorf("%s: Encode does not undo Draw, or Decode Encode", name)
		}
		one := m.WithSource(rng.New(3)).Rand(nil)
		two := m.WithSource(rng.New(3)).Rand(make([]float64, 2))
		if one[0] != two[0] || one[1] != two[1] {
			t.Errorf("%s: Rand: got %v and %v from the same source", name, one, two)
		}
	}
}

func TestConditional(t *testing.T) {
	for name, m := range models(2, 3) {
		if m.CondDim() != 3 {
			t.Fatalf("%s: got CondDim %d, want 3", name, m.CondDim())
		}
		x, c := normal(200, 2, 1), normal(200, 3, 2)
		all := m.Given(c).LogProbs(nil, x)
		for i := range 200 {
			one := m.Given(mat.NewDense(1, 3, c.RawRowView(i))).LogProb(x.RawRowView(i))
			if one != all[i] {
				t.Fatalf("%s: row %d: got %v given its context, want %v", name, i, one, all[i])
			}
		}
		if g := m.Given(c); g.CondDim() != 0 || !mat.EqualApprox(g.Decode(nil, g.Encode(nil, x)), x, 1e-8) {
			t.Errorf("%s: Decode does not undo Encode given a context", name)
		}
		mustPanic(t, "without context, want 3 columns", func() { m.LogProb([]float64{0, 0}) })
		mustPanic(t, "got a context of 2 columns, want 3", func() { m.Given(normal(1, 2, 1)) })
		mustPanic(t, "got 200 rows with 5 rows of context by Given", func() { m.Given(normal(5, 3, 1)).LogProbs(nil, x) })
	}
	mustPanic(t, "model that takes none", func() { models(2, 0)["NSF"].Given(normal(1, 2, 1)) })
}

func TestConcurrentScoring(t *testing.T) {
	for name, m := range models(2, 0) {
		x := normal(300, 2, 4)
		want := m.LogProbs(nil, x)
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				for i, lp := range m.LogProbs(nil, x) {
					if lp != want[i] || (i%16 == 0 && m.LogProb(x.RawRowView(i)) != want[i]) {
						t.Errorf("%s: row %d: got %v concurrently, want %v", name, i, lp, want[i])
						return
					}
				}
			})
		}
		wg.Wait()
	}
}

func TestSupport(t *testing.T) {
	m := flow.New(dist.NewStdNormal(1), bijector.Exp{})
	if lp := m.LogProb([]float64{2}); math.Abs(lp-(-0.5*math.Ln2*math.Ln2-0.5*math.Log(2*math.Pi)-math.Ln2)) > 1e-15 {
		t.Errorf("log-normal at 2: got %v", lp)
	}
	for _, y := range []float64{-1, 0, math.Inf(1), math.Inf(-1)} {
		if lp := m.LogProb([]float64{y}); !math.IsInf(lp, -1) {
			t.Errorf("at %v: got %v, want -Inf", y, lp)
		}
	}
	if lp := m.LogProbs(nil, mat.NewDense(3, 1, []float64{1, math.NaN(), 2})); !math.IsNaN(lp[1]) || math.IsNaN(lp[0]+lp[2]) {
		t.Errorf("got %v, want NaN for the second row only", lp)
	}
}

// A flow is a distribution: it can be the base of another flow, and part of a
// differentiable formula.
func TestFlowAsBase(t *testing.T) {
	inner := models(2, 0)["NSF"]
	outer := flow.New(inner, bijector.NewScale(autodiff.Fixed(2)))
	x := []float64{0.4, -0.8}
	if got, want := outer.LogProb([]float64{0.8, -1.6}), inner.LogProb(x)-2*math.Ln2; math.Abs(got-want) > 1e-14 {
		t.Errorf("got %v, want %v", got, want)
	}
	gradtest.Check(t, func(v ...autodiff.Var) autodiff.Var { return outer.LogDensity(v[0]) }, normal(2, 2, 3))
}

func TestShapes(t *testing.T) {
	m := models(2, 0)["RealNVP"]
	mustPanic(t, "got 3 columns, want 2", func() { m.LogProb(make([]float64, 3)) })
	mustPanic(t, "got 3 columns, want 2", func() { m.LogProbs(nil, normal(4, 3, 1)) })
	mustPanic(t, "destination of 3 numbers, want 4", func() { m.LogProbs(make([]float64, 3), normal(4, 2, 1)) })
	mustPanic(t, "destination of 4×3, want 4×2", func() { m.Encode(mat.NewDense(4, 3, nil), normal(4, 2, 1)) })
	mustPanic(t, "Draw: got 3 columns, want 2", func() { m.Draw(mat.NewDense(4, 3, nil), nil) })
	mustPanic(t, "want a positive Dim", func() { flow.NSF(flow.Arch{}, nil) })
	if got := m.LogProbs(nil, &mat.Dense{}); len(got) != 0 {
		t.Errorf("no rows: got %v", got)
	}
}

// A preset is extended without a change of the preset, or of another extension.
func TestThen(t *testing.T) {
	m := flow.RealNVP(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{4}}, rng.New(1))
	n := len(m.Map)
	positive, shifted := m.Then(bijector.Exp{}), m.Then(bijector.NewShift(autodiff.Fixed(5)))
	if _, ok := positive.Map[n].(bijector.Exp); !ok || len(m.Map) != n || len(shifted.Map) != n+1 {
		t.Errorf("got maps %v and %v of %v, want one more each", positive.Map, shifted.Map, m.Map)
	}
	y := []float64{2, 3}
	if got, want := shifted.LogProb(y), m.LogProb([]float64{-3, -2}); got != want {
		t.Errorf("got log p %v, want %v", got, want)
	}
	if got := positive.LogProb([]float64{-1, 2}); !math.IsInf(got, -1) {
		t.Errorf("got log p %v outside of the support, want -Inf", got)
	}
	one, two := append(m.Map, bijector.Exp{}), append(m.Map, bijector.Tanh{})
	if one[n] != (bijector.Exp{}) || two[n] != (bijector.Tanh{}) {
		t.Error("appending to a model's map twice changes the first result")
	}
	list := bijector.Chain{bijector.Identity{}, bijector.Identity{}}
	kept := flow.New(dist.NewStdNormal(2), list...)
	list[0] = nil
	if kept.Map[0] == nil {
		t.Error("New keeps its caller's slice")
	}
	c := mat.NewDense(1, 2, []float64{1, 2})
	bound := flow.RealNVP(flow.Arch{Dim: 2, Cond: 2, Layers: 1, Hidden: []int{4}}, rng.New(1)).Given(c).Then(bijector.Tanh{})
	if bound.CondDim() != 0 || math.IsNaN(bound.LogProb([]float64{0.1, 0.2})) {
		t.Errorf("got context width %d, want the context to stay", bound.CondDim())
	}
}

// Params are those of base and map, and Freeze makes them constants.
func TestParams(t *testing.T) {
	base := dist.NewNormal(2, autodiff.Learned(1), autodiff.Fixed(2))
	inner := flow.New(dist.NewMixture(dist.LearnedWeights(1, 1), base, dist.NewStdNormal(2)), bijector.NewScale(autodiff.Learned(3)))
	m := inner.Then(bijector.NewShift(autodiff.Learned(4)))
	if got := len(m.Params()); got != 5 {
		t.Errorf("got %d parameters, want 5", got)
	}
	frozen := inner.Freeze()
	if got := len(parameters(m)); len(frozen) != 3 || got != 1 {
		t.Errorf("got %d frozen and %d left, want 3 and 1", len(frozen), got)
	}
	for _, p := range frozen {
		p.Freeze(false)
	}
	if got := len(parameters(m)); got != 4 {
		t.Errorf("got %d learned, want 4", got)
	}
	conditional := flow.RealNVP(flow.Arch{Dim: 2, Cond: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
	if got := len(conditional.Params()); got != 6 {
		t.Errorf("got %d parameters, want 2 layers' and the standardizer's", got)
	}
}
