package calibration

import (
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// TARP tests coverage with random points: for each pair, the share of posterior
// draws that are nearer to a reference point, uniform in the box of the true rows,
// than the truth is. It needs draws alone, no densities. truth is n×d, posterior
// fills draws×d with draws for pair i. Distances are Euclidean after
// standardising each column by the true rows. The result's values are uniform if
// the posterior is right.
//
// P. Lemos, A. Coogan, Y. Hezaveh and L. Perreault-Levasseur, Sampling-Based
// Accuracy Testing of Posterior Estimators for General Inference, arXiv 2302.03026.
//
// It panics if there are no draws.
func TARP(truth mat.Matrix, draws int, posterior func(i int, batch *mat.Dense), src rand.Source) *Uniformity {
	need.One("calibration: TARP", "matrix", truth)
	need.One("calibration: TARP", "function", posterior)
	checkDraws("TARP", draws, 1)
	n, d := truth.Dims()
	u, batch, r := mat.NewDense(n, 1, nil), mat.NewDense(draws, d, nil), generator(src)
	ref, scale, lo, width := make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d)
	for j := range d {
		col := mat.Col(nil, j, truth)
		scale[j] = deviation(col)
		top := math.Inf(-1)
		lo[j] = math.Inf(1)
		for _, v := range col {
			lo[j], top = min(lo[j], v), max(top, v)
		}
		width[j] = top - lo[j]
	}
	for i := range n {
		posterior(i, batch)
		for j := range d {
			ref[j] = lo[j] + width[j]*r.Float64()
		}
		distance := func(at func(j int) float64) (s float64) {
			for j := range d {
				δ := (at(j) - ref[j]) / scale[j]
				s += δ * δ
			}
			return s
		}
		edge := distance(func(j int) float64 { return truth.At(i, j) })
		nearer, ties := 0, 0
		for k := range draws {
			switch v := distance(func(j int) float64 { return batch.At(k, j) }); {
			case v < edge:
				nearer++
			case v == edge:
				ties++
			}
		}
		u.Set(i, 0, uniformRank(nearer, ties, draws, r))
	}
	c := uniformity("masses of random balls", [2]string{"posterior too narrow", "posterior too wide"}, u)
	c.label = func(int) string { return "the coverage" }
	return c
}

// deviation returns the standard deviation of x, 1 if that is 0.
func deviation(x []float64) float64 {
	e := meanOf(x)
	if s := e.SE * math.Sqrt(float64(len(x))); s > 0 {
		return s
	}
	return 1
}
