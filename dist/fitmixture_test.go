package dist_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

func meanLogDensity(d dist.Distribution, x mat.Matrix) float64 {
	s, n := 0.0, 0
	for _, lp := range logDensity(d, x) {
		s += lp
		n++
	}
	return s / float64(n)
}

// draw draws n rows with a seed.
func draw(d dist.Distribution, n int, seed uint64) *mat.Dense {
	x := mat.NewDense(n, d.Dim(), nil)
	d.Draw(x, rand.NewPCG(seed, 0))
	return x
}

var bumps = dist.NewMixture(dist.FixedWeights(1, 1, 1),
	dist.NewNormal(2, autodiff.Fixed(0, 0), autodiff.Fixed(1, 1000)),
	dist.NewNormal(2, autodiff.Fixed(10, 0), autodiff.Fixed(1, 1000)),
	dist.NewNormal(2, autodiff.Fixed(5, 9000), autodiff.Fixed(1, 1000)))

// Three bumps of 300 rows each, in columns of different scale, are found, and the
// mixture is nearly as good as the true one on other rows.
func TestFitGaussianMixture(t *testing.T) {
	x, other := draw(bumps, 900, 1), draw(bumps, 2000, 2)
	for _, k := range []int{0, 3} {
		m, err := dist.FitGaussianMixture(x, &dist.MixtureSettings{Components: k})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := meanLogDensity(m, other), meanLogDensity(bumps, other); got < want-0.02 {
			t.Errorf("K = %d: mean log-density is %v, of the truth %v", k, got, want)
		}
		if k == 3 {
			checkParts(t, m)
		}
	}
}

// checkParts expects the parts of the three bumps.
func checkParts(t *testing.T, m *dist.Mixture) {
	for _, want := range [][]float64{{0, 0}, {10, 0}, {5, 9000}} {
		if !slices.ContainsFunc(m.Parts, func(p dist.Distribution) bool {
			n := p.(*dist.MultivariateNormal)
			mean, v := n.Mean(nil), n.Variance(nil)
			return math.Hypot(mean[0]-want[0], (mean[1]-want[1])/1000) < 0.3 && math.Abs(v[0]-1) < 0.3 && math.Abs(v[1]/1e6-1) < 0.3
		}) {
			t.Errorf("no component at %v", want)
		}
	}
}

