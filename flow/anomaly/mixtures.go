package anomaly

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// inflation multiplies covariances: by much of it tight clusters lose their edges, by little of it the odd are learned too.
const inflation = 2

// byMixtures returns two scores of each row, means over mixtures of normals that were fitted to the chosen rows without one of three
// parts: −log density with inflated covariances, up to a constant, and the squared Mahalanobis distance to the nearest component.
func byMixtures(ctx context.Context, z *mat.Dense, chosen []int, src *rng.Source) (narrow, local []float64, err error) {
	n, _ := z.Dims()
	m := len(chosen)
	var densities, distances [folds][]float64
	var errs [folds]error
	var wg sync.WaitGroup
	for k := range folds {
		seed := src.Uint64()
		rest := slices.Concat(chosen[:m*k/folds], chosen[m*(k+1)/folds:])
		wg.Go(func() {
			if errs[k] = ctx.Err(); errs[k] != nil {
				return
			}
			g, err := dist.FitGaussianMixture(pick(z, rest), &dist.MixtureSettings{MinScale: leastScale, Budget: mixtureWork, Source: rng.New(seed)})
			if err == nil {
				densities[k], distances[k], err = inflated(g, z)
			}
			errs[k] = err
		})
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return nil, nil, err
	}
	narrow, local = make([]float64, n), make([]float64, n)
	for i := range n {
		for k := range folds {
			narrow[i] += densities[k][i] / folds
			local[i] += distances[k][i] / folds
		}
	}
	return narrow, local, nil
}

// inflated returns −log density of each row by a mixture of normals with inflated covariances, up to a constant, and the squared
// Mahalanobis distance to the nearest of its components.
func inflated(g *dist.Mixture, z *mat.Dense) (minusLog, nearest []float64, err error) {
	n, d := z.Dims()
	parts := len(g.Parts)
	tops, models := make([]float64, parts), make([]*flow.Transformed, parts) // log densities at the means
	for c, p := range g.Parts {
		normal, ok := p.(*dist.MultivariateNormal)
		if !ok {
			return nil, nil, errors.New("want a mixture of normal distributions")
		}
		tops[c], models[c] = normal.LogProb(normal.Mean(nil)), flow.New(normal)
	}
	logits := g.Logits.Numbers()
	minusLog, nearest = make([]float64, n), make([]float64, n)
	const most = 64 * chunk
	terms := make([]float64, parts)
	for i := 0; i < n; i += most {
		block := z.Slice(i, min(i+most, n), 0, d)
		logs := make([][]float64, parts)
		for c, m := range models {
			logs[c] = m.LogProbs(nil, block)
		}
		for row := range logs[0] {
			near := math.Inf(1)
			for c, l := range logs {
				below := max(tops[c]-l[row], 0) // half the squared distance
				near = min(near, 2*below)
				terms[c] = logits[c] + tops[c] - below/inflation
			}
			minusLog[i+row], nearest[i+row] = -special.LogSumExp(terms), near
		}
	}
	return minusLog, nearest, nil
}
