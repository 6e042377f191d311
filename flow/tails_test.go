package flow_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Far from all rows, the log-density of every preset falls as that of a normal distribution does, within a factor,
// and never rises along a ray from the rows' mean.
func TestPresetsFarFromTheRows(t *testing.T) {
	const n, d = 600, 3
	x := normal(n, d, 11)
	farthest := 0.0
	for i := range n {
		farthest = max(farthest, mat.Norm(x.RowView(i), 2))
	}
	directions, steps := 40, 400
	if testing.Short() {
		directions, steps = 8, 100 // the race detector is slow
	}
	r := rand.New(rng.New(12))
	for name, preset := range presets {
		if name == "NCSF" {
			continue // there is nothing beyond the torus
		}
		a := flow.Arch{Dim: d}
		if name == "Residual" || name == "UNAF" {
			a.Hidden = []int{16, 16} // many passes a row
		}
		m := preset(a, rng.New(1))
		if _, err := flow.Fit(background, m, flow.Rows(x), &flow.Settings{Steps: steps, Schedule: fast}); err != nil {
			t.Fatal(err)
		}
		for range directions {
			direction := make([]float64, d)
			for j := range direction {
				direction[j] = r.NormFloat64()
			}
			scale := 1 / mat.Norm(mat.NewVecDense(d, direction), 2)
			at := func(radius float64) float64 {
				row := make([]float64, d)
				for j := range row {
					row[j] = radius * scale * direction[j]
				}
				return m.LogProb(row)
			}
			for _, radius := range []float64{3, 10, 100, 1e6} {
				if lp, least := at(radius), -10-4*radius*radius; !(lp > least) {
					t.Errorf("%s: log p %v at %v deviations, want more than %v", name, lp, radius, least)
				}
			}
			last := math.Inf(1)
			for radius := farthest; radius < 1e6; radius *= 1.3 {
				lp := at(radius)
				if lp > last {
					t.Errorf("%s: log p rises from %v to %v at %v deviations", name, last, lp, radius)
				}
				last = lp
			}
		}
	}
}
