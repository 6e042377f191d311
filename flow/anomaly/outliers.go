package anomaly

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// Outliers returns a score of each row of x, higher for the odder, beside the other rows of the same table, some of which
// may be anomalies: outlier detection. If all rows are known to be normal and the question is about others, see [Learn].
//
// The score is the largest of three, each in units of its quartiles' distance from its median. The wide one is the mean of two, the
// second counted twice: the distance to the nearest of sixteen clusters, of those alone that hold three quarters of the rows together;
// and −log of a density of normal kernels on the four fifths of the rows that are nearest to such clusters. A small group of like
// anomalies is in neither. The other two are of mixtures of normal distributions, each fitted to two thirds of the rows: the narrow one,
// −log of their densities with covariances doubled, counts half as much again; the local one, the least of the squared
// Mahalanobis distances to their components, which measures each cluster by its own scale, counts half. All this is learned from 2,500 of the rows at most, twice, and averaged, but not
// from clumps: clusters of fewer than three rows in ten that are tighter than the others and far from them, as many like anomalies are. A table whose normal rows have such a
// cluster looks the same.
//
// The scores are a function of rows and settings, on any number of cores. They have no scale that means a probability, as nothing
// says how many of the rows are anomalies: there are no rows known to be normal that could be a reference. [RankPValues] says what
// their ranks alone do. Rows with NaN or infinite numbers are an error that names the first; so are fewer
// than 12 rows. When ctx is done, Outliers returns its error.
func Outliers(ctx context.Context, x mat.Matrix, s *Settings) ([]float64, error) {
	need.One("anomaly: Outliers", "context.Context", ctx)
	scores, err := outliers(ctx, x, s)
	if err != nil {
		return nil, fmt.Errorf("anomaly: Outliers: %w", err)
	}
	return scores, nil
}

func outliers(ctx context.Context, x mat.Matrix, s *Settings) ([]float64, error) {
	c, err := s.orDefault()
	if err != nil {
		return nil, err
	}
	rows, _, _, err := flow.Rows(x).Collect(c.Seed)
	if err != nil {
		return nil, err
	}
	n, _ := rows.Dims()
	if n < leastRows {
		return nil, fmt.Errorf("got %d rows, want at least %d", n, leastRows)
	}
	z := new(section).standardise(rows)
	src, clumps := rng.New(c.Seed), rng.New(^c.Seed)
	wide, narrow, local := make([]float64, n), make([]float64, n), make([]float64, n)
	for range times {
		chosen := withoutClumps(z, rand.New(src).Perm(n)[:min(n, learnedRows)], clumps)
		add(wide, outside(z, chosen, src), 1)
		a, b, err := byMixtures(ctx, z, chosen, src)
		if err != nil {
			return nil, err
		}
		add(narrow, a, 1)
		add(local, b, 1)
	}
	byQuartiles(wide)
	byQuartiles(narrow)
	byQuartiles(local)
	for i := range wide {
		wide[i] = max(wide[i], float64(narrowWeight*narrow[i]), float64(localWeight*local[i]))
	}
	return wide, nil
}

// What the narrow and the local score count beside the wide one. Normal rows at the edge of a wrong component are local outliers, too:
// it takes a large distance to count.
const (
	narrowWeight = 1.5
	localWeight  = 0.5
)

// What is odd is seen among some rows of the table: of many, groups of like anomalies would be learned too.
const (
	learnedRows = 2500
	times       = 2 // that so many, and folds, are chosen
)

// add puts scores in units of their quartiles and adds them, times a factor, to dst.
func add(dst, s []float64, by float64) {
	byQuartiles(s)
	for i, v := range s {
		dst[i] += float64(by * v)
	}
}

// byQuartiles puts scores in units of the distance of their quartiles from their median.
func byQuartiles(s []float64) {
	sorted := slices.Clone(s)
	slices.Sort(sorted)
	m := quantile(sorted, 0.5)
	unit := max(quantile(sorted, 0.75)-quantile(sorted, 0.25), 1e-9*math.Abs(m), 1e-12)
	for i := range s {
		s[i] = (s[i] - m) / unit
	}
}

const (
	coreClusters = 8   // by which the core is found
	wideClusters = 16  // to which distances are a score
	coreShare    = 0.8 // of the rows
)

// outside returns the wide score of each row by the chosen ones: the mean of −log of a kernel density of the core, the rows that are
// nearest to large clusters, counted twice, and the distance to the nearest large cluster, each by quartiles.
func outside(z *mat.Dense, chosen []int, src *rng.Source) []float64 {
	n, _ := z.Dims()
	x := pick(z, chosen)
	near := fromClusters(z, x, coreClusters, src)
	core := slices.Clone(chosen)
	slices.SortStableFunc(core, func(a, b int) int { return cmp.Compare(near[a], near[b]) })
	core = core[:max(1, int(coreShare*float64(len(core))))]
	score := make([]float64, n)
	add(score, kernelDensity(z, core), 2./3)
	add(score, fromClusters(z, x, wideClusters, src), 1./3)
	return score
}

// kernelDensity returns −log of the mean of normal kernels of deviation 1 on the rows of core, a row's own left out, up
// to a constant.
func kernelDensity(z *mat.Dense, core []int) []float64 {
	n, _ := z.Dims()
	at := make([]int, n) // in the core, plus 1
	for k, i := range core {
		at[i] = k + 1
	}
	out := make([]float64, n)
	eachDistance(z, pick(z, core), func(i int, squared []float64) {
		count := float64(len(squared))
		if k := at[i]; k > 0 && len(squared) > 1 {
			squared[k-1] = math.Inf(1)
			count--
		}
		least := slices.Min(squared)
		for k, v := range squared {
			squared[k] = 0.5 * (least - v)
		}
		kernel.Exp(squared, squared)
		sum := 0.0
		for _, v := range squared {
			sum += v
		}
		out[i] = 0.5*least - special.Log(sum/count)
	})
	return out
}
