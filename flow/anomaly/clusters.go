package anomaly

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/parallel"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

const (
	restarts = 5
	rounds   = 30
	mass     = 0.75 // of the rows in large clusters, at least
)

// fromClusters returns the distance of each row of z to the nearest large cluster of k of the rows of x, the mean over several restarts of
// k-means. Large are those that hold three quarters of the rows together: a small group of like anomalies is none.
//
// Z. He, X. Xu, S. Deng, Discovering cluster-based local outliers, 2003.
func fromClusters(z, x *mat.Dense, k int, src *rng.Source) []float64 {
	n, _ := z.Dims()
	m, _ := x.Dims()
	out := make([]float64, n)
	for range restarts {
		for i, d := range distances(z, largeClusters(x, min(k, m), src)) {
			out[i] += d / restarts
		}
	}
	return out
}

// distances returns the distance of each row to the nearest centre.
func distances(z, centres *mat.Dense) []float64 {
	n, _ := z.Dims()
	out := make([]float64, n)
	eachDistance(z, centres, func(i int, squared []float64) { out[i] = math.Sqrt(slices.Min(squared)) })
	return out
}

// largeClusters returns the centres of the largest of k clusters.
func largeClusters(x *mat.Dense, k int, src *rng.Source) *mat.Dense {
	n, _ := x.Dims()
	centres, sizes := lloyd(x, spread(x, k, src), rounds)
	order := make([]int, k)
	for c := range order {
		order[c] = c
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sizes[b], sizes[a]) })
	held, large := 0.0, 0
	for held < mass*float64(n) {
		held += sizes[order[large]]
		large++
	}
	return pick(centres, order[:large])
}

// lloyd returns the means of the rows that are nearest to each centre, and how many they are, again and again for at most
// so many steps. A centre without rows stays where it is.
func lloyd(x, centres *mat.Dense, steps int) (means *mat.Dense, sizes []float64) {
	n, d := x.Dims()
	k, _ := centres.Dims()
	member := make([]int, n)
	for range steps {
		eachDistance(x, centres, func(i int, squared []float64) { member[i] = least(squared) })
		sizes = make([]float64, k)
		next := mat.NewDense(k, d, nil)
		for i, c := range member {
			sizes[c]++
			kernel.Accumulate(next.RawRowView(c), x.RawRowView(i))
		}
		for c, size := range sizes {
			row := next.RawRowView(c)
			if size == 0 {
				copy(row, centres.RawRowView(c))
				continue
			}
			for j := range row {
				row[j] /= size
			}
		}
		if mat.Equal(next, centres) {
			break
		}
		centres = next
	}
	return centres, sizes
}

func least(x []float64) (at int) {
	for i, v := range x {
		if v < x[at] {
			at = i
		}
	}
	return at
}

// spread returns k rows to start from, each chosen with a probability proportional to its squared distance to those before:
// D. Arthur, S. Vassilvitskii, k-means++: The advantages of careful seeding, 2007.
func spread(x *mat.Dense, k int, src *rng.Source) *mat.Dense {
	n, d := x.Dims()
	r := rand.New(src)
	centres := mat.NewDense(k, d, nil)
	away := make([]float64, n)
	for i := range away {
		away[i] = 1
	}
	for c := range k {
		sum := 0.0
		for _, v := range away {
			sum += v
		}
		at, u := n-1, float64(r.Float64()*sum)
		for i, v := range away {
			if u -= v; u < 0 {
				at = i
				break
			}
		}
		centres.SetRow(c, x.RawRowView(at))
		for i := range away {
			v := squared(x.RawRowView(i), x.RawRowView(at))
			if c > 0 {
				v = min(v, away[i])
			}
			away[i] = v
		}
	}
	return centres
}

// squared returns the squared distance of two rows.
func squared(x, y []float64) (sum float64) {
	for j, v := range x {
		sum += float64((v - y[j]) * (v - y[j]))
	}
	return sum
}

// eachDistance calls f with the squared distances of each row to all centres, on all cores. They are those of
// |x|² − 2x·c + |c|², and none is negative.
func eachDistance(x, centres *mat.Dense, f func(i int, squared []float64)) {
	n, d := x.Dims()
	k, _ := centres.Dims()
	norms := make([]float64, k)
	for c := range norms {
		norms[c] = kernel.Dot(centres.RawRowView(c), centres.RawRowView(c))
	}
	parallel.Pieces(n, chunk, func(i, j int) {
		p := make([]float64, (j-i)*k)
		kernel.Gemm(false, true, j-i, k, d, x.RawMatrix().Data[i*d:], d, centres.RawMatrix().Data, d, false, p, k)
		for row := i; row < j; row++ {
			norm := kernel.Dot(x.RawRowView(row), x.RawRowView(row))
			p := p[(row-i)*k : (row-i+1)*k]
			for c, v := range p {
				p[c] = max(norm-float64(2*v)+norms[c], 0)
			}
			f(row, p)
		}
	})
}
