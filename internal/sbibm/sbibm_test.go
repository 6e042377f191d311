package main

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/normflow/normflow/flow/sbi"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// run returns n observations of a simulator given θ.
func run(t *testing.T, s *sbi.Simulator, n int, theta ...float64) *mat.Dense {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	x := mat.NewDense(n, s.Dim, nil)
	for i := range n {
		if err := s.Run(theta, x.RawRowView(i), r); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

// moments compares mean and deviation of a column with what they are.
func moments(t *testing.T, what string, x []float64, mean, sd float64) {
	t.Helper()
	m, s := stat.MeanStdDev(x, nil)
	n := math.Sqrt(float64(len(x)))
	if math.Abs(m-mean) > 5*sd/n || math.Abs(s/sd-1) > 8/n {
		t.Errorf("%s: got mean %.4f and deviation %.4f, want %.4f and %.4f", what, m, s, mean, sd)
	}
}

func TestGaussianTasks(t *testing.T) {
	theta := []float64{1, -1, 0, 0.5, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}
	for _, s := range []*sbi.Simulator{gaussianLinear(), gaussianLinearUniform()} {
		x := run(t, s, 4000, theta...)
		for j, v := range theta {
			moments(t, "linear", mat.Col(nil, j, x), v, math.Sqrt(0.1))
		}
	}
	x := mat.Col(nil, 1, run(t, gaussianMixture(), 20000, 3, -7))
	moments(t, "mixture", x, -7, math.Sqrt(0.5*(1+0.01)))
	near := 0
	for _, v := range x {
		if math.Abs(v+7) < 0.1 {
			near++
		}
	}
	if share, want := float64(near)/20000, 0.5*0.6827+0.5*0.0797; math.Abs(share-want) > 0.02 {
		t.Errorf("mixture: got a share of %.3f within 0.1, want %.3f", share, want)
	}
	if lp := gaussianLinear().Prior.(interface{ LogProb([]float64) float64 }).LogProb(make([]float64, 10)); math.Abs(lp+5*math.Log(2*math.Pi*0.1)) > 1e-12 {
		t.Errorf("linear: got log p(0) = %v", lp)
	}
}

func TestTwoMoons(t *testing.T) {
	x := run(t, twoMoons(), 20000, 0.3, -0.5)
	shift := []float64{0.25 - 0.2/math.Sqrt2, -0.8 / math.Sqrt2}
	radius := make([]float64, 20000)
	for i := range radius {
		radius[i] = math.Hypot(x.At(i, 0)-shift[0], x.At(i, 1)-shift[1])
		if x.At(i, 0) < shift[0]-1e-12 {
			t.Fatalf("got %v, want the right half of the ring", x.RawRowView(i))
		}
	}
	moments(t, "radius", radius, 0.1, 0.01)
}

func TestSLCP(t *testing.T) {
	x := run(t, slcp(), 20000, 0.7, -2.9, -1, -0.9, 0.6)
	for k := range 4 {
		moments(t, "first", mat.Col(nil, 2*k, x), 0.7, 1)
		moments(t, "second", mat.Col(nil, 2*k+1, x), -2.9, 0.81)
		if c := stat.Correlation(mat.Col(nil, 2*k, x), mat.Col(nil, 2*k+1, x), nil); math.Abs(c-math.Tanh(0.6)) > 0.02 {
			t.Errorf("got correlation %.3f, want %.3f", c, math.Tanh(0.6))
		}
	}
	if c := stat.Correlation(mat.Col(nil, 0, x), mat.Col(nil, 2, x), nil); math.Abs(c) > 0.05 {
		t.Errorf("points are correlated by %.3f", c)
	}
}

// The sufficient statistic of the neuron is Xᵀy: its mean is Xᵀσ(Xθ).
func TestBernoulliGLM(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "bernoulli_glm"), 0o755); err != nil {
		t.Fatal(err)
	}
	design := "1,0.5,0,0,0,0,0,0,0,0\n1,-1,0.5,0,0,0,0,0,0,0\n1,2,-1,0.5,0,0,0,0,0,0\n"
	if err := os.WriteFile(filepath.Join(dir, "bernoulli_glm", "design_matrix.csv"), []byte(design), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := simulator(dir, "bernoulli_glm")
	if err != nil {
		t.Fatal(err)
	}
	x := run(t, s, 20000, 0.3, 1, -0.5, 0, 0, 0, 0, 0, 0, 0)
	σ := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	p := []float64{σ(0.8), σ(0.3 - 1 - 0.25), σ(0.3 + 2 + 0.5)}
	var mean, variance float64
	for i, w := range []float64{0.5, -1, 2} {
		mean += w * p[i]
		variance += w * w * p[i] * (1 - p[i])
	}
	moments(t, "first lag", mat.Col(nil, 1, x), mean, math.Sqrt(variance))
	// The prior's precision: of the offset ½, of a constant filter as its formula says.
	lp := s.Prior.(interface{ LogProb([]float64) float64 }).LogProb
	zero, offset, step := make([]float64, 10), make([]float64, 10), make([]float64, 10)
	offset[0], step[9] = 1, 1
	if d := lp(zero) - lp(offset); math.Abs(d-0.25) > 1e-9 {
		t.Errorf("offset: got a drop of %v, want 0.25", d)
	}
	last := 1 + math.Sqrt(8./9) // F's last column has this alone
	if d := lp(zero) - lp(step); math.Abs(d-last*last/2) > 1e-9 {
		t.Errorf("last lag: got a drop of %v, want %v", d, last*last/2)
	}
}

// Epidemic and predators without noise: known solutions.
func TestODE(t *testing.T) {
	var seen [][2]float64
	grow := func(y [2]float64) [2]float64 { return [2]float64{y[1], -y[0]} }
	if err := solve([2]float64{0, 1}, 2.5, 5, grow, func(y [2]float64) { seen = append(seen, y) }); err != nil {
		t.Fatal(err)
	}
	for k, y := range seen {
		if want := math.Sin(2.5 * float64(k)); math.Abs(y[0]-want) > 1e-6 {
			t.Errorf("got sin %v = %v, want %v", 2.5*float64(k), y[0], want)
		}
	}
	// In the beginning I grows like e^((β−γ)t); in the end log S falls by R₀·(1 − S).
	x := run(t, sir(), 400, 0.4, 0.2)
	if m := stat.Mean(mat.Col(nil, 0, x), nil); m > 0.1 {
		t.Errorf("got %v ill on the first day, want about 0.001", m)
	}
	i := math.Exp(0.2*34) / 1e6 * 1000
	if m := stat.Mean(mat.Col(nil, 2, x), nil); math.Abs(m-i) > 0.25 {
		t.Errorf("got %v ill on day 34, want about %v", m, i)
	}
	// hares and lynxes: α·log Y + γ·log X − βY − δX is constant
	lv := run(t, lotkaVolterra(), 4000, 0.7, 0.1, 0.9, 0.12)
	invariant := func(x, y float64) float64 { return 0.7*math.Log(y) + 0.9*math.Log(x) - 0.1*y - 0.12*x }
	var hares, lynxes [10]float64
	for k := range 10 {
		hares[k] = geometric(mat.Col(nil, k, lv))
		lynxes[k] = geometric(mat.Col(nil, 10+k, lv))
		if got, want := invariant(hares[k], lynxes[k]), invariant(30, 1); math.Abs(got-want) > 0.05 {
			t.Errorf("time %d: got the invariant %.3f, want %.3f", k, got, want)
		}
	}
	if math.Abs(hares[0]-30) > 0.2 || math.Abs(lynxes[0]-1) > 0.01 {
		t.Errorf("got %v hares and %v lynxes at first, want 30 and 1", hares[0], lynxes[0])
	}
}

// geometric is the geometric mean.
func geometric(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += math.Log(v)
	}
	return math.Exp(sum / float64(len(x)))
}