// Two clusters with tails of 3 degrees of freedom.
func TestFitStudentTMixture(t *testing.T) {
	part := func(x float64) dist.Distribution {
		l := autodiff.NewParam(3, 3, []float64{1, 0, 0, 0.5, 1, 0, 0, -0.5, 0.5})
		return dist.NewMultivariateStudentT(autodiff.Fixed(3), autodiff.Fixed(x, 0, -x), l)
	}
	truth := dist.NewMixture(dist.FixedWeights(1, 2), part(-8), part(8))
	x, other := draw(truth, 1500, 1), draw(truth, 4000, 2)
	m, err := dist.FitStudentTMixture(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := meanLogDensity(m, other), meanLogDensity(truth, other); got < want-0.03 {
		t.Errorf("mean log-density is %v, of the truth %v", got, want)
	}
	if ν := m.Parts[0].(*dist.MultivariateStudentT).DF.Numbers()[0]; len(m.Parts) > 3 || ν < 2 || ν > 4.5 {
		t.Errorf("got %d components with %v degrees of freedom, want 2 or 3 with about 3", len(m.Parts), ν)
	}
	again, _ := dist.FitStudentTMixture(x, nil)
	if !slices.Equal(logDensity(m, other), logDensity(again, other)) {
		t.Error("two runs differ")
	}
	normal := draw(dist.NewStdNormal(2), 2000, 5)
	m, err = dist.FitStudentTMixture(normal, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := meanLogDensity(m, normal), meanLogDensity(dist.NewStdNormal(2), normal); got < want-0.002 {
		t.Errorf("normal rows: mean log-density is %v, of the truth %v", got, want)
	}
}

// The parameters of a t distribution come back, and rows far away hardly move them.
func TestFitMultivariateStudentT(t *testing.T) {
	l := autodiff.NewParam(2, 2, []float64{1, 0, 30, 40})
	truth := dist.NewMultivariateStudentT(autodiff.Fixed(2.5), autodiff.Fixed(-1, 100), l)
	x := draw(truth, 4000, 1)
	for _, wild := range []int{0, 20} {
		for i := range wild {
			x.SetRow(i, []float64{1e6, -1e30})
		}
		m, err := dist.FitMultivariateStudentT(x, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := append(m.Mode(nil), m.L.Data()...)
		for i, want := range []float64{-1, 100, 1, 0, 30, 40} {
			if tol := 0.05 + (0.07+0.005*float64(wild))*math.Abs(want); math.Abs(got[i]-want) > tol && i != 3 {
				t.Errorf("%d wild rows: number %d is %v, want %v", wild, i, got[i], want)
			}
		}
		if ν := m.DF.Numbers()[0]; wild == 0 && math.Abs(ν-2.5) > 0.2 {
			t.Errorf("got %v degrees of freedom, want 2.5", ν)
		}
	}
}

// Rows of weight 0 do not count, and only the ratios of weights do.
func TestFitWeights(t *testing.T) {
	x := draw(bumps, 1800, 1)
	some, weights := mat.NewDense(900, 2, nil), make([]float64, 1800)
	for i := range 900 {
		weights[2*i] = 7
		some.SetRow(i, x.RawRowView(2*i))
	}
	a, err := dist.FitMultivariateNormal(x, weights)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := dist.FitMultivariateNormal(some, nil)
	for j, v := range append(a.Mean(nil), a.Variance(nil)...) {
		if want := append(b.Mean(nil), b.Variance(nil)...)[j]; math.Abs(v/want-1) > 1e-9 {
			t.Errorf("number %d is %v, want %v", j, v, want)
		}
	}
	m, err := dist.FitGaussianMixture(x, &dist.MixtureSettings{Components: 3, Weights: weights})
	if err != nil {
		t.Fatal(err)
	}
	checkParts(t, m)
}

// Shrinkage makes a sane density of 20 rows of 13 columns, and of 2 rows.
func TestFitFewRows(t *testing.T) {
	truth := dist.NewStdNormal(13)
	other := draw(truth, 1000, 9)
	worst := map[int]float64{2: 40, 5: 10, 20: 2.5, 80: 0.6}
	for n, most := range worst {
		x := draw(truth, n, 3)
		normal, err := dist.FitMultivariateNormal(x, nil)
		student, err2 := dist.FitMultivariateStudentT(x, nil)
		mixture, err3 := dist.FitStudentTMixture(x, nil)
		if err != nil || err2 != nil || err3 != nil {
			t.Fatal(n, err, err2, err3)
		}
		if loss := meanLogDensity(normal, other) - meanLogDensity(mixture, other); n >= 20 && loss > 0.1 {
			t.Errorf("%d rows: the mixture is %v nats worse than the normal", n, loss)
		}
		for _, d := range []dist.Distribution{student, mixture, normal} {
			if n == 2 && d == normal {
				break // of two numbers that happen to be near, a normal knows no better
			}
			if loss := meanLogDensity(truth, other) - meanLogDensity(d, other); !(loss < most) {
				t.Errorf("%T of %d rows: %v nats worse than the truth, want at most %v", d, n, loss, most)
			}
		}
	}
}

// Whatever the rows, a fit is finite there or an error.
func TestFitOddRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for name, row := range map[string]func(i int) []float64{
		"repeated":  func(i int) []float64 { return []float64{float64(i % 2), float64(i % 3)} },
		"dependent": func(int) []float64 { v := r.NormFloat64(); return []float64{v, 2*v + 1} },
		"huge":      func(int) []float64 { return []float64{1e300 * r.NormFloat64(), 1e-300 * r.NormFloat64()} },
		"shifted":   func(int) []float64 { return []float64{1e9 + r.NormFloat64(), r.NormFloat64()} },
		"wild":      func(i int) []float64 { return []float64{r.NormFloat64(), math.Pow(10, float64(i))} },
		"atoms":     func(i int) []float64 { return []float64{float64(i / 38), r.NormFloat64()} },
		"two":       func(i int) []float64 { return []float64{float64(i / 39), float64(i)} },
	} {
		x := mat.NewDense(40, 2, nil)
		for i := range 40 {
			x.SetRow(i, row(i))
		}
		for _, k := range []int{0, 1, 7, 40} {
			for _, fit := range []func(mat.Matrix, *dist.MixtureSettings) (*dist.Mixture, error){dist.FitGaussianMixture, dist.FitStudentTMixture} {
				m, err := fit(x, &dist.MixtureSettings{Components: k})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for i, lp := range logDensity(m, x) {
					if math.IsNaN(lp - lp) {
						t.Errorf("%s, K = %d: row %d has log-density %v", name, k, i, lp)
					}
				}
			}
		}
	}
}

func TestFitMixtureErrors(t *testing.T) {
	ok := mat.NewDense(4, 1, []float64{1, 2, 3, 4})
	for _, c := range []struct {
		x    *mat.Dense
		s    dist.MixtureSettings
		want string
	}{
		{ok, dist.MixtureSettings{Components: -1}, "-1 components"},
		{ok, dist.MixtureSettings{Components: 5}, "5 components for 4 rows"},
		{ok, dist.MixtureSettings{Weights: []float64{1}}, "1 weights for 4 rows"},
		{ok, dist.MixtureSettings{Weights: []float64{1, 1, -2, 1}}, "row 2: got weight -2"},
		{ok, dist.MixtureSettings{Weights: []float64{0, 0, 0, 1}}, "1 rows with a weight"},
		{mat.NewDense(2, 1, []float64{1, math.NaN()}), dist.MixtureSettings{}, "row 1, column 0: got NaN"},
		{mat.NewDense(2, 2, []float64{1, 2, 1, 3}), dist.MixtureSettings{}, "column 0 is constant: got 1"},
	} {
		if _, err := dist.FitGaussianMixture(c.x, &c.s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want %q", err, c.want)
		}
	}
	constant := mat.NewDense(3, 2, []float64{1, 2, 1, 3, 1, 5})
	if m, err := dist.FitGaussianMixture(constant, &dist.MixtureSettings{MinScale: 0.1}); err != nil || math.Abs(m.Mean(nil)[0]-1) > 1e-9 {
		t.Errorf("with a least scale: got %v, %v", m, err)
	}
}
