package flow_test

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// A map at the data's end keeps samples and density inside.
func TestLearnMap(t *testing.T) {
	x := twoBlobs(200, 2, 1)
	x.Apply(func(_, _ int, v float64) float64 { return math.Exp(v) }, x)
	m, _ := mustLearn(t, flow.Rows(x), &flow.LearnSettings{Budget: little, Map: bijector.Exp{}})
	if lp := m.LogProb([]float64{-1, 1}); !math.IsInf(lp, -1) {
		t.Errorf("log p of a negative number is %v, want -Inf", lp)
	}
	plain, _ := mustLearn(t, flow.Rows(x), &flow.LearnSettings{Budget: little})
	if a, b := stat.Mean(m.LogProbs(nil, x), nil), stat.Mean(plain.LogProbs(nil, x), nil); a < b-0.1 {
		t.Errorf("log p is %v in the mean with the map, %v without", a, b)
	}
}

// Rows given a context: x = 3c + noise.
func TestLearnGiven(t *testing.T) {
	const n = 300
	r := rand.New(rand.NewPCG(1, 1))
	x, c := mat.NewDense(n, 1, nil), mat.NewDense(n, 1, nil)
	for i := range n {
		c.Set(i, 0, 1000*r.ExpFloat64())
		x.Set(i, 0, 3*c.At(i, 0)+r.NormFloat64())
	}
	m, report := mustLearn(t, flow.Rows(x).Given(c), &flow.LearnSettings{Budget: little})
	if m.CondDim() != 1 || report.Context != 1 {
		t.Fatalf("the model takes a context of %d columns, want 1", m.CondDim())
	}
	nll := -stat.Mean(m.Given(c).LogProbs(nil, x), nil)
	if nll > 1.7 {
		t.Errorf("NLL is %v, the truth's 1.42", nll)
	}
	if _, err := flow.Load(bytes.NewReader(bytesOf(t, m))); err != nil {
		t.Error(err)
	}
}

// Wild values in training leave the density of the others as it is.
func TestLearnRobust(t *testing.T) {
	clean, test := twoBlobs(400, 2, 1), twoBlobs(2000, 2, 2)
	wild := mat.DenseCopyOf(clean)
	for i := range 4 {
		wild.Set(100*i, i%2, 1e5*float64(i+1))
	}
	nll := func(x *mat.Dense, s flow.LearnSettings) float64 {
		s.Budget = little
		m, _ := mustLearn(t, flow.Rows(x), &s)
		return -stat.Mean(m.LogProbs(nil, test), nil)
	}
	want, got := nll(clean, flow.LearnSettings{}), nll(wild, flow.LearnSettings{Robust: true})
	if got > want+0.1 {
		t.Errorf("NLL of clean rows is %v, after clean training %v", got, want)
	}
}

// So do wrong rows and values that are not far out: those are told from others by their density.
func TestLearnRobustInside(t *testing.T) {
	clean, test := twoBlobs(400, 3, 1), twoBlobs(2000, 3, 2)
	dirty := mat.DenseCopyOf(clean)
	r := rand.New(rand.NewPCG(5, 5))
	for i := range 20 {
		dirty.SetRow(20*i, []float64{12*r.Float64() - 4, 12*r.Float64() - 4, 12*r.Float64() - 4})
		dirty.Set(20*i+7, i%3, 12+20*r.Float64())
	}
	nll := func(x *mat.Dense, s flow.LearnSettings) (float64, int) {
		s.Budget, s.Candidates = 2e10, flow.Candidates()[:3] // t, Gaussian and mixture
		m, r := mustLearn(t, flow.Rows(x), &s)
		return -stat.Mean(m.LogProbs(nil, test), nil), r.Trimmed
	}
	want, _ := nll(clean, flow.LearnSettings{})
	if got, trimmed := nll(dirty, flow.LearnSettings{Robust: true}); got > want+0.1 || trimmed < 25 || trimmed > 50 {
		t.Errorf("NLL of clean rows is %v, after clean training %v; %d rows left out, want nearly 40", got, want, trimmed)
	}
	if got, trimmed := nll(clean, flow.LearnSettings{Robust: true}); got > want+0.02 || trimmed > 4 {
		t.Errorf("NLL of clean rows is %v, without Robust %v; %d rows left out, want next to none", got, want, trimmed)
	}
}