// A wrong task, a missing file are lines with an error; others go on.
func TestErrors(t *testing.T) {
	o := options{data: t.TempDir(), method: "best", rounds: 1}
	for _, c := range []struct{ task, budget, observation, want string }{
		{"three_moons", "10", "1", "want one of bernoulli_glm, gaussian_linear,"},
		{"two_moons", "x", "1", `got budget "x"`},
		{"two_moons", "10", "0", `got observation "0"`},
		{"two_moons", "10", "1", "observation.csv"},
		{"bernoulli_glm", "10", "1", "design_matrix.csv"},
	} {
		if err := o.measure(context.Background(), &line{Task: c.task}, c.budget, c.observation); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", c, err, c.want)
		}
	}
	o.rounds = 0
	if err := o.measure(context.Background(), &line{Task: "two_moons"}, "10", "1"); err == nil || !strings.Contains(err.Error(), "got 0 rounds") {
		t.Errorf("got %v, want an error about rounds", err)
	}
}

// Observations of a task and budget share a training, and a folder of models keeps it with what it took.
func TestModelShared(t *testing.T) {
	ctx, s, l := context.Background(), twoMoons(), &line{Task: "two_moons", Budget: 60}
	o := options{method: "npe", rounds: 1, models: t.TempDir()}
	first, err := o.model(ctx, s, l, nil)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := o.model(ctx, s, l, nil); second != first || err != nil {
		t.Errorf("got another model (error %v), want the one of before", err)
	}
	o.last = nil
	kept, err := o.model(ctx, s, l, nil)
	if err != nil {
		t.Fatal(err)
	}
	if kept == first || kept.nll != first.nll || kept.spent != first.spent {
		t.Errorf("got NLL %v, %v s from the folder, want %v and %v", kept.nll, kept.spent, first.nll, first.spent)
	}
	l.Budget = 50
	if other, err := o.model(ctx, s, l, nil); err != nil || other.name == kept.name {
		t.Errorf("got the model of another budget (error %v)", err)
	}
}
