package flow

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/special"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// Taken apart by columns, a mixture has the densities of its marginals, and those of its parts with a wider value.
func TestComponents(t *testing.T) {
	loc := autodiff.Fixed(0.5, -1, 2)
	a, b := []float64{1, 0, 0, 0.9, 0.2, 0, -0.5, 0.4, 0.7}, []float64{2, 0, 0, 0, 0.5, 0, 1, -0.3, 1.5}
	mixtures := map[string]func(a, b []float64) *dist.Mixture{
		"normal": func(a, b []float64) *dist.Mixture {
			return dist.NewMixture(dist.FixedWeights(0.3, 0.7), dist.NewMultivariateNormal(loc, autodiff.NewParam(3, 3, a)), dist.NewMultivariateNormal(loc, autodiff.NewParam(3, 3, b)))
		},
		"t": func(a, b []float64) *dist.Mixture {
			return dist.NewMixture(dist.FixedWeights(0.3, 0.7), dist.NewMultivariateStudentT(autodiff.Fixed(3), loc, autodiff.NewParam(3, 3, a)), dist.NewMultivariateStudentT(autodiff.Fixed(7), loc, autodiff.NewParam(3, 3, b)))
		},
	}
	x := mat.NewDense(2, 3, []float64{0.1, 0.2, -0.3, 4, -5, 6})
	for name, mixture := range mixtures {
		m := mixture(a, b)
		parts := componentsOf(m)
		for i, want := range New(m).LogProbs(nil, x) {
			row := x.RawRowView(i)
			var whole []float64
			without, noise := make([][]float64, 3), make([][]float64, 3)
			for _, c := range parts {
				whole = append(whole, c.logDensity(row, without, noise))
			}
			if got := special.LogSumExp(whole); math.Abs(got-want) > 1e-12*math.Abs(want) {
				t.Errorf("%s: row %d: log p is %v, want %v", name, i, got, want)
			}
			for j := range 3 {
				others := []int{(j + 1) % 3, (j + 2) % 3}
				p, err := dist.Marginal(m, others...)
				if err != nil {
					t.Fatal(err)
				}
				want := New(p).LogProbs(nil, mat.NewDense(1, 2, []float64{row[others[0]], row[others[1]]}))[0]
				if got := special.LogSumExp(without[j]); math.Abs(got-want) > 1e-12*math.Abs(want) {
					t.Errorf("%s: row %d without column %d: log p is %v, want %v", name, i, j, got, want)
				}
				want = New(mixture(wider(a, j), wider(b, j))).LogProbs(nil, x)[i]
				if got := special.LogSumExp(noise[j]); math.Abs(got-want) > 1e-12*math.Abs(want) {
					t.Errorf("%s: row %d with noise in column %d: log p is %v, want %v", name, i, j, got, want)
				}
			}
		}
	}
}

// wider returns the factor of the scale matrix whose column j has a wider value given the others.
func wider(l []float64, j int) []float64 {
	var scale, inverse mat.SymDense
	scale.SymOuterK(1, mat.NewDense(3, 3, l))
	var c mat.Cholesky
	c.Factorize(&scale)
	if err := c.InverseTo(&inverse); err != nil {
		panic(err)
	}
	scale.SetSym(j, j, scale.At(j, j)+(noiseScale*noiseScale-1)/inverse.At(j, j))
	c.Factorize(&scale)
	var factor mat.TriDense
	c.LTo(&factor)
	return mat.DenseCopyOf(&factor).RawMatrix().Data
}

// Rows near a plane, from which single values are off by noise with heavy tails, are right: they are far out given the other values, and nowhere by themselves.
func TestRobustKeepsNoisyValues(t *testing.T) {
	const n, d, k = 600, 12, 4
	r := rand.New(rand.NewPCG(2, 3))
	loadings := make([]float64, d*k)
	for i := range loadings {
		loadings[i] = r.NormFloat64()
	}
	x := mat.NewDense(n, d, nil)
	for i := range n {
		var z [k]float64
		for j := range z {
			z[j] = r.NormFloat64()
		}
		for j := range d {
			chi, v := 0.0, 0.1*r.NormFloat64()
			for range 3 {
				chi += math.Pow(r.NormFloat64(), 2)
			}
			v /= math.Sqrt(chi / 3)
			for m, f := range z {
				v += loadings[j*k+m] * f
			}
			x.Set(i, j, v)
		}
	}
	wild := map[int]bool{}
	for i := 0; i < n; i += 50 {
		x.Set(i, i%d, 10+5*r.Float64())
		wild[i] = true
	}
	l := &learner{LearnSettings: LearnSettings{Robust: true, Budget: defaultBudget}, data: &train.Memory{Rows: x}}
	bad := make([]bool, n)
	if _, err := l.wrong(bad); err != nil {
		t.Fatal(err)
	}
	right, found := 0, 0
	for i, b := range bad {
		switch {
		case b && wild[i]:
			found++
		case b:
			right++
		}
	}
	if right > n/50 || found < len(wild) {
		t.Errorf("found %d of %d wild values, and %d of %d right rows are left out, want at most %d", found, len(wild), right, n-len(wild), n/50)
	}
}
