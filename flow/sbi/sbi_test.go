package sbi_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/sbi"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

const little = 1e9 // a budget of training for tests

// normal has θ ~ N(1, 2²) and x ~ N(θ, 1) in each of d columns: the posterior is N(0.2 + 0.8·x, 0.8).
func normal(d int) *sbi.Simulator {
	return &sbi.Simulator{Prior: dist.NewNormal(d, autodiff.Fixed(1), autodiff.Fixed(2)), Dim: d, Run: func(theta, x []float64, r *rand.Rand) error {
		for j, v := range theta {
			x[j] = v + r.NormFloat64()
		}
		return nil
	}}
}

func mustLearn(t *testing.T, s *sbi.Simulator, c *sbi.Settings) (*sbi.Posterior, *sbi.Report) {
	t.Helper()
	p, r, err := sbi.Learn(context.Background(), s, c)
	if err != nil {
		t.Fatal(err)
	}
	return p, r
}

// conjugate is the posterior of normal(1), learned once.
func conjugate(t *testing.T) *sbi.Posterior {
	t.Helper()
	p, err := learnConjugate()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var learnConjugate = sync.OnceValues(func() (*sbi.Posterior, error) {
	p, _, err := sbi.Learn(context.Background(), normal(1), &sbi.Settings{Simulations: 1600, Budget: little})
	return p, err
})

func mustSample(t *testing.T, p *sbi.Posterior, x *mat.Dense, n int) *sbi.Samples {
	t.Helper()
	s, err := p.Sample(context.Background(), x, n, 1)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A posterior that is known: draws have its moments, the density is its, for each of several observations.
func TestConjugate(t *testing.T) {
	p, r := mustLearn(t, normal(2), &sbi.Settings{Simulations: 1600, Budget: little, Seed: 1})
	x := mat.NewDense(3, 2, []float64{0, 1, 3, -2, 1, 6})
	const n = 1000
	s := mustSample(t, p, x, n)
	if rows, cols := s.Theta.Dims(); rows != 3*n || cols != 2 || len(s.Observations) != 3 {
		t.Fatalf("got %d×%d draws, want %d×2", rows, cols, 3*n)
	}
	for i := range 3 {
		part := s.Theta.Slice(i*n, (i+1)*n, 0, 2)
		for j := range 2 {
			mean, sd := stat.MeanStdDev(mat.Col(nil, j, part), nil)
			if want := 0.2 + 0.8*x.At(i, j); math.Abs(mean-want) > 0.25 || math.Abs(sd-math.Sqrt(0.8)) > 0.12 {
				t.Errorf("observation %d, column %d: got mean %.3f and deviation %.3f, want %.3f and %.3f\n%v", i, j, mean, sd, want, math.Sqrt(0.8), r)
			}
		}
	}
	theta := mat.NewDense(1, 2, []float64{0.4, 0.9})
	lp, w, err := p.LogProbs(theta, []float64{0, 1})
	want := -math.Log(2*math.Pi*0.8) - (0.2*0.2+0.1*0.1)/1.6
	if err != nil || math.Abs(lp[0]-want) > 0.2 || w == nil {
		t.Errorf("got log-density %v (%v), want %v", lp, err, want)
	}
	if truth := math.Log(2*math.Pi*0.8) + 1; math.Abs(r.NLL-truth) > 0.3 {
		t.Errorf("got NLL %v, want the entropy %v and little more\n%v", r.NLL, truth, r)
	}
}

// Rounds for one observation: simulations go where its posterior is, and this is right.
func TestRounds(t *testing.T) {
	s := normal(1)
	s.Prior = dist.NewNormal(1, autodiff.Fixed(1), autodiff.Fixed(50))
	run, near := s.Run, atomic.Int64{}
	s.Run = func(theta, x []float64, r *rand.Rand) error {
		if math.Abs(theta[0]-7) < 10 {
			near.Add(1)
		}
		return run(theta, x, r)
	}
	p, r := mustLearn(t, s, &sbi.Settings{Simulations: 900, Budget: little, Observation: []float64{7}, Rounds: 3})
	if r.Simulations != 900 || near.Load() < 600 {
		t.Errorf("got %d of %d simulations near the posterior, want those of two rounds", near.Load(), r.Simulations)
	}
	mean, sd := stat.MeanStdDev(mat.Col(nil, 0, mustSample(t, p, mat.NewDense(1, 1, []float64{7}), 1000).Theta), nil)
	if math.Abs(mean-7) > 0.25 || math.Abs(sd-1) > 0.2 {
		t.Errorf("got mean %.3f and deviation %.3f, want 7 and 1\n%v", mean, sd, r)
	}
	for _, bad := range [][]float64{{1, 2}, {math.Inf(1)}} {
		if _, _, err := sbi.Learn(context.Background(), s, &sbi.Settings{Observation: bad}); err == nil {
			t.Errorf("observation %v: got no error", bad)
		}
	}
}

// bounded has a uniform prior, and observations at its edges.
func bounded() *sbi.Simulator {
	return &sbi.Simulator{Prior: dist.NewUniform(2, autodiff.Fixed(-1, 3), autodiff.Fixed(1, 3.5)), Dim: 2, Run: func(theta, x []float64, r *rand.Rand) error {
		x[0] = math.Exp(theta[0] + 0.5*r.NormFloat64())
		x[1] = math.Round(1000 * (theta[1] + 0.2*r.NormFloat64()))
		return nil
	}}
}

// No draw leaves the prior's support, whatever the observation, and there is no density outside.
func TestSupport(t *testing.T) {
	p, _ := mustLearn(t, bounded(), &sbi.Settings{Simulations: 1600, Budget: little})
	x := mat.NewDense(4, 2, []float64{1, 3200, 50, 4000, 0.01, 2000, 1e9, -1e9})
	for i, n := 0, 0; i < 4; i++ {
		s := mustSample(t, p, mat.DenseCopyOf(x.Slice(i, i+1, 0, 2)), 200)
		for k := range 200 {
			if v := s.Theta.RawRowView(k); !(v[0] > -1 && v[0] < 1 && v[1] > 3 && v[1] < 3.5) {
				n++
				t.Errorf("observation %d: draw %d is %v, outside of the prior's support", i, k, v)
			}
		}
		if n > 5 {
			break
		}
	}
	lp, _, err := p.LogProbs(mat.NewDense(3, 2, []float64{-1.1, 3.2, 0, 3.2, math.NaN(), 3}), []float64{1, 3200})
	if err != nil || !math.IsInf(lp[0], -1) || math.IsInf(lp[1], 0) || !math.IsNaN(lp[2]) {
		t.Errorf("got log-densities %v (%v), want -Inf, a number, NaN", lp, err)
	}
}

// Priors of all shapes: shares that sum to one beside a positive and a normal number.
func TestPriors(t *testing.T) {
	joint, err := dist.NewCovarianceNormal(autodiff.Fixed(1, -1), mat.NewSymDense(2, []float64{4, 1, 1, 1}))
	if err != nil {
		t.Fatal(err)
	}
	for name, prior := range map[string]dist.Distribution{
		"shares": dist.NewJoint(dist.NewDirichlet(3, autodiff.Fixed(2)), dist.NewGamma(1, autodiff.Fixed(2), autodiff.Fixed(0.1))),
		"mixed":  dist.NewJoint(dist.NewLogNormal(1, autodiff.Fixed(3), autodiff.Fixed(0.5)), joint, dist.NewBeta(1, autodiff.Fixed(2), autodiff.Fixed(3))),
	} {
		d := prior.Dim()
		s := &sbi.Simulator{Prior: prior, Dim: d, Run: func(theta, x []float64, r *rand.Rand) error {
			for j, v := range theta {
				x[j] = v * (1 + 0.1*r.NormFloat64())
			}
			return nil
		}}
		p, r := mustLearn(t, s, &sbi.Settings{Simulations: 1500, Budget: little})
		sims, err := sbi.Simulate(context.Background(), s, 2, 3)
		if err != nil {
			t.Fatal(err)
		}
		draws := mustSample(t, p, sims.X, 100).Theta
		for i := range 200 {
			if lp := dist.LogProb(prior, draws.RawRowView(i)); math.IsInf(lp, 0) || math.IsNaN(lp) {
				t.Fatalf("%s: draw %v has prior log-density %v\n%v", name, draws.RawRowView(i), lp, r)
			}
		}
		if lp, _, err := p.LogProbs(sims.Theta, sims.X.RawRowView(0)); err != nil || math.IsNaN(lp[0]-lp[0]) {
			t.Errorf("%s: got log-densities %v (%v)", name, lp, err)
		}
	}
}

// Simulations that fail are counted, and what is learned is the posterior of the others.
func TestFailures(t *testing.T) {
	s := normal(1)
	run := s.Run
	s.Run = func(theta, x []float64, r *rand.Rand) error {
		if theta[0] > 2 { // three in ten
			x[0] = math.NaN()
			return nil
		}
		if r.IntN(50) == 0 {
			return errors.New("out of luck")
		}
		return run(theta, x, r)
	}
	p, r := mustLearn(t, s, &sbi.Settings{Simulations: 1600, Budget: little})
	if r.Failed < 400 || r.Failed > 660 || r.Simulations+r.Failed != 1600 || !strings.Contains(r.String(), "that failed, the first with parameters [") {
		t.Errorf("got %d failures of %d, want about 530:\n%v", r.Failed, r.Failed+r.Simulations, r)
	}
	// given x = 2 the posterior is N(1.8, 0.8) below 2: its mean is 1.8 − 0.894·φ(a)/Φ(a), a = 0.2236
	a := 0.2 / math.Sqrt(0.8)
	want := 1.8 - math.Sqrt(0.8)*math.Exp(-a*a/2)/math.Sqrt(2*math.Pi)/(0.5*math.Erfc(-a/math.Sqrt2))
	draws := mat.Col(nil, 0, mustSample(t, p, mat.NewDense(1, 1, []float64{2}), 2000).Theta)
	if mean := stat.Mean(draws, nil); math.Abs(mean-want) > 0.15 {
		t.Errorf("got mean %.3f, want %.3f\n%v", mean, want, r)
	}

	s.Run = func(_, _ []float64, _ *rand.Rand) error { return errors.New("never") }
	if _, _, err := sbi.Learn(context.Background(), s, nil); err == nil || !strings.Contains(err.Error(), "all 10000 simulations failed, the first with parameters") {
		t.Errorf("got error %v, want that all failed", err)
	}
}

// A context that is done ends simulations, learning and sampling.
func TestCancelled(t *testing.T) {
	s := normal(1)
	p := conjugate(t)
	ctx, cancel := context.WithCancel(context.Background())
	run := s.Run
	s.Run = func(theta, x []float64, r *rand.Rand) error {
		cancel()
		return run(theta, x, r)
	}
	if _, err := sbi.Simulate(ctx, s, 1000, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if _, _, err := sbi.Learn(ctx, s, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if _, err := p.Sample(ctx, mat.NewDense(1, 1, nil), 10, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// The same seed gives the same bits on any number of cores, and after saving and loading.
func TestSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	settings := &sbi.Settings{Simulations: 100, Budget: little, Seed: 7}
	x := mat.NewDense(2, 2, []float64{1, 3100, 2, 3400})
	one, _ := mustLearn(t, bounded(), settings)
	runtime.GOMAXPROCS(2)
	two, _ := mustLearn(t, bounded(), settings)
	var file, other bytes.Buffer
	if err := errors.Join(one.Save(&file), two.Save(&other)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file.Bytes(), other.Bytes()) {
		t.Error("two cores give another posterior than one")
	}
	want := mustSample(t, two, x, 20).Theta
	runtime.GOMAXPROCS(1)
	loaded, err := sbi.Load(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got := mustSample(t, loaded, x, 20).Theta; !mat.Equal(got, want) {
		t.Error("draws differ after saving and loading, on one core and two")
	}
	m, err := flow.Load(bytes.NewReader(file.Bytes()))
	if err != nil || m.CondDim() != 2 || m.Dim() != 2 {
		t.Errorf("got %v (%v) by flow.Load, want a flow given observations", m, err)
	}
	plain := flow.New(dist.NewStdNormal(1))
	file.Reset()
	if err := plain.Save(&file); err != nil {
		t.Fatal(err)
	}
	if _, err := sbi.Load(&file); err == nil || !strings.Contains(err.Error(), "no posterior") {
		t.Errorf("got %v, want that a plain flow is no posterior", err)
	}
}

// Refusals say what was wrong.
func TestRefuses(t *testing.T) {
	p, _ := mustLearn(t, normal(1), &sbi.Settings{Simulations: 60, Budget: little, Direct: true})
	if _, err := p.Sample(context.Background(), mat.NewDense(2, 1, []float64{1, math.NaN()}), 5, 1); err == nil || !strings.Contains(err.Error(), "observation 1: observation, column 0: got NaN") {
		t.Errorf("got %v, want an error that names the number", err)
	}
	if _, _, err := sbi.Learn(context.Background(), normal(1), &sbi.Settings{Simulations: -1}); err == nil || !strings.Contains(err.Error(), "Settings.Simulations -1") {
		t.Errorf("got %v, want an error", err)
	}
	discrete := normal(1)
	discrete.Prior = dist.NewPoisson(1, autodiff.Fixed(3))
	if _, _, err := sbi.Learn(context.Background(), discrete, &sbi.Settings{Simulations: 50}); err == nil || !strings.Contains(err.Error(), "lattice") {
		t.Errorf("got %v, want that a prior of whole numbers has no map", err)
	}
	defer func() {
		if r := recover(); r == nil || !strings.Contains(r.(string), "want all three") {
			t.Errorf("got %v, want a panic", r)
		}
	}()
	sbi.Learn(context.Background(), &sbi.Simulator{}, nil)
}
