package calibration

import (
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/internal/need"
	"gonum.org/v1/gonum/mat"
)

// SBC is simulation-based calibration: for each pair of a parameter drawn from
// the prior and data simulated with it, the rank of each column of the parameter
// among draws from the posterior of those data. truth has the parameters, n×d;
// posterior fills draws×d with draws for pair i. If the posterior is right the
// result's values u = (rank + v)/(draws + 1), v uniform from src, are uniform.
//
// Too many near 0 and 1 mean a posterior too narrow, too many near ½ one too wide.
// S. Talts, M. Betancourt, D. Simpson, A. Vehtari and A. Gelman, Validating
// Bayesian Inference Algorithms with Simulation-Based Calibration, arXiv 1804.06788.
//
// It panics if there are no draws.
func SBC(truth mat.Matrix, draws int, posterior func(i int, batch *mat.Dense), src rand.Source) *Uniformity {
	need.One("calibration: SBC", "matrix", truth)
	need.One("calibration: SBC", "function", posterior)
	checkDraws("SBC", draws, 1)
	n, d := truth.Dims()
	u, batch, r := mat.NewDense(n, d, nil), mat.NewDense(draws, d, nil), generator(src)
	for i := range n {
		posterior(i, batch)
		for j := range d {
			below, ties := 0, 0
			for k := range draws {
				switch v := batch.At(k, j); {
				case v < truth.At(i, j):
					below++
				case v == truth.At(i, j):
					ties++
				}
			}
			u.Set(i, j, uniformRank(below, ties, draws, r))
		}
	}
	c := uniformity("ranks", [2]string{"posterior too narrow", "posterior too wide"}, u)
	c.label = func(j int) string { return fmt.Sprintf("parameter %d", j) }
	return c
}

// uniformRank returns (rank + v)/(draws + 1), v uniform; ties are broken at random.
func uniformRank(below, ties, draws int, r *rand.Rand) float64 {
	rank := float64(below) + float64(r.IntN(ties+1))
	return (rank + r.Float64()) / float64(draws+1)
}

// Coverage turns log-densities into the mass of the highest-density region that
// has the truth at its edge. logTruth has log q of the n true rows under the
// distributions that are judged, logDraws n×L those of draws from the same. The
// result's values are uniform if the regions of every mass hold the truth as often
// as they say: below the diagonal of [Uniformity.Curve] they are too small.
//
// J. Hermans, A. Delaunoy, F. Rozet, A. Wehenkel, V. Begy and G. Louppe, A Trust
// Crisis In Simulation-Based Inference? Your Posterior Approximations Can Be
// Unfaithful, arXiv 2110.06581.
//
// It panics if the row counts differ or there are no draws.
func Coverage(logTruth []float64, logDraws mat.Matrix, src rand.Source) *Uniformity {
	need.One("calibration: Coverage", "matrix", logDraws)
	n, draws := logDraws.Dims()
	if n != len(logTruth) {
		panic(fmt.Sprintf("calibration: Coverage: got %d log-densities of the truth and %d rows of draws, want as many", len(logTruth), n))
	}
	checkDraws("Coverage", draws, 1)
	u, r := mat.NewDense(n, 1, nil), generator(src)
	for i := range n {
		above, ties := 0, 0
		for k := range draws {
			switch v := logDraws.At(i, k); {
			case v > logTruth[i]:
				above++
			case v == logTruth[i]:
				ties++
			}
		}
		u.Set(i, 0, uniformRank(above, ties, draws, r))
	}
	c := uniformity("masses of highest-density regions", [2]string{"too extreme both ways", "too central"}, u)
	c.label = func(int) string { return "the coverage" }
	return c
}

// Curve returns the share of the values of column j at or below each level:
// the coverage of regions of these masses. It panics if there is no such column.
func (r *Uniformity) Curve(j int, levels []float64) []float64 {
	n, d := r.U.Dims()
	checkColumn("Curve", j, d)
	share := make([]float64, len(levels))
	for i := range n {
		for k, level := range levels {
			if r.U.At(i, j) <= level {
				share[k] += 1 / float64(n)
			}
		}
	}
	return share
}
