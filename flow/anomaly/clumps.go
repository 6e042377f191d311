package anomaly

import (
	"math"
	"slices"

	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A clump is a small, tight and lonely cluster: like anomalies, which to every density are the most usual rows of a table. It has fewer than
// three rows in ten, a radius below six tenths of that of all clusters, and no other cluster within four of its radii or one of theirs.
const (
	clumpShare  = 0.3
	clumpRadius = 0.6
	clumpApart  = 4
)

// clumpClusters are the numbers of clusters among which clumps are looked for.
var clumpClusters = []int{4, 8, 16}

// withoutClumps returns the chosen rows of z that are in no clump by most restarts of k-means, for any number of clusters. Where
// so much is in clumps that they would be the table, all are returned.
func withoutClumps(z *mat.Dense, chosen []int, src *rng.Source) []int {
	x := pick(z, chosen)
	in := make([]bool, len(chosen))
	for _, k := range clumpClusters {
		votes := make([]int, len(chosen))
		for range restarts {
			addClumps(votes, x, min(k, len(chosen)), src)
		}
		for i, v := range votes {
			in[i] = in[i] || 2*v > restarts
		}
	}
	var rest []int
	for i, row := range chosen {
		if !in[i] {
			rest = append(rest, row)
		}
	}
	if float64(len(rest)) < (1-clumpShare)*float64(len(chosen)) || len(rest) < leastRows {
		return chosen
	}
	return rest
}

// addClumps gives each row of a clump among k clusters of x a vote.
func addClumps(votes []int, x *mat.Dense, k int, src *rng.Source) {
	n, _ := x.Dims()
	centres, _ := lloyd(x, spread(x, k, src), rounds)
	member := make([]int, n)
	sizes, sums := make([]float64, k), make([]float64, k)
	away := make([]float64, n)
	eachDistance(x, centres, func(i int, squared []float64) { member[i] = least(squared); away[i] = squared[member[i]] })
	all := 0.0
	for i, c := range member {
		sizes[c]++
		sums[c] += away[i]
		all += away[i] / float64(n)
	}
	clump := make([]bool, k)
	eachDistance(centres, centres, func(c int, squared []float64) {
		if sizes[c] < leastMember {
			return
		}
		squared[c] = math.Inf(1)
		for other, size := range sizes {
			if size == 0 {
				squared[other] = math.Inf(1)
			}
		}
		radius := sums[c] / (sizes[c] - 1)
		clump[c] = sizes[c] < clumpShare*float64(n) && radius < clumpRadius*clumpRadius*all && slices.Min(squared) > max(clumpApart*clumpApart*radius, all)
	})
	for i, c := range member {
		if clump[c] {
			votes[i]++
		}
	}
}
