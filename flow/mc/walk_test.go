package mc_test

import (
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/mc"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/samplemv"
)

func normals(n, d int, scale float64, seed uint64) *mat.Dense {
	x := mat.NewDense(n, d, nil)
	dist.NewNormal(d, autodiff.Fixed(0), autodiff.Fixed(scale)).Draw(x, rng.New(seed))
	return x
}

// correlated is a normal density of means 5 and −3·10⁻⁴, deviations 100 and 10⁻³ and correlation 0.99.
func correlated(x []float64) float64 {
	a, b := (x[0]-5)/100, (x[1]+3e-4)/1e-3
	return 1e4 - (a*a-2*0.99*a*b+b*b)/2/(1-0.99*0.99)
}

// Walkers find mass and scales by themselves, with and without a flow.
func TestWalk(t *testing.T) {
	near := flow.New(dist.NewStdNormal(2), bijector.NewScale(autodiff.Fixed(150, 1.5e-3)))
	for name, s := range map[string]*mc.WalkSettings{
		"alone":       {Steps: 2000},
		"with a flow": {Flow: near, Steps: 2000},
		"with a flow whose base is not normal": {Steps: 2000, Flow: flow.New(
			dist.NewStudentT(2, autodiff.Fixed(5), autodiff.Fixed(0), autodiff.Fixed(1)), bijector.NewScale(autodiff.Fixed(150, 1.5e-3)))},
	} {
		c, err := mc.Walk(background, mc.Func(correlated), normals(40, 2, 1, 1), s)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Warnings) > 0 || c.LogProb[7] != correlated(c.X.RawRowView(7)) {
			t.Errorf("%s: got %v", name, c)
		}
		for j, want := range [][2]float64{{5, 100}, {-3e-4, 1e-3}} {
			mean, sd := stat.MeanStdDev(mat.Col(nil, j, c.X), nil)
			if se := want[1] / math.Sqrt(c.ESS[j]); math.Abs(mean-want[0]) > 4*se || math.Abs(sd/want[1]-1) > 0.1 {
				t.Errorf("%s: column %d: got mean %v and deviation %v, want %v; %v", name, j, mean, sd, want, c)
			}
		}
	}
}

func TestWalkErrors(t *testing.T) {
	start := normals(20, 2, 1, 1)
	for want, f := range map[string]mc.Func{
		"does not depend": func([]float64) float64 { return 3 },
		"target is 0":     func([]float64) float64 { return math.NaN() },
	} {
		if _, err := mc.Walk(background, f, start, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
	// two modes that no difference joins at first
	apart := mc.Func(func(x []float64) float64 { return -50 * math.Pow(math.Abs(x[0])-1e3, 2) })
	far := mat.NewDense(20, 1, nil)
	for i := range 20 {
		far.Set(i, 0, 1e3*float64(1-2*(i%2))+0.01*float64(i))
	}
	c, err := mc.Walk(background, apart, far, &mc.WalkSettings{BurnIn: 4, Steps: 40, Thin: 1})
	if err != nil || !strings.Contains(c.String(), "do not agree") {
		t.Errorf("got %v, %v, want a warning that the chains do not agree", c, err)
	}
}

// gonum's sampler with both proposals: the density of steps is that of their draws.
func TestProposals(t *testing.T) {
	m := flow.New(dist.NewStdNormal(1), bijector.NewScale(autodiff.Fixed(0.5)), bijector.Exp{}).WithSource(rng.New(1))
	target := logProber(func(x []float64) float64 { return 2*math.Log(x[0]) - x[0] }) // Gamma(3, 1)
	for name, p := range map[string]samplemv.MHProposal{
		"independent": mc.Independent{Flow: m}, "preconditioned": mc.NewPreconditioned(m, 0.8, rng.New(2)),
	} {
		batch := mat.NewDense(20000, 1, nil)
		samplemv.MetropolisHastingser{Initial: []float64{1}, Target: target, Proposal: p, Src: rng.New(3), BurnIn: 100, Rate: 5}.Sample(batch)
		if mean := stat.Mean(mat.Col(nil, 0, batch), nil); math.Abs(mean-3) > 0.15 {
			t.Errorf("%s: got mean %v, want 3", name, mean)
		}
	}
}

type logProber func(x []float64) float64

func (f logProber) LogProb(x []float64) float64 {
	if x[0] <= 0 {
		return math.Inf(-1)
	}
	return f(x)
}
