package dist

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// FitGaussianMixture returns a mixture of k multivariate normal distributions
// that starts from the clusters of the data's rows: their shares, means and
// covariances (towards that of all data in small clusters), all learned. Clusters
// are those of Lloyd's k-means of the standardised columns from the start of Arthur and Vassilvitskii, k-means++:
// The advantages of careful seeding, 2007. nil is the global source.
//
// It returns an error if there are fewer than two rows per cluster, a number is not
// finite, or a column is constant.
func FitGaussianMixture(k int, data mat.Matrix, src rand.Source) (*Mixture, error) {
	n, _ := data.Dims()
	if k < 1 || n < 2*k {
		return nil, fmt.Errorf("dist: FitGaussianMixture: got %d rows for %d clusters, want at least one cluster and two rows for each", n, k)
	}
	x := mat.DenseCopyOf(data)
	for i := range n {
		for j, v := range x.RawRowView(i) {
			if math.IsNaN(v - v) {
				return nil, fmt.Errorf("dist: FitGaussianMixture: row %d, column %d: got %v, want finite numbers", i, j, v)
			}
		}
	}
	var whole mat.SymDense
	stat.CovarianceMatrix(&whole, x, nil)
	for j := range whole.SymmetricDim() {
		if whole.At(j, j) == 0 {
			return nil, fmt.Errorf("dist: FitGaussianMixture: column %d is constant", j)
		}
	}
	parts, shares := make([]Distribution, k), make([]float64, k)
	for c, rows := range clusters(k, scaledColumns(x, &whole), generator(src)) {
		shares[c] = float64(len(rows)+1) / float64(n+k)
		mean, cov := clusterMoments(x, rows, &whole)
		part, err := NewCovarianceNormal(autodiff.Learned(mean...), cov)
		if err != nil {
			return nil, fmt.Errorf("dist: FitGaussianMixture: the columns are linearly dependent: %w", err)
		}
		parts[c] = part
	}
	return NewMixture(LearnedWeights(shares...), parts...), nil
}

// scaledColumns returns the columns of x divided by their standard deviations.
func scaledColumns(x *mat.Dense, cov mat.Symmetric) *mat.Dense {
	var z mat.Dense
	z.Apply(func(_, j int, v float64) float64 { return v / math.Sqrt(cov.At(j, j)) }, x)
	return &z
}

// clusterMoments returns the mean of some rows and their covariance, to which
// that of all data is added as d+1 rows would.
func clusterMoments(x *mat.Dense, rows []int, whole *mat.SymDense) ([]float64, *mat.SymDense) {
	_, d := x.Dims()
	mean, cov := make([]float64, d), mat.NewSymDense(d, nil)
	for _, i := range rows {
		for j, v := range x.RawRowView(i) {
			mean[j] += v / float64(len(rows))
		}
	}
	e := mat.NewVecDense(d, nil)
	for _, i := range rows {
		for j, v := range x.RawRowView(i) {
			e.SetVec(j, v-mean[j])
		}
		cov.SymRankOne(cov, 1, e)
	}
	prior := float64(d + 1)
	for i := range d {
		for j := i; j < d; j++ {
			cov.SetSym(i, j, (cov.At(i, j)+prior*whole.At(i, j)/float64(max(len(rows), 1)))/(float64(len(rows))+prior))
		}
	}
	return mean, cov
}

// clusters returns the rows of each cluster, none of which is empty.
func clusters(k int, x *mat.Dense, r *rand.Rand) [][]int {
	n, _ := x.Dims()
	centres := seeds(k, x, r)
	nearest := make([]int, n)
	for range 100 {
		moved := false
		rows := make([][]int, k)
		for i := range n {
			best, _ := nearestOf(x.RawRowView(i), centres)
			moved = moved || nearest[i] != best
			nearest[i] = best
			rows[best] = append(rows[best], i)
		}
		for c, rows := range rows {
			if len(rows) == 0 { // an empty cluster starts again from a random row
				copy(centres[c], x.RawRowView(r.IntN(n)))
				moved = true
				continue
			}
			clear(centres[c])
			for _, i := range rows {
				for j, v := range x.RawRowView(i) {
					centres[c][j] += v / float64(len(rows))
				}
			}
		}
		if !moved {
			return rows
		}
	}
	rows := make([][]int, k)
	for i, c := range nearest {
		rows[c] = append(rows[c], i)
	}
	for c := range rows {
		if len(rows[c]) == 0 {
			rows[c] = []int{r.IntN(n)}
		}
	}
	return rows
}

// seeds draws k rows, each with a probability proportional to its squared
// distance from those already drawn.
func seeds(k int, x *mat.Dense, r *rand.Rand) [][]float64 {
	n, _ := x.Dims()
	centres := [][]float64{append([]float64(nil), x.RawRowView(r.IntN(n))...)}
	w := make([]float64, n)
	for len(centres) < k {
		sum := 0.0
		for i := range w {
			_, w[i] = nearestOf(x.RawRowView(i), centres)
			sum += w[i]
		}
		for i := range w {
			w[i] /= sum
		}
		centres = append(centres, append([]float64(nil), x.RawRowView(pick(r, w))...))
	}
	return centres
}

// nearestOf returns the nearest centre and its squared distance.
func nearestOf(x []float64, centres [][]float64) (best int, distance float64) {
	distance = math.Inf(1)
	for c, centre := range centres {
		sum := 0.0
		for j, v := range x {
			sum = math.FMA(v-centre[j], v-centre[j], sum)
		}
		if sum < distance {
			best, distance = c, sum
		}
	}
	return best, distance
}
