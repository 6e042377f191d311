package main

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// The first numbers of numpy.random.RandomState(1), as its documentation and
// many a tutorial print them.
func TestRandomState(t *testing.T) {
	r := newRandomState(1)
	for i, want := range []float64{1.62434536, -0.61175641, -0.52817175, -1.07296862, 0.86540763} {
		if got := r.normal(); math.Abs(got-want) > 5e-9 {
			t.Errorf("normal %d: got %.8f, want %.8f", i, got, want)
		}
	}
	r = newRandomState(1)
	for i, want := range []float64{4.17022005e-01, 7.20324493e-01, 1.14374817e-04} {
		if got := r.float64(); math.Abs(got-want) > 5e-9 {
			t.Errorf("uniform %d: got %.9f, want %.9f", i, got, want)
		}
	}
	r = newRandomState(0)
	for i, want := range []int{2, 8, 4, 9, 1, 6, 7, 3, 0, 5} { // numpy.random.RandomState(0).permutation(10)
		if got := r.perm(10); got[i] != want {
			t.Fatalf("got %v at %d, want %d", got, i, want)
		}
		r = newRandomState(0)
	}
}

// The mean over scikit-learn's own points that Python computed.
func TestExactOnTheMoons(t *testing.T) {
	for _, c := range []struct {
		n    int
		seed uint32
		want float64
	}{{10000, 1, 0.2897}, {100000, 2, 0.2847}} {
		if got := -stat.Mean(exact(nil, makeMoons(c.n, c.seed)), nil); math.Abs(got-c.want) > 5.1e-5 {
			t.Errorf("%d points, seed %d: got NLL %.5f, want %.4f", c.n, c.seed, got, c.want)
		}
	}
}

// The density is that of the definition, summed over many angles.
func TestExact(t *testing.T) {
	const n = 200000
	for _, p := range [][]float64{{1, 0}, {0, 1}, {-1, 0}, {0.5, 0.25}, {0.02, 0.01}, {-1.1, -0.1}, {2, 0.3}, {1.02, 0.48}, {0, -0.6}, {3, 2}} {
		sum := 0.0
		for k := range n {
			sin, cos := math.Sincos(math.Pi * (float64(k) + 0.5) / n)
			for _, c := range [][2]float64{{cos, sin}, {x0 - cos, y0 - sin}} {
				u, v := (p[0]-c[0])/noise, (p[1]-c[1])/noise
				sum += math.Exp(-(u*u + v*v) / 2)
			}
		}
		want := math.Log(sum / (2 * n) / (2 * math.Pi * noise * noise))
		if got := exact(nil, mat.NewDense(1, 2, p))[0]; math.Abs(got-want) > 1e-6*math.Abs(want) {
			t.Errorf("%v: got %v, want %v", p, got, want)
		}
	}
}
