package dist_test

import (
	"math"
	"slices"
	"testing"

	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// The empirical distribution function of 20,000 samples is close to the true
// one: the Kolmogorov–Smirnov distance times √n exceeds 2.2 once in 10⁴ fair
// trials, and the seed is fixed.
func testSampler(t *testing.T, d dist.Distribution) {
	f, ok := d.(dist.CDFer)
	if !ok {
		return
	}
	const n = 20000
	x, integers := sample(d, n), lattice(d)
	for j := range d.Dim() {
		col := mat.Col(nil, j, x)
		slices.Sort(col)
		worst := 0.0
		row := make([]float64, d.Dim())
		for i, v := range col {
			if integers && i+1 < n && col[i+1] == v || !integers && i%100 != 99 {
				continue
			}
			copy(row, x.RawRowView(0))
			row[j] = v
			p := f.CDF(nil, row)[j]
			worst = max(worst, math.Abs(p-float64(i+1)/n))
		}
		if worst*math.Sqrt(n) > 2.2 {
			t.Errorf("column %d: distance of the samples' distribution function is %.4f, want below %.4f", j, worst, 2.2/math.Sqrt(n))
		}
	}
}

// Mean, variance and entropy against 100,000 samples: within five standard
// errors, when the fourth moment exists as the samples see it.
func testMoments(t *testing.T, d dist.Distribution) {
	size := 100000
	if testing.Short() {
		size = 10000
	}
	x, n := sample(d, size), float64(size)
	if m, ok := d.(dist.Moments); ok {
		mean, variance := m.Mean(nil), m.Variance(nil)
		for j := range mean {
			if math.IsNaN(mean[j]) || math.IsInf(variance[j], 0) || math.IsNaN(variance[j]) {
				continue
			}
			var s1, s2, s4 float64
			for i := range size {
				e := x.At(i, j) - mean[j]
				s1, s2, s4 = s1+e, s2+e*e, s4+e*e*e*e
			}
			if e := math.Abs(s1 / n); e > 5*math.Sqrt(variance[j]/n) {
				t.Errorf("column %d: mean is %v, of samples %v", j, mean[j], mean[j]+s1/n)
			}
			se := math.Sqrt((s4/n - s2/n*s2/n) / n)
			if e := math.Abs(s2/n - variance[j]); e > 6*se {
				t.Errorf("column %d: variance is %v, of samples %v ± %v", j, variance[j], s2/n, se)
			}
		}
	}
	if e, ok := d.(dist.Entropyer); ok && !math.IsNaN(e.Entropy()) {
		var s1, s2 float64
		for _, lp := range logDensity(d, x) {
			s1, s2 = s1-lp, s2+lp*lp
		}
		mean := s1 / n
		se := math.Sqrt((s2/n - mean*mean) / n)
		if math.Abs(mean-e.Entropy()) > 5*se+1e-12 {
			t.Errorf("entropy is %v, of samples %v ± %v", e.Entropy(), mean, se)
		}
	}
	if m, ok := d.(dist.Moder); ok {
		top := dist.LogProb(d, m.Mode(nil))
		for i, lp := range logDensity(d, x.Slice(0, 1000, 0, d.Dim())) {
			if lp > top+1e-12 {
				t.Errorf("density at sample %v is %v, at the mode %v %v", x.RawRowView(i), lp, m.Mode(nil), top)
				break
			}
		}
	}
}
