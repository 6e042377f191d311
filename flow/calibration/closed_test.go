package calibration_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

func near(t *testing.T, what string, got calibration.Estimate, want float64) {
	t.Helper()
	if !(math.Abs(got.Value-want) <= 4*got.SE+1e-12*math.Abs(want)) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// Monte-Carlo estimates agree with closed forms within four standard errors.
func TestClosedForms(t *testing.T) {
	src := rng.New(7)
	gauss := normal(2, 1, 2)
	heavy := dist.NewStudentT(2, autodiff.Fixed(5), autodiff.Fixed(0), autodiff.Fixed(1))
	mix := dist.NewMixture(autodiff.Fixed(0, 1), normal(2, -2, 1), normal(2, 3, 0.5))
	for name, d := range map[string]dist.Distribution{"normal": gauss, "t": heavy, "mixture": mix} {
		const n = 20000
		near(t, name+" cdf", calibration.CDF(hidden{d}, 1, 0.4, n, src), calibration.CDF(d, 1, 0.4, n, src).Value)
		p := []float64{0.05, 0.5, 0.9}
		exact := calibration.Quantiles(d, 0, p, n, src)
		for i, q := range calibration.Quantiles(hidden{d}, 0, p, n, src) {
			near(t, name+" quantile", q, exact[i].Value)
		}
		mean, variance := calibration.Moments(d, n, src)
		m, v := calibration.Moments(hidden{d}, n, src)
		near(t, name+" mean", m[1], mean[1].Value)
		near(t, name+" variance", v[1], variance[1].Value)
	}
	near(t, "entropy", calibration.Entropy(hidden{gauss}, 20000, src), 2*(0.5*math.Log(2*math.Pi*math.E)+math.Ln2))
	if e := calibration.Entropy(gauss, 0, nil); e.SE != 0 {
		t.Errorf("entropy of a normal: got %v, want it exact", e)
	}
	// KL(N(1, 2²) ‖ N(0, 3²)) in each of two columns
	near(t, "KL", calibration.KL(gauss, normal(2, 0, 3), 20000, src), 2*(math.Log(1.5)+(4.0+1)/18-0.5))
}

// A flow of two columns against its closed form: the logarithm of a normal row.
func TestQuantitiesOfAFlow(t *testing.T) {
	src := rng.New(3)
	m := flow.New(dist.NewStdNormal(2), new(bijector.Exp))
	near(t, "entropy", calibration.Entropy(m, 40000, src), math.Log(2*math.Pi*math.E))
	near(t, "cdf", calibration.CDF(m, 0, 2, 40000, src), 0.5*math.Erfc(-math.Log(2)/math.Sqrt2))
	near(t, "quantile", calibration.Quantiles(m, 1, []float64{0.9}, 40000, src)[0], math.Exp(1.2815515655446004))
	row, lp := calibration.Mode(m, 100, src) // the mode of a lognormal is exp(−1)
	if math.Abs(row[0]-math.Exp(-1)) > 1e-4 || math.Abs(row[1]-math.Exp(-1)) > 1e-4 || math.Abs(lp-(1-math.Log(2*math.Pi))) > 1e-8 {
		t.Errorf("mode: got %v of log-density %v", row, lp)
	}
	if r := calibration.RoundTrip(m, rows(m, 100, src)); r.Greatest > 1e-12 || r.Nonfinite > 0 {
		t.Error(r)
	}
}

func TestHighestDensity(t *testing.T) {
	src := rng.New(5)
	d := normal(2, 0, 1) // log p at mass 1 − e^(−r²/2) is −log 2π − r²/2
	r := calibration.HighestDensity(d, 0.8, 40000, src)
	near(t, "level", r.Level, -math.Log(2*math.Pi)+math.Log(0.2))
	if !r.Contains(-math.Log(2*math.Pi)) || r.Contains(-10) {
		t.Error("membership is wrong")
	}
	if m := r.MassAt(-math.Log(2*math.Pi) + math.Log(0.4)); math.Abs(m-0.6) > 0.01 {
		t.Errorf("mass %v, want 0.6", m)
	}
}

func TestImportanceWeights(t *testing.T) {
	src := rng.New(2)
	q, p := normal(3, 0, 1.3), normal(3, 0, 1)
	x := rows(q, 4000, src)
	lw := make([]float64, 4000)
	for i := range lw {
		row := x.RawRowView(i)
		lw[i] = dist.LogProb(p, row) - dist.LogProb(q, row)
	}
	for _, shift := range []float64{0, 800, 1e5, -1e5} {
		shifted := make([]float64, len(lw))
		for i, v := range lw {
			shifted[i] = v + shift
		}
		r, err := calibration.ImportanceWeights(shifted)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "log Z", r.LogZ, shift)
		var sum, square float64
		for i, v := range r.LogWeight {
			sum += math.Exp(v)
			square += math.Exp(v) * x.At(i, 0) * x.At(i, 0)
		}
		if math.Abs(sum-1) > 1e-9 || math.Abs(square-1) > 0.1 || !r.Reliable() || r.K > 0.3 {
			t.Errorf("%v: weights sum to %v, second moment %v", r, sum, square)
		}
	}
	// From a narrow proposal, weights have no variance: k̂ near 1 − 0.3²/1² = 0.91.
	x = rows(normal(3, 0, 0.3), 4000, src)
	for i := range lw {
		row := x.RawRowView(i)
		lw[i] = dist.LogProb(p, row) - dist.LogProb(normal(3, 0, 0.3), row)
	}
	if r, _ := calibration.ImportanceWeights(lw); r.Reliable() || r.K < 0.6 {
		t.Errorf("narrow proposal: %v", r)
	}
	for _, bad := range [][]float64{nil, {math.NaN()}, {0, math.Inf(1)}, {math.Inf(-1)}} {
		if _, err := calibration.ImportanceWeights(bad); err == nil {
			t.Errorf("weights %v: got no error", bad)
		}
	}
	if r, err := calibration.ImportanceWeights([]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, math.Inf(-1)}); err != nil || math.Abs(r.LogZ.Value-(1+math.Log(10.0/11))) > 1e-12 {
		t.Errorf("got %v, %v", r, err)
	}
}

