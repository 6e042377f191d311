package flow_test

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

func small(cond int, seed uint64) *flow.Transformed {
	return flow.NSF(flow.Arch{Dim: 2, Cond: cond, Layers: 2, Hidden: []int{16}}, rng.New(seed))
}

// conditionals are models whose base depends on a context of two columns.
func conditionals() map[string]*flow.Transformed {
	made := dist.NewMADE(masked.Spec{Dim: 2, Hidden: []int{16}, Cond: 2, Act: nn.Tanh}, dist.MixtureHead{Components: 3}, rng.New(3))
	wide := dist.NewNormal(2, autodiff.Fixed(0), autodiff.Fixed(4))
	return map[string]*flow.Transformed{
		"MADE":            flow.New(made, bijector.NewStandardizer(2)),
		"flow":            flow.New(shake(small(2, 1), 2), bijector.NewStandardizer(2)),
		"mixture":         flow.New(dist.NewMixture(dist.FixedWeights(1, 2, 1), shake(small(2, 1), 2), flow.New(made), wide)),
		"joint":           flow.New(dist.NewJoint(shake(small(2, 1), 2), wide)),
		"base and map":    flow.New(made, small(2, 4).Map...),
		"mixture, learnt": flow.New(dist.NewMixture(dist.LearnedWeights(1, 3), small(2, 6), dist.NewMixture(dist.FixedWeights(1, 1), made, wide))),
	}
}

// The context reaches the base, whatever that is made of: row by row, by numbers and on a
// tape, in scores, samples and files.
func TestConditionalBases(t *testing.T) {
	c := normal(40, 2, 7)
	for name, m := range conditionals() {
		t.Run(name, func(t *testing.T) {
			if got := m.CondDim(); got != 2 {
				t.Fatalf("got context width %d, want 2", got)
			}
			mustPanic(t, "context", func() { m.LogProb(make([]float64, m.Dim())) })
			mustPanic(t, "context", func() { m.Draw(mat.NewDense(3, m.Dim(), nil), rng.New(1)) })
			x := mat.NewDense(40, m.Dim(), nil)
			m.Given(c).Draw(x, rng.New(8))
			lp := m.Given(c).LogProbs(nil, x)
			tape := autodiff.NewTape()
			onTape := m.LogDensityGiven(tape.Matrix(x), tape.Matrix(c)).Data()
			for i, want := range lp {
				one := m.Given(c.Slice(i, i+1, 0, 2))
				if got := one.LogProb(x.RawRowView(i)); got != want || onTape[i] != want {
					t.Errorf("row %d: got log p %v alone and %v on a tape, want %v", i, got, onTape[i], want)
				}
			}
			again := mat.NewDense(40, m.Dim(), nil)
			for i, got := range m.Given(c).WithSource(rng.New(8)).SampleLogProbs(again, nil) {
				if !(math.Abs(got-lp[i]) < 1e-9) {
					t.Errorf("row %d: got log p %v with the sample, want %v", i, got, lp[i])
				}
			}
			var file bytes.Buffer
			if err := m.Save(&file); err != nil {
				t.Fatal(err)
			}
			loaded, err := flow.Load(&file)
			if err != nil {
				t.Fatal(err)
			}
			if got := loaded.Given(c).LogProbs(nil, x); loaded.CondDim() != 2 || !slices.Equal(got, lp) {
				t.Errorf("got context width %d and log p %v from a file, want 2 and %v", loaded.CondDim(), got, lp)
			}
		})
	}
}

// Samples are of the density: their mean and that by a sum over a grid agree.
func TestConditionalMixtureDraws(t *testing.T) {
	c := mat.NewDense(1, 2, []float64{0.5, -1})
	p := conditionals()["mixture"].Given(c)
	x := mat.NewDense(40000, 2, nil)
	p.Draw(x, rng.New(1))
	var grid mat.Dense
	const n, h = 300, 0.15
	grid.ReuseAs(n*n, 2)
	for i := range n * n {
		grid.SetRow(i, []float64{h * float64(i%n-n/2), h * float64(i/n-n/2)})
	}
	var mass, mean, sampled float64
	for i, lp := range p.LogProbs(nil, &grid) {
		mass += math.Exp(lp) * h * h
		mean += math.Exp(lp) * h * h * grid.At(i, 0)
	}
	for i := range 40000 {
		sampled += x.At(i, 0) / 40000
	}
	if math.Abs(mass-1) > 1e-2 || math.Abs(mean-sampled) > 0.05 {
		t.Errorf("got mass %v and mean %v of the density, %v of samples, want 1 and equal means", mass, mean, sampled)
	}
}

