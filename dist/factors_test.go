package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/gradtest"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Densities of Cholesky factors against 30 digits, computed from the densities of the matrices.
func TestFactorDensities(t *testing.T) {
	wishart := dist.NewWishartCholesky(f(4.5), autodiff.NewParam(2, 2, []float64{2, 0, 0.5, 1}))
	for _, c := range []struct {
		d    dist.Distribution
		x    []float64
		want float64
	}{
		{dist.NewLKJCholesky(3, f(1)), []float64{1, 0, 0, 0.6, 0.8, 0, 0, 0.6, 0.8}, math.Log(2 / math.Pi / math.Pi * 0.8)},
		{dist.NewLKJCholesky(2, f(2.5)), []float64{1, 0, 0.6, 0.8}, -0.83333128678030320459},
		{wishart, []float64{3, 0, -1, 2}, -4.5431048389779810979},
	} {
		if got := dist.LogProb(c.d, c.x); !(math.Abs(got-c.want) <= 1e-14*max(1, math.Abs(c.want))) {
			t.Errorf("%T at %v: got %v, want %v", c.d, c.x, got, c.want)
		}
		wrong := append([]float64(nil), c.x...)
		if wrong[1] = 0.1; !math.IsInf(dist.LogProb(c.d, wrong), -1) {
			t.Errorf("%T: log p of a matrix that is not lower triangular: got %v", c.d, dist.LogProb(c.d, wrong))
		}
		if wrong[1] = math.NaN(); !math.IsNaN(dist.LogProb(c.d, wrong)) {
			t.Errorf("%T: log p of a matrix with NaN: got %v", c.d, dist.LogProb(c.d, wrong))
		}
	}
}

// Draws are factors, and have the moments that they should.
func TestFactorDraws(t *testing.T) {
	const n = 20000
	η, d := 1.5, 4
	k, sum := dist.NewLKJCholesky(d, f(η)), 0.0
	x := sample(k, n)
	for i := range n {
		row := x.RawRowView(i)
		if i < 100 && math.IsInf(k.LogProb(row), 0) {
			t.Fatalf("log p of the draw %v: got %v", row, k.LogProb(row))
		}
		r := row[8]*row[12] + row[9]*row[13] + row[10]*row[14] // of the third and the fourth
		sum += r * r / n
	}
	if want := 1 / (2*(η-1+0.5*float64(d)) + 1); math.Abs(sum-want) > 0.005 {
		t.Errorf("mean square of a correlation: got %v, want %v", sum, want)
	}
	w := dist.NewWishartCholesky(f(4.5), autodiff.NewParam(2, 2, []float64{2, 0, 0.5, -1}))
	mean := [3]float64{}
	x = sample(w, n)
	for i := range n {
		row := x.RawRowView(i)
		if i < 100 && math.IsInf(w.LogProb(row), 0) {
			t.Fatalf("log p of the draw %v: got %v", row, w.LogProb(row))
		}
		mean[0] += row[0] * row[0] / n
		mean[1] += row[0] * row[2] / n
		mean[2] += (row[2]*row[2] + row[3]*row[3]) / n
	}
	for i, want := range [3]float64{18, 4.5, 5.625} {
		if math.Abs(mean[i]-want) > 0.02*18 {
			t.Errorf("mean %d of the matrix: got %v, want %v", i, mean[i], want)
		}
	}
}

func TestFactorGradients(t *testing.T) {
	lkj := mat.NewDense(2, 9, []float64{1, 0, 0, 0.6, 0.8, 0, 0, 0.6, 0.8, 1, 0, 0, -0.8, 0.6, 0, 0.8, 0, 0.6})
	check := func(d dist.Distribution, x mat.Matrix) {
		gradtest.Check(t, func(zero ...V) V { return d.LogDensity(zero[0].Tape().Matrix(x)).Add(zero[0]) }, mat.NewDense(1, 1, nil))
	}
	check(dist.NewLKJCholesky(3, l(1.5)), lkj)
	check(dist.NewWishartCholesky(l(4.5), autodiff.NewParam(2, 2, []float64{2, 0, 0.5, 1})), mat.NewDense(2, 4, []float64{3, 0, -1, 2, 0.5, 0, 0.25, 1}))
}
