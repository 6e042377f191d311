package anomaly

import (
	"math"
	"slices"

	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A clump is a small, tight and lonely cluster: like anomalies, which to every density are the most usual rows of a table. It has fewer than
// three rows in ten, a radius below six tenths of that of all clusters and of those that hold nine tenths of the other rows, and no other
// cluster within four of its radii or one of theirs. Clusters of many scales, of which one is the tightest, are no clumps.
const (
	clumpShare  = 0.3
	clumpRadius = 0.6
	clumpApart  = 4
	tightOthers = 0.1 // of the rows that are in no clump, at most in clusters that are nearly as tight
)

// clumpClusters are the numbers of clusters among which clumps are looked for.
var clumpClusters = []int{4, 8, 16}

// withoutClumps returns the chosen rows of z that are in no clump by most runs of k-means, for several numbers of clusters. Where
// so much is in clumps that they would be the table, all are returned.
func withoutClumps(z *mat.Dense, chosen []int, src *rng.Source) []int {
	x := pick(z, chosen)
	votes := make([]int, len(chosen))
	for _, k := range clumpClusters {
		for range restarts {
			addClumps(votes, x, min(k, len(chosen)), src)
		}
	}
	var rest []int
	for i, row := range chosen {
		if 2*votes[i] <= restarts*len(clumpClusters) {
			rest = append(rest, row)
		}
	}
	if float64(len(rest)) < (1-clumpShare)*float64(len(chosen)) || len(rest) < leastRows {
		return chosen
	}
	return rest
}

// addClumps gives each row of a clump among k clusters of x a vote. Radii are squared.
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
	clump, radii := make([]bool, k), make([]float64, k)
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
		radii[c] = sums[c] / (sizes[c] - 1)
		clump[c] = sizes[c] < clumpShare*float64(n) && radii[c] < clumpRadius*clumpRadius*all && slices.Min(squared) > max(clumpApart*clumpApart*radii[c], all)
	})
	others, widest := 0.0, 0.0
	for c, size := range sizes {
		if clump[c] {
			widest = max(widest, radii[c])
		} else {
			others += size
		}
	}
	tight := 0.0
	for c, size := range sizes {
		if !clump[c] && size >= leastMember && clumpRadius*clumpRadius*radii[c] <= widest {
			tight += size
		}
	}
	if tight > tightOthers*others {
		return
	}
	for i, c := range member {
		if clump[c] {
			votes[i]++
		}
	}
}