// A conditional base learns.
func TestFitConditionalBases(t *testing.T) {
	c := normal(2000, 2, 7)
	x := normal(2000, 2, 8)
	for i := range 2000 {
		x.Set(i, 0, 100+0.1*x.At(i, 0)+c.At(i, 0))
		x.Set(i, 1, 0.5*x.At(i, 1)-c.At(i, 1))
	}
	entropy := math.Log(2*math.Pi*math.E) + math.Log(0.1*0.5)
	for name, m := range conditionals() {
		if m.Dim() != 2 || name == "mixture" { // whose wide part is fixed
			continue
		}
		if name == "mixture, learnt" {
			m = m.Then(bijector.NewStandardizer(2))
		}
		r, err := flow.Fit(context.Background(), m, flow.Rows(x).Given(c), &flow.Settings{Steps: 1500, Schedule: fast})
		if err != nil || r.Loss > entropy+0.25 { // without the context it is at least 2.5 more
			t.Errorf("%s: got NLL %v, %v, want nearly %v", name, r.Loss, err, entropy)
		}
	}
}

// Flows that are parts of a model start from the data as one alone does.
func TestPartsInitialize(t *testing.T) {
	x := bananas(1000, 1)
	for i := range 1000 {
		x.SetRow(i, []float64{1e4 + 100*x.At(i, 0), -3e3 + 20*x.At(i, 1)})
	}
	s := &flow.Settings{Steps: 300}
	one := small(0, 1)
	want, err := flow.Fit(context.Background(), one, flow.Rows(x), s)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*flow.Transformed{
		"Mixture":  flow.New(dist.NewMixture(dist.LearnedWeights(1, 1), small(0, 1), small(0, 2))),
		"Identity": flow.New(small(0, 1), bijector.Identity{}),
		"map":      flow.New(dist.NewMixture(dist.FixedWeights(1, 1), small(0, 1), small(0, 2)), bijector.NewShift(autodiff.Fixed(500))),
		"Joint": flow.New(dist.NewJoint(dist.NewStdNormal(2), small(0, 1)), bijector.NewBlockwise(
			bijector.Block{B: bijector.NewStandardizer(2), In: 2}, bijector.Block{B: bijector.Identity{}, In: 2})),
	} {
		data, more := x, 0.0
		if name == "Joint" {
			data, more = mat.NewDense(1000, 4, nil), math.Log(2*math.Pi*math.E)
			data.Augment(normal(1000, 2, 5), x)
		}
		r, err := flow.Fit(context.Background(), m, flow.Rows(data), s)
		if err != nil || math.Abs(r.Loss-more-want.Loss) > 0.3 {
			t.Errorf("%s: got NLL %v, %v, want nearly %v", name, r.Loss-more, err, want.Loss)
		}
	}
}

// Running statistics move in a flow that is a part, too.
func TestPartsObserve(t *testing.T) {
	norm := bijector.NewBatchNorm(2)
	inner := flow.New(dist.NewStdNormal(2), bijector.NewScale(autodiff.Learned(1)), norm)
	m := flow.New(dist.NewMixture(dist.FixedWeights(1, 1), inner, dist.NewStdNormal(2)), bijector.NewShift(autodiff.Fixed(3)))
	x := bananas(1000, 1)
	if _, err := flow.Fit(context.Background(), m, flow.Rows(x), &flow.Settings{Steps: 5, Validation: -1}); err != nil {
		t.Fatal(err)
	}
	first := slices.Clone(norm.Mean.Data())
	if _, err := flow.Fit(context.Background(), m, flow.Rows(x), &flow.Settings{Steps: 5, Validation: -1}); err != nil {
		t.Fatal(err)
	}
	if !norm.Initialized || slices.Equal(first, norm.Mean.Data()) {
		t.Errorf("got means %v after 5 steps and %v after 10, want them to move", first, norm.Mean.Data())
	}
}

