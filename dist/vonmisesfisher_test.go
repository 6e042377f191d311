package dist_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// Draws of every concentration lie on the sphere, and the versines 1 − μᵀx of a few thousand have the mean
// and the variance of their distribution. In many dimensions and for every κ they take a bounded
// number of random numbers.
func TestVonMisesFisherDraws(t *testing.T) {
	const n = 4000
	for _, d := range []int{2, 3, 4, 40} {
		for _, κ := range []float64{0, 5e-324, 1e-300, 1e-9, 0.3, 3, 77, 1e5, 1e12} {
			μ := make([]float64, d)
			μ[d-1], μ[0] = -3, 4
			m := dist.NewVonMisesFisher(f(μ...), f(κ))
			x := mat.NewDense(n, d, nil)
			m.Draw(x, &counter{src: rand.NewPCG(3, 4), left: n * (20 + 2*d)})
			var s1, s2 float64
			for i := range n {
				row, v := x.RawRowView(i), 0.0
				for j, y := range row {
					e := y - μ[j]/5
					v += 0.5 * e * e
				}
				if lp := m.LogProb(row); math.IsInf(lp, 0) || math.IsNaN(lp) {
					t.Fatalf("d %d, κ %v: log p of the draw %v: got %v", d, κ, row, lp)
				}
				s1, s2 = s1+v/n, s2+v*v/n
			}
			_, mean, variance := special.BesselRatio(0.5*float64(d)-1, κ)
			if got := s2 - s1*s1; math.Abs(s1-mean) > 6*math.Sqrt(variance/n) || math.Abs(got/variance-1) > 0.2 {
				t.Errorf("d %d, κ %v: versines have mean %v and variance %v, want %v and %v", d, κ, s1, got, mean, variance)
			}
		}
	}
	for _, κ := range []float64{1e30, 1e300, math.MaxFloat64} {
		m := dist.NewVonMisesFisher(f(0, 1), f(κ))
		if x := m.Rand(nil); math.Abs(x[0]) > 1e-14 || x[1] != 1 {
			t.Errorf("κ %v: draws %v, want (0, 1)", κ, x)
		}
	}
}

// In three dimensions the versine has the distribution function (1 − e^(−κv))/(1 − e^(−2κ)).
func TestVonMisesFisherVersine(t *testing.T) {
	const n = 20000
	for _, κ := range []float64{0.1, 2, 40, 1e6} {
		x := sample(dist.NewVonMisesFisher(f(0, 0, -1), f(κ)), n)
		u := make([]float64, n)
		for i := range n {
			r := x.RawRowView(i)
			v := 1 + r[2]
			if v < 0.5 {
				v = (r[0]*r[0] + r[1]*r[1]) / (1 - r[2])
			}
			u[i] = math.Expm1(-κ*v) / math.Expm1(-2*κ)
		}
		slices.Sort(u)
		worst := 0.0
		for i, u := range u {
			worst = max(worst, math.Abs(u-(float64(i)+0.5)/n))
		}
		if worst*math.Sqrt(n) > 2.4 {
			t.Errorf("κ %v: the distribution function of draws is %v off", κ, worst)
		}
	}
}

// On the circle it is the von Mises distribution, its integral over a sphere is 1, and rows off the
// sphere have no density.
func TestVonMisesFisherDensity(t *testing.T) {
	circle, angle := dist.NewVonMisesFisher(f(1, 1), f(3)), dist.NewVonMises(1, f(math.Pi/4), f(3))
	for _, a := range []float64{-2, 0, 1, 3} {
		near(t, "circle", circle.LogProb([]float64{math.Cos(a), math.Sin(a)}), angle.LogProb([]float64{a}))
	}
	near(t, "entropy", circle.Entropy(), angle.Entropy())
	sphere, sum := dist.NewVonMisesFisher(f(1, 2, -2), f(5)), 0.0
	const n = 64
	for i := range n { // midpoints in z and in the angle
		z := (float64(i)+0.5)/n*2 - 1
		for j := range 2 * n {
			s, c := math.Sincos(float64(j) * math.Pi / n)
			r := math.Sqrt(1 - z*z)
			sum += math.Exp(sphere.LogProb([]float64{r * c, r * s, z})) * 2 / n * math.Pi / n
		}
	}
	if math.Abs(sum-1) > 1e-3 {
		t.Errorf("integral over the sphere: got %v, want 1", sum)
	}
	for _, c := range []struct {
		x    []float64
		want float64
	}{{[]float64{1, 1, 1}, math.Inf(-1)}, {[]float64{0, 0, 0}, math.Inf(-1)}, {[]float64{math.Inf(1), 0, 0}, math.Inf(-1)}, {[]float64{1e300, 1e300, 0}, math.Inf(-1)}, {[]float64{math.NaN(), 0, 1}, math.NaN()}} {
		if got := sphere.LogProb(c.x); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("log p(%v): got %v, want %v", c.x, got, c.want)
		}
	}
}

// The fitted distribution has the mean of the rows.
func TestFitVonMisesFisher(t *testing.T) {
	for _, d := range []int{2, 3, 20} {
		for _, κ := range []float64{0.5, 10, 1e4, 1e9} {
			μ := slices.Repeat([]float64{1}, d)
			x := sample(dist.NewVonMisesFisher(f(μ...), f(κ)), 500)
			weights := slices.Repeat([]float64{0.25}, 500)
			m, err := dist.FitVonMisesFisher(x, weights)
			if err != nil {
				t.Fatal(err)
			}
			a, b := 0.0, m.Concentration.Numbers()[0]
			for j, mean := range m.Mean(nil) {
				got := mat.Sum(x.ColView(j)) / 500
				a = max(a, math.Abs(got-mean))
			}
			if !(a < 1e-13) || math.Abs(math.Log(b/κ)) > 0.3 && d < 20 {
				t.Errorf("d %d, κ %v: means %v off, κ %v", d, κ, a, b)
			}
			if κ == 1e9 && math.Abs(b/κ-1) > 0.2 {
				t.Errorf("d %d: got κ %v, want %v", d, b, κ)
			}
		}
	}
	if m, err := dist.FitVonMisesFisher(mat.NewDense(2, 2, []float64{1, 0, -1, 0}), nil); err != nil || m.Concentration.Numbers()[0] != 0 {
		t.Errorf("rows without a mean direction: got %v, %v, want κ = 0", m, err)
	}
	for want, x := range map[string]*mat.Dense{
		"all rows are the same point":           mat.NewDense(2, 2, []float64{0.6, 0.8, 0.6, 0.8}),
		"row 1: got a point of length 2":        mat.NewDense(2, 2, []float64{1, 0, 0, 2}),
		"row 0, column 1: got NaN":              mat.NewDense(1, 2, []float64{1, math.NaN()}),
		"want rows of at least two columns":     mat.NewDense(2, 1, []float64{1, -1}),
		"got 0 rows with a weight and 2 colum":  nil,
		"got 1 weights for 2 rows, want one ea": nil,
	} {
		weights := []float64(nil)
		if x == nil {
			x = mat.NewDense(2, 2, []float64{1, 0, 0, 1})
			if weights = []float64{0, 0}; strings.HasPrefix(want, "got 1") {
				weights = weights[:1]
			}
		}
		if _, err := dist.FitVonMisesFisher(x, weights); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
}