func TestLikelihoods(t *testing.T) {
	a := []float64{-1, -2, -3, -4}
	l := calibration.LogLikelihood(a)
	if l.Value != -2.5 || math.Abs(l.SE-math.Sqrt(5.0/12)) > 1e-15 || l.Worst[0] != 3 {
		t.Errorf("got %+v", l)
	}
	b := []float64{-1.1, -2.3, -3.1, -4.3}
	if d := calibration.Compare(a, b); math.Abs(d.Value-0.2) > 1e-12 || math.Abs(d.P-0.04047) > 1e-4 { // t = 2√3 with 3 degrees
		t.Errorf("got %+v", d)
	}
	inf := []float64{math.Inf(-1), -1}
	if d := calibration.Compare(inf, inf); d.Value != 0 || d.P != 1 {
		t.Errorf("got %+v", d)
	}
}

func TestUniformity(t *testing.T) {
	u := mat.NewDense(1000, 1, nil)
	for i := range 1000 {
		u.Set(i, 0, (float64(i)+0.5)/1000)
	}
	r := calibration.Uniform(u)
	if r.P < 0.99 || math.Abs(r.Columns[0].Gap) > 0.00051 {
		t.Errorf("got %+v", r.Columns)
	}
	curve := r.Curve(0, []float64{0.25, 1})
	if math.Abs(curve[0]-0.25) > 1e-9 || math.Abs(curve[1]-1) > 1e-9 {
		t.Errorf("curve %v", curve)
	}
}

// correlated returns a normal of two columns with correlation 0.8.
func correlated() dist.Distribution {
	return dist.NewMultivariateNormal(autodiff.Fixed(0, 1), autodiff.FixedMatrix(mat.NewDense(2, 2, []float64{1, 0, 0.8, 0.6})))
}

func TestMutualInformation(t *testing.T) {
	want := -0.5 * math.Log(1-0.64)
	near(t, "mutual information", calibration.MutualInformation(correlated(), []int{0}, []int{1}, 4000, 0, rng.New(1)), want)
	if e := calibration.MutualInformation(hidden{correlated()}, []int{1}, []int{0}, 1000, 200, rng.New(2)); math.Abs(e.Value-want) > 4*e.SE+0.02 {
		t.Errorf("by importance sampling: got %v, want %v", e, want)
	}
}

func TestMarginalLogProbs(t *testing.T) {
	d := correlated()
	y := mat.NewDense(3, 1, []float64{-1, 1, 4})
	exact := calibration.MarginalLogProbs(d, []int{1}, y, 0, nil)
	for i, got := range calibration.MarginalLogProbs(hidden{d}, []int{1}, y, 2000, rng.New(1)) {
		want := -0.5*(y.At(i, 0)-1)*(y.At(i, 0)-1) - 0.5*math.Log(2*math.Pi)
		if math.Abs(exact[i]-want) > 1e-12 || math.Abs(got-want) > 0.05 {
			t.Errorf("row %d: got %v exactly and %v by importance sampling, want %v", i, exact[i], got, want)
		}
	}
}

func TestRosenblatt(t *testing.T) {
	d := correlated()
	checkLevel(t, func(seed uint64) float64 {
		src := rng.New(seed)
		return calibration.Rosenblatt(d, rows(d, 100, src), 0, src).P
	})
	// Columns wrongly independent: PIT sees nothing, this does.
	independent := dist.NewNormal(2, autodiff.Fixed(0, 1), autodiff.Fixed(1))
	checkPower(t, "columns wrongly dependent", func(seed uint64) float64 {
		src := rng.New(seed)
		return calibration.Rosenblatt(d, rows(independent, 200, src), 0, src).P
	})
	src := rng.New(3)
	y := rows(d, 60, src)
	exact, estimated := calibration.Rosenblatt(d, y, 0, src), calibration.Rosenblatt(hidden{d}, y, 2000, src)
	if !exact.Exact || estimated.Exact || estimated.ESS < 200 {
		t.Errorf("got exact %v and %v, effective sample size %v", exact.Exact, estimated.Exact, estimated.ESS)
	}
	for i := range 60 {
		for j := range 2 {
			if a, b := exact.U.At(i, j), estimated.U.At(i, j); math.Abs(a-b) > 0.06 {
				t.Errorf("row %d, column %d: got %v exactly and %v by importance sampling", i, j, a, b)
			}
		}
	}
}

// A flow whose maps are autoregressive in one order knows its transform.
func TestRosenblattOfAFlow(t *testing.T) {
	src := rng.New(3)
	m := flow.MAF(flow.Arch{Dim: 2, Layers: 1, Hidden: []int{8}, Order: []int{1, 0}}, src)
	for _, p := range m.Params() {
		for i := range p.Data() {
			if !p.Frozen() {
				p.Data()[i] += 0.3
			}
		}
	}
	y := rows(m, 300, src)
	r := calibration.Rosenblatt(m, y, 0, src)
	if !r.Exact || r.P < 0.001 {
		t.Errorf("got %v, exact %v", r, r.Exact)
	}
	if _, err := flow.NSF(flow.Arch{Dim: 2}, src).Rosenblatt(mat.NewDense(1, 2, nil), mat.NewDense(1, 2, nil)); err == nil {
		t.Error("a flow of couplings: got no error")
	}
}