// A model with a part that is bound to a context cannot be saved as if it were not.
func TestSaveBoundPart(t *testing.T) {
	m := flow.New(dist.NewMixture(dist.FixedWeights(1, 1), small(2, 1).Given(normal(1, 2, 1)), dist.NewStdNormal(2)))
	wantError(t, m.Save(new(bytes.Buffer)), "bound to a context")
}

// Rows outside of a part's support, or so far that it has no weight, have the density and the gradients
// that the other parts give them.
func TestMixtureSupport(t *testing.T) {
	scale, loc := autodiff.Learned(1.5), autodiff.Learned(0.5)
	positive := flow.New(dist.NewStdNormal(1), bijector.NewScale(scale), bijector.Exp{})
	whole := flow.New(dist.NewNormal(1, loc, autodiff.Fixed(1)))
	m := flow.New(dist.NewMixture(dist.LearnedWeights(1, 3), positive, whole))
	rows := []float64{2, -1, 0.3, -3, -30, 30}
	for i, lp := range m.LogProbs(nil, mat.NewDense(6, 1, rows)) {
		want := math.Log(0.75) + whole.LogProb(rows[i:i+1])
		if rows[i] > 0 {
			want = math.Log(math.Exp(want) + 0.25*math.Exp(positive.LogProb(rows[i:i+1])))
		}
		if !(math.Abs(lp-want) < 1e-12*(1+math.Abs(want))) {
			t.Errorf("row %v: got log p %v, want %v", rows[i], lp, want)
		}
	}
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return m.LogDensity(x[0]) }, mat.NewDense(6, 1, rows))
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return m.LogDensity(x[0]) }, mat.NewDense(2, 1, []float64{-1, -2}))
	c := mat.NewDense(6, 2, nil)
	c.Copy(normal(6, 2, 1))
	given := flow.New(dist.NewMixture(dist.LearnedWeights(1, 3), shake(flow.RealNVP(flow.Arch{Dim: 1, Cond: 2, Hidden: []int{4}, Activation: nn.Tanh}, rng.New(1)), 2).Then(bijector.Exp{}), whole))
	gradtest.Check(t, func(x ...autodiff.Var) autodiff.Var { return given.LogDensityGiven(x[0], x[1]) }, mat.NewDense(6, 1, rows), c)
}

// narrowed gives its part the first two of three columns of context: a composite of one's own.
type narrowed struct{ *flow.Transformed }

func (narrowed) CondDim() int { return 3 }

func (n narrowed) LogDensityGiven(x, c autodiff.Var) autodiff.Var {
	return n.Transformed.LogDensityGiven(x, c.Slice(0, 2))
}

func (n narrowed) DrawGiven(batch *mat.Dense, c mat.Matrix, src rand.Source) {
	n.Transformed.DrawGiven(batch, mat.DenseCopyOf(c).Slice(0, c.(*mat.Dense).RawMatrix().Rows, 0, 2), src)
}

func (n narrowed) Walk(x, c autodiff.Var, visit func(part dist.Distribution, x, c autodiff.Var)) {
	if c != (autodiff.Var{}) {
		c = c.Slice(0, 2)
	}
	visit(n.Transformed, x, c)
}

// A part starts from the data given what it sees of the context.
func TestWalkContext(t *testing.T) {
	m := flow.New(dist.NewMixture(dist.FixedWeights(1, 1), narrowed{small(2, 1)}, narrowed{small(2, 2)}))
	x, c := normal(500, 2, 1), normal(500, 3, 2)
	x.Apply(func(_, _ int, v float64) float64 { return 1e4 + 100*v }, x)
	r, err := flow.Fit(context.Background(), m, flow.Rows(x).Given(c), &flow.Settings{Steps: 20})
	if want := math.Log(2*math.Pi*math.E) + 2*math.Log(100); err != nil || !(math.Abs(r.Loss-want) < 0.5) {
		t.Errorf("got NLL %v, %v, want nearly %v", r.Loss, err, want)
	}
	m.Given(c).Draw(x, rng.New(1))
	if mean := mat.Sum(x) / 1000; math.Abs(mean-1e4) > 50 {
		t.Errorf("got mean %v of samples, want nearly 10000", mean)
	}
}
