package sbi_test

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow/sbi"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Ranks and coverage of a posterior that is right are uniform; of one that was learned of another noise they are not.
func TestCalibrate(t *testing.T) {
	s := normal(1)
	p := conjugate(t)
	c, err := p.Calibrate(context.Background(), s, 30, 20, 99)
	if err != nil {
		t.Fatal(err)
	}
	if c.Ranks.Columns[0].P < 0.001 || c.Coverage.Columns[0].P < 0.001 {
		t.Errorf("a right posterior is not calibrated:\n%v", c)
	}
	s.Run = func(theta, x []float64, r *rand.Rand) error {
		x[0] = theta[0] + 3*r.NormFloat64()
		return nil
	}
	if c, err = p.Calibrate(context.Background(), s, 30, 20, 99); err != nil || c.Coverage.Columns[0].P > 1e-3 {
		t.Errorf("a posterior that is too narrow is calibrated (%v):\n%v", err, c)
	}
}

// Sets and series become summaries: of twenty normal numbers their mean, of a wave its phase.
func TestSummaries(t *testing.T) {
	prior := dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(1))
	set := &sbi.Simulator{Prior: prior, Dim: 20, Set: 1, Run: func(theta, x []float64, r *rand.Rand) error {
		for j := range x {
			x[j] = 1000 + 100*(theta[0]+2*r.NormFloat64())
		}
		return nil
	}}
	series := &sbi.Simulator{Prior: prior, Dim: 24, Series: 2, Run: func(theta, x []float64, r *rand.Rand) error {
		for j := range 12 {
			x[2*j] = math.Sin(0.5*float64(j)+theta[0]) + 0.3*r.NormFloat64()
			x[2*j+1] = r.NormFloat64()
		}
		return nil
	}}
	for _, c := range []struct {
		name     string
		s        *sbi.Simulator
		sd, most float64 // of the exact posterior about, and allowed
	}{{"set", set, math.Sqrt(1 / 6.), 0.6}, {"series", series, 0.13, 0.35}} {
		p, _ := mustLearn(t, c.s, &sbi.Settings{Simulations: 1600, Budget: 1.4e10, Direct: true})
		sims, err := sbi.Simulate(context.Background(), c.s, 20, 5)
		if err != nil {
			t.Fatal(err)
		}
		draws := mustSample(t, p, sims.X, 100).Theta
		sum := 0.0
		for i := range 20 {
			for k := range 100 {
				sum += math.Pow(draws.At(100*i+k, 0)-sims.Theta.At(i, 0), 2) / 2000
			}
		}
		if got, least := math.Sqrt(sum/2), c.sd*0.5; got > c.most || got < least { // draws and truth are as far from the mean
			t.Errorf("%s: draws are %.3f from the truth, want about %.3f", c.name, got, c.sd)
		}
		var file bytes.Buffer
		if err := p.Save(&file); err != nil {
			t.Fatal(err)
		}
		again, err := sbi.Load(&file)
		if err != nil {
			t.Fatal(err)
		}
		if !mat.Equal(mustSample(t, again, sims.X, 100).Theta, draws) {
			t.Errorf("%s: draws differ after loading", c.name)
		}
	}
}

// Where p(θ | x) has three tenths of the breadth that the likelihood has, the walkers that leave its draws say so. At a quarter the
// effective size of its draws is below a hundredth, and another warning comes first.
func TestMissed(t *testing.T) {
	p := conjugate(t)
	x := mat.NewDense(1, 1, []float64{1}) // the posterior is N(1, 0.8), around 0 among unbounded numbers
	if o := mustSample(t, p, x, 2000).Observations[0]; o.Missed.Value > 0.02 || o.Missed.SE == 0 || strings.Contains(o.String(), "warning") {
		t.Errorf("got %v missed by a right posterior, %q", o.Missed, o.Warning)
	}
	narrow := *p
	narrow.Direct = p.Direct.Then(bijector.NewScale(autodiff.Fixed(0.3)))
	narrow.Powers = []float64{0, 1}
	if o := mustSample(t, &narrow, x, 2000).Observations[0]; o.Missed.Value < 0.05 || !strings.Contains(o.String(), "accepted\nwarning: p(θ | x) misses mass") {
		t.Errorf("got %v missed by a posterior that is too narrow, %q", o.Missed, o.Warning)
	}
}

// Where p(θ | x) is far from the likelihood, another proposal is found: draws are those of before, and the integral is known as well.
func TestFar(t *testing.T) {
	p := conjugate(t)
	right := *p
	right.Powers = []float64{0, 1}
	far := right
	far.Direct = p.Direct.Then(bijector.NewShift(autodiff.Fixed(2.5)))
	x := mat.NewDense(1, 1, []float64{1})
	const n = 4000
	want, got := mustSample(t, &right, x, n), mustSample(t, &far, x, n)
	if o := got.Observations[0]; o.Importance.ESS > 0.1*float64(o.Importance.N) || o.Moves > 3 {
		t.Errorf("got %v: want few draws of q to count, and three moves of what came after", o)
	}
	wantMean, wantSD := stat.MeanStdDev(mat.Col(nil, 0, want.Theta), nil)
	mean, sd := stat.MeanStdDev(mat.Col(nil, 0, got.Theta), nil)
	if se := wantSD * math.Sqrt(2./n); math.Abs(mean-wantMean) > 4*se || math.Abs(sd/wantSD-1) > 0.05 {
		t.Errorf("got draws of %.3f ± %.3f, want %.3f ± %.3f", mean, sd, wantMean, wantSD)
	}
	at := mat.NewDense(1, 1, []float64{wantMean})
	wantLog, _, err := right.LogProbs(at, []float64{1})
	if err != nil {
		t.Fatal(err)
	}
	log, w, err := far.LogProbs(at, []float64{1})
	if err != nil || w.LogZ.SE > 0.01 || math.Abs(log[0]-wantLog[0]) > 0.04 {
		t.Errorf("got log-density %.3f by %v (%v), want %.3f", log, w, err, wantLog)
	}
}
