package flow_test

import (
	"math"
	"slices"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// histogram compares the frequencies of samples in 12×12 cells of a window with
// the density's integral there, by a chi-squared statistic.
func histogram(t *testing.T, name string, m *flow.Transformed, lo, hi [2]float64) {
	t.Helper()
	const cells, fine = 12, 10
	n := 40000.0
	if testing.Short() {
		n = 10000
		if name == "UNAF" {
			n = 2500 // each takes a millisecond, and much more without assembly
		}
	}
	var width [2]float64
	for k := range width {
		width[k] = (hi[k] - lo[k]) / cells
	}
	y := mat.NewDense(int(n), 2, nil)
	m.Draw(y, rng.New(3))
	var counts [cells][cells]float64
	for i := range int(n) {
		a, b := math.Floor((y.At(i, 0)-lo[0])/width[0]), math.Floor((y.At(i, 1)-lo[1])/width[1])
		if a >= 0 && a < cells && b >= 0 && b < cells {
			counts[int(a)][int(b)]++
		}
	}
	grid := mat.NewDense(fine*fine, 2, nil)
	var chi2, used float64
	for a := range counts {
		for b, count := range counts[a] {
			for k := range fine * fine {
				grid.SetRow(k, []float64{lo[0] + width[0]*(float64(a)+(float64(k/fine)+0.5)/fine), lo[1] + width[1]*(float64(b)+(float64(k%fine)+0.5)/fine)})
			}
			var p float64
			for _, lp := range m.LogProbs(nil, grid) {
				p += math.Exp(lp) * width[0] * width[1] / (fine * fine)
			}
			if n*p >= 5 {
				chi2 += (count - n*p) * (count - n*p) / (n * p)
				used++
			}
		}
	}
	// the mean of χ² is the number of cells, its deviation √(2·cells)
	if dev := (chi2 - used) / math.Sqrt(2*used); dev > 5 || dev < -5 || used < 40 {
		t.Errorf("%s: got χ² = %v in %v cells: samples do not follow the density", name, chi2, used)
	}
}

// The samples of every preset follow its density.
func TestSamplesFollowTheDensity(t *testing.T) {
	for name, m := range moved(2, 0) {
		x := mat.NewDense(1000, 2, nil)
		m.Draw(x, rng.New(8))
		var lo, hi [2]float64
		for k := range lo {
			col := mat.Col(nil, k, x)
			slices.Sort(col)
			lo[k], hi[k] = col[25], col[975] // nearly all, without the tails
		}
		histogram(t, name, m, lo, hi)
	}
}
