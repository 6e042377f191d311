package anomaly

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/kernel"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// Outliers returns a score of each row of x, higher for the odder, beside the other rows of the same table, some of which
// may be anomalies: outlier detection. If all rows are known to be normal and the question is about others, see [Learn].
//
// The score is the larger of two, each in units of its quartiles' distance from its median. The wide one is the mean of two: the
// distance to the nearest of sixteen clusters, of those alone that hold three quarters of the rows together; and −log of a density of normal kernels on
// the four fifths of the rows that are nearest to such clusters. A small group of like anomalies is in neither. The narrow one is −log of
// a mixture of normal distributions, fitted without the row's own third of the table, with its covariances times 1 + 1.5².
//
// The scores are a function of rows and settings, on any number of cores. They have no scale that means a probability: nothing
// says how many of the rows are anomalies. Rows with NaN or infinite numbers are an error that names the first; so are fewer
// than 12 rows. When ctx is done, Outliers returns its error.
func Outliers(ctx context.Context, x mat.Matrix, s *Settings) ([]float64, error) {
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
	src := rng.New(c.Seed)
	wide := outside(z, src)
	narrow, err := inflatedMixture(ctx, z, src)
	if err != nil {
		return nil, err
	}
	byQuartiles(wide)
	byQuartiles(narrow)
	for i, v := range narrow {
		wide[i] = max(wide[i], v)
	}
	return wide, ctx.Err()
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
	mostCore     = 10000
	mostPairs    = 4e8 // of rows and kernels
)

// outside returns the wide score of each row: the mean of −log of a kernel density of the core, the rows that are nearest to large
// clusters, and the distance to the nearest large cluster, each by quartiles.
func outside(z *mat.Dense, src *rng.Source) []float64 {
	n, _ := z.Dims()
	near := fromClusters(z, coreClusters, src)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(near[a], near[b]) })
	core := order[:max(1, int(coreShare*float64(n)))]
	if most := min(mostCore, max(256, int(mostPairs/float64(n)))); len(core) > most {
		rand.New(src).Shuffle(len(core), func(i, j int) { core[i], core[j] = core[j], core[i] })
		core = core[:most]
	}
	score := kernelDensity(z, core)
	byQuartiles(score)
	far := fromClusters(z, wideClusters, src)
	byQuartiles(far)
	for i, v := range far {
		score[i] = 0.5 * (score[i] + v)
	}
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

// inflation is by what covariances are multiplied, less 1.
const inflation = 1.5 * 1.5

// inflatedMixture returns −log density of each row by a mixture that was fitted without its fold.
func inflatedMixture(ctx context.Context, z *mat.Dense, src *rng.Source) ([]float64, error) {
	n, _ := z.Dims()
	order := rand.New(src).Perm(n)
	out := make([]float64, n)
	var errs [folds]error
	var wg sync.WaitGroup
	for k := range folds {
		seed := src.Uint64()
		lo, hi := n*k/folds, n*(k+1)/folds
		wg.Go(func() {
			if errs[k] = ctx.Err(); errs[k] != nil {
				return
			}
			x := pick(z, slices.Concat(order[:lo], order[hi:]))
			m, err := dist.FitGaussianMixture(x, &dist.MixtureSettings{MinScale: leastScale, Budget: mixtureWork, Source: rng.New(seed)})
			if err != nil {
				errs[k] = err
				return
			}
			if m, errs[k] = changed(m, func(cov *mat.SymDense) { cov.ScaleSym(1+inflation, cov) }); errs[k] != nil {
				return
			}
			for i, lp := range flow.New(m).LogProbs(nil, pick(z, order[lo:hi])) {
				out[order[lo+i]] = -lp
			}
		})
	}
	wg.Wait()
	return out, errors.Join(errs[:]...)
}
