package flow_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A flow fitted to a density known up to a constant: the banana again. Its
// importance weights give the constant.
func TestFitDensity(t *testing.T) {
	const logConstant = 7
	m := flow.RealNVP(flow.Arch{Dim: 2, Hidden: []int{32, 32}, Clip: -1}, rng.New(1))
	r, err := flow.FitDensity(background, m, func(y autodiff.Var) autodiff.Var {
		return bananaDensity(y).AddConst(logConstant - math.Log(4))
	}, &flow.Settings{Steps: 1500})
	if err != nil {
		t.Fatal(err)
	}
	if r.Loss+logConstant > 0.05 || r.Loss+logConstant < -0.05 {
		t.Errorf("got loss %v, want nearly −%v", r.Loss, logConstant)
	}
	var gap float64
	x := bananas(5000, 2)
	for i, lp := range m.LogProbs(nil, x) {
		gap += (logProber{}.LogProb(x.RawRowView(i)) - lp) / 5000
	}
	if gap > 0.1 {
		t.Errorf("got divergence %v from the banana, want nearly 0", gap)
	}
}

// The density that a model is fitted to stays as it is, though it has parameters of its own; of the
// model, those of a base that is no flow stay too.
func TestFitDensityTrainsItsModel(t *testing.T) {
	teacher := shake(flow.RealNVP(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{8}}, rng.New(1)), 2)
	before := bits(teacher)
	loc := autodiff.Learned(0.5)
	inner := flow.New(dist.NewNormal(2, loc, autodiff.Fixed(1)), bijector.NewScale(autodiff.Learned(1)))
	student := flow.New(inner, bijector.NewShift(autodiff.Learned(1)))
	for range 2 { // the second time, the parameters are in vectors
		if _, err := flow.FitDensity(background, student, teacher.LogDensity, &flow.Settings{Steps: 50}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(bits(teacher), before) {
			t.Error("the teacher has been trained")
		}
		if _, err := flow.Fit(background, teacher, flow.Rows(bananas(200, 1)), &flow.Settings{Steps: 1}); err != nil {
			t.Fatal(err)
		}
		before = bits(teacher)
	}
	if got := loc.Numbers()[0]; got != 0.5 {
		t.Errorf("got location %v of the base, want 0.5 still", got)
	}
	if scale, shift := inner.Map[0].(*bijector.Scale).By.Numbers()[0], student.Map[0].(*bijector.Shift).By.Numbers()[0]; scale == 1 || shift == 1 {
		t.Errorf("got scale %v and shift %v, want both trained", scale, shift)
	}
}

// One training serves for all contexts, with a conditional base or map, and with contexts from rows or
// a simulator.
func TestFitDensityGiven(t *testing.T) {
	target := func(y, c autodiff.Var) autodiff.Var { // y₁ ~ N(c₁ + 3, e^c₂), y₂ ~ N(y₁, 1/4)
		y1, y2 := y.Slice(0, 1), y.Slice(1, 2)
		c1, c2 := c.Slice(0, 1), c.Slice(1, 2)
		z := autodiff.Concat(y1.Sub(c1).AddConst(-3).Div(c2.MulConst(0.5).Exp()), y2.Sub(y1).MulConst(2))
		return z.StdNormalLogDensity().Sub(c2.MulConst(0.5)).AddConst(math.Ln2)
	}
	arch := flow.Arch{Dim: 2, Cond: 2, Layers: 4, Hidden: []int{32}, Activation: nn.Tanh}
	uniform := func(c *mat.Dense, src rand.Source) {
		r := rand.New(src)
		c.Apply(func(int, int, float64) float64 { return 2*r.Float64() - 1 }, c)
	}
	rows := mat.NewDense(500, 2, nil)
	uniform(rows, rng.New(1))
	for name, run := range map[string]func() (*flow.Transformed, *flow.Result, error){
		"rows": func() (*flow.Transformed, *flow.Result, error) {
			m := flow.RealNVP(arch, rng.New(1))
			r, err := flow.FitDensityGiven(background, m, flow.Rows(rows), target, &flow.Settings{Steps: 600})
			return m, r, err
		},
		"fresh, base": func() (*flow.Transformed, *flow.Result, error) {
			m := flow.New(flow.RealNVP(arch, rng.New(1)), bijector.NewShift(autodiff.Learned(0, 0)))
			r, err := flow.FitDensityGiven(background, m, flow.Fresh(2, uniform), target, &flow.Settings{Steps: 600})
			return m, r, err
		},
	} {
		m, r, err := run()
		if err != nil || !(math.Abs(r.Loss) < 0.05) {
			t.Errorf("%s: got divergence %v, %v, want nearly 0", name, r.Loss, err)
			continue
		}
		c := mat.NewDense(1, 2, []float64{-0.5, 0.7})
		x := mat.NewDense(20000, 2, nil)
		m.Given(c).Draw(x, rng.New(2))
		mean, variance := stat.MeanVariance(mat.Col(nil, 0, x), nil)
		if math.Abs(mean-2.5) > 0.15 || math.Abs(variance/math.Exp(0.7)-1) > 0.15 {
			t.Errorf("%s: got mean %v and variance %v given %v, want 2.5 and %v", name, mean, variance, c.RawRowView(0), math.Exp(0.7))
		}
	}
}
