package anomaly

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Outliers returns a score of each row of x, higher for the odder, beside the other rows of the same table, some of which
// may be anomalies: outlier detection. If all rows are known to be normal and the question is about others, see [Learn].
//
// The score is the larger of two, each in units of its quartiles' distance from its median: the mean distance
// to the nearest of a few random rows, which a small group of like anomalies seldom has a member of; and −log of
// a mixture of normal distributions, fitted without the row's own third of the table, with its covariances times 1 + 1.5².
//
// The scores are a function of rows and settings, on any number of cores. They have no scale that means a probability: nothing
// says how many of the rows are anomalies. Rows with NaN or infinite numbers are an error that names the first; so are fewer
// than 12 rows. When ctx is done, Outliers returns its error.
//
// G. Pang, K. M. Ting, D. Albrecht, LeSiNN: Detecting anomalies by identifying least similar nearest neighbours, 2015.
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
	wide := nearest(z, src)
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
	sampleRows = 8 // among which the nearest is looked for
	samples    = 300
)

// nearest returns the mean distance of each row to the nearest of a few random others.
func nearest(z *mat.Dense, src *rng.Source) []float64 {
	n, _ := z.Dims()
	r := rand.New(src)
	chosen := make([]int, samples*sampleRows)
	for i := range chosen {
		chosen[i] = r.IntN(n)
	}
	out := make([]float64, n)
	eachRow(n, func(i int) {
		for s := 0; s < len(chosen); s += sampleRows {
			least := math.Inf(1)
			for _, k := range chosen[s : s+sampleRows] {
				if k != i {
					least = min(least, squared(z.RawRowView(i), z.RawRowView(k)))
				}
			}
			if !math.IsInf(least, 1) {
				out[i] += math.Sqrt(least)
			}
		}
	})
	return out
}

// squared returns the squared distance of two rows.
func squared(x, y []float64) (sum float64) {
	for j, v := range x {
		sum += float64((v - y[j]) * (v - y[j]))
	}
	return sum
}

// eachRow calls f for 0 to n−1, on all cores.
func eachRow(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
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
