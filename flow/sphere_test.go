package flow_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// spheres are flows on the sphere in d+1 dimensions, moved away from the identity, from a uniform distribution and a von Mises–Fisher distribution.
func spheres(d int) map[string]*flow.Transformed {
	src := rng.New(4)
	network := func(in, out int) nn.Network { return nn.NewMLP(in, []int{12}, out, nn.Tanh, src) }
	around := func(in, out int) nn.Network {
		see := nn.NewPeriodic(in, []int{0}, []float64{2 * math.Pi})
		return nn.NewSequential(see, network(see.Out(), out))
	}
	height := bijector.Spline{Bins: 5, Bound: 1, Tails: bijector.FreeTails}
	maps := bijector.Chain{
		bijector.NewCoupling(d, []int{0}, height, 0, around),
		bijector.NewCoupling(d, bijector.Columns(1, d), bijector.Moebius{Components: 3}, 0, network),
		bijector.NewSubset(bijector.NewCircularShift(autodiff.Learned(1.2), 0), 0),
		bijector.Cylindrical{},
	}
	pole := make([]float64, d+1)
	pole[0], pole[d] = 1, -0.5
	models := map[string]*flow.Transformed{}
	for name, κ := range map[string]float64{"uniform": 0, "von Mises–Fisher": 3} {
		base := dist.NewVonMisesFisher(autodiff.Fixed(pole...), autodiff.Fixed(κ))
		models[name] = flow.New(base, append(bijector.Chain{bijector.NewInvert(bijector.Cylindrical{})}, maps...)...)
	}
	return models
}

// cylinder returns points of the sphere in d+1 dimensions, n for each angle and height, with their shares of its surface.
func cylinder(d, n int) (y *mat.Dense, area []float64) {
	rows := int(math.Pow(float64(n), float64(d)))
	x := mat.NewDense(rows, d, nil)
	area = make([]float64, rows)
	for i := range rows {
		area[i] = 2 * math.Pi / float64(n)
		for j, k := 0, i; j < d; j, k = j+1, k/n {
			u := (float64(k%n)+0.5)/float64(n)*2 - 1
			if j == 0 {
				x.Set(i, j, math.Pi*u)
				continue
			}
			x.Set(i, j, u)
			area[i] *= 2 / float64(n) * math.Pow(1-u*u, 0.5*float64(j-1))
		}
	}
	return bijector.Cylindrical{}.Forward(autodiff.NewTape().Matrix(x)).Dense(), area
}

// The density on the sphere in its surface measure integrates to one.
func TestSphereDensityIntegratesToOne(t *testing.T) {
	for d, n := range map[int]int{2: 200, 3: 50} {
		y, area := cylinder(d, n)
		for name, m := range spheres(d) {
			var sum float64
			for i, lp := range m.LogProbs(nil, y) {
				sum += math.Exp(lp) * area[i]
			}
			if math.Abs(sum-1) > 2e-3 {
				t.Errorf("%s on the sphere in %d dimensions: got ∫p = %v, want 1", name, d+1, sum)
			}
		}
	}
}

// Samples lie on the sphere, and functions of them have the means that the density gives.
func TestSphereSamplesFollowTheDensity(t *testing.T) {
	const samples = 20000
	for d, n := range map[int]int{2: 100, 3: 40} {
		y, area := cylinder(d, n)
		for name, m := range spheres(d) {
			x := mat.NewDense(samples, d+1, nil)
			m.Draw(x, rng.New(5))
			p := m.LogProbs(nil, y)
			for j := range d + 1 {
				var want, square, got float64
				for i, a := range area {
					w := a * math.Exp(p[i])
					want += w * y.At(i, j)
					square += w * y.At(i, j) * y.At(i, j)
				}
				for i := range samples {
					if length := mat.Norm(x.RowView(i), 2); math.Abs(length-1) > 1e-14 {
						t.Fatalf("got a sample of length %v", length)
					}
					got += x.At(i, j) / samples
				}
				if dev := (got - want) / math.Sqrt((square-want*want)/samples); math.Abs(dev) > 5 {
					t.Errorf("%s in %d dimensions: column %d has mean %v, want %v: %v deviations", name, d+1, j, got, want, dev)
				}
			}
		}
	}
}

// Rows off the sphere have density 0, and training names the first.
func TestSphereRefusesRowsOffIt(t *testing.T) {
	m := spheres(2)["uniform"]
	if lp := m.LogProb([]float64{0.6, 0, 0.8 + 1e-6}); !math.IsInf(lp, -1) {
		t.Errorf("got log-density %v off the sphere, want −Inf", lp)
	}
	if lp := m.LogProb([]float64{0.6, 0, 0.8 + 1e-10}); math.IsInf(lp, 0) || math.IsNaN(lp) {
		t.Errorf("got log-density %v on the sphere but for rounding", lp)
	}
	_, err := flow.Fit(context.Background(), m, flow.Rows(mat.NewDense(2, 3, []float64{0, 0, 1, 0.6, 0, 0.7})), nil)
	want := "row 1: got a row that begins with [0.6 0 0.7], outside the range of bijector"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want %q", err, want)
	}
}
