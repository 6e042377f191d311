package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Parts with the same constant degrees of freedom have the log-densities of parts that are asked one by one, and so do parts with others,
// or with the same that are learned.
func TestMixtureDegrees(t *testing.T) {
	for name, df := range map[string][]autodiff.Value{
		"same":    {autodiff.Fixed(4), autodiff.Fixed(4), autodiff.Fixed(4)},
		"other":   {autodiff.Fixed(4), autodiff.Fixed(4), autodiff.Fixed(7)},
		"learned": {autodiff.Fixed(4), autodiff.Learned(4), autodiff.Fixed(4)},
		"first":   {autodiff.Learned(3), autodiff.Fixed(3), autodiff.Fixed(3)},
	} {
		var parts []dist.Distribution
		for k, ν := range df {
			l := autodiff.NewParam(2, 2, []float64{1 + float64(k), 0, 0.5, 2})
			parts = append(parts, dist.NewMultivariateStudentT(ν, autodiff.Fixed(float64(k), -1), l))
		}
		m := dist.NewMixture(dist.FixedWeights(0.5, 0.3, 0.2), parts...)
		for _, x := range [][]float64{{0, 0}, {2, -3}, {50, 80}} {
			want := 0.0
			for k, w := range []float64{0.5, 0.3, 0.2} {
				want += w * math.Exp(dist.LogProb(parts[k], x))
			}
			if got := dist.LogProb(m, x); !(math.Abs(got-math.Log(want)) < 1e-12*math.Abs(got)) {
				t.Errorf("%s: got log p(%v) = %v, want %v", name, x, got, math.Log(want))
			}
		}
		if r := m.Responsibilities(autodiff.NewTape().Matrix(mat.NewDense(1, 2, []float64{1, 1}))); r.Cols() != 3 {
			t.Errorf("%s: got %d responsibilities, want 3", name, r.Cols())
		}
	}
}