// Wrong rows that are a plain cloud beside the others, of which a mixture makes a component, are told from these; heavy tails and a
// scale that depends on a column are not taken for a cloud.
func TestLearnRobustCloud(t *testing.T) {
	const n, d = 800, 8
	draw := func(n int, seed uint64, row func(r *rand.Rand, x []float64)) *mat.Dense {
		r := rand.New(rand.NewPCG(seed, 1))
		x := mat.NewDense(n, d, nil)
		for i := range n {
			row(r, x.RawRowView(i))
		}
		return x
	}
	student := func(r *rand.Rand, x []float64) {
		chi := 0.0
		for range 4 {
			chi += math.Pow(r.NormFloat64(), 2)
		}
		for j := range x {
			x[j] = r.NormFloat64() / math.Sqrt(chi/4)
			if j > 0 {
				x[j] += 0.8 * x[j-1]
			}
		}
	}
	scaled := func(r *rand.Rand, x []float64) {
		x[0] = r.NormFloat64()
		for j := range x[1:] {
			x[1+j] = 0.5*x[0] + math.Exp(0.5*x[0])*r.NormFloat64()
		}
	}
	learned := func(x *mat.Dense, robust bool) (*flow.Transformed, int) {
		m, r := mustLearn(t, flow.Rows(x), &flow.LearnSettings{Budget: 2e11, Robust: robust, Candidates: flow.Candidates()[:3]}) // t, Gaussian and mixture
		return m, r.Trimmed
	}
	for name, row := range map[string]func(r *rand.Rand, x []float64){"t": student, "scaled": scaled} {
		if _, trimmed := learned(draw(n, 1, row), true); trimmed > n/100 {
			t.Errorf("%s: %d of %d right rows left out", name, trimmed, n)
		}
	}
	clean, test := draw(n, 1, student), draw(4000, 2, student)
	dirty := mat.DenseCopyOf(clean)
	r := rand.New(rand.NewPCG(3, 3))
	for j := range d {
		mean, sd := stat.MeanStdDev(mat.Col(nil, j, clean), nil)
		for i := 0; i < n; i += 20 {
			dirty.Set(i, j, mean+sd*(2+2*r.NormFloat64()))
		}
	}
	right, _ := learned(clean, false)
	m, trimmed := learned(dirty, true)
	want, got := -stat.Mean(right.LogProbs(nil, test), nil), -stat.Mean(m.LogProbs(nil, test), nil)
	if got > want+0.02 || trimmed < 36 || trimmed > 44 {
		t.Errorf("NLL of clean rows is %v, after clean training %v; %d rows left out, want nearly 40", got, want, trimmed)
	}
}

// Rows that are wrong given their context are told, though neither is odd by itself.
func TestLearnRobustGiven(t *testing.T) {
	const n = 400
	r := rand.New(rand.NewPCG(1, 1))
	x, c := mat.NewDense(n, 1, nil), mat.NewDense(n, 1, nil)
	for i := range n {
		c.Set(i, 0, 10*r.NormFloat64())
		x.Set(i, 0, c.At(i, 0)+0.1*r.NormFloat64())
		if i%20 == 0 {
			x.Set(i, 0, 10*r.NormFloat64())
		}
	}
	_, report := mustLearn(t, flow.Rows(x).Given(c), &flow.LearnSettings{Budget: 5e9, Robust: true, Candidates: regressionAlone()})
	if report.Trimmed < 10 || report.Trimmed > 22 {
		t.Errorf("%d rows left out, want most of 20", report.Trimmed)
	}
}

func regressionAlone() (only []flow.Candidate) {
	for _, c := range flow.Candidates() {
		if c.Name == "regression" {
			only = append(only, c)
		}
	}
	return only
}

// A single flow is one model, not a mixture of candidates.
func TestLearnSingle(t *testing.T) {
	_, report := mustLearn(t, flow.Rows(twoBlobs(300, 2, 1)), &flow.LearnSettings{Budget: little, Single: true})
	used := 0
	for _, p := range report.Parts {
		if p.Weight > 0 {
			used++
		}
	}
	if used != 1 {
		t.Errorf("got %d candidates in the model, want 1:\n%s", used, report)
	}
}

// A candidate of one's own.
func TestLearnCandidate(t *testing.T) {
	own := flow.Candidate{Name: "own", Fit: func(_ context.Context, f *flow.Fold) (*flow.Transformed, error) {
		_, d := f.X.Dims()
		return flow.New(dist.NewNormal(d, autodiff.Fixed(0), autodiff.Fixed(1))), nil
	}}
	m, report := mustLearn(t, flow.Rows(twoBlobs(50, 2, 1)), &flow.LearnSettings{Candidates: []flow.Candidate{own}})
	if report.Parts[0].Weight != 1 || m.Dim() != 2 {
		t.Errorf("got %s", report)
	}
}

// Rows of weight 0 are as if they were not there, and weights move the density.
func TestLearnWeighted(t *testing.T) {
	x := twoBlobs(200, 2, 1)
	w := make([]float64, 200)
	for i := range w {
		if x.At(i, 0)+x.At(i, 1) < 4 {
			w[i] = 1
		}
	}
	m, _ := mustLearn(t, flow.Rows(x).Weighted(w), &flow.LearnSettings{Budget: little})
	if in, out := m.LogProb([]float64{0, 0}), m.LogProb([]float64{4, 4}); in < out+4 {
		t.Errorf("log p is %v in the cluster with weights, %v in the one without", in, out)
	}
	for i := range w {
		w[i]++
	}
	m, _ = mustLearn(t, flow.Rows(x).Weighted(w), &flow.LearnSettings{Budget: little})
	if in, out := m.LogProb([]float64{0, 0}), m.LogProb([]float64{4, 4}); math.Abs(in-out-math.Log(2)) > 0.5 {
		t.Errorf("log p is %v in the cluster with double weights, %v in the other, want %v apart", in, out, math.Log(2))
	}
}
