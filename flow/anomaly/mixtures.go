package anomaly

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/parallel"
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
				densities[k], distances[k] = inflated(g, z)
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
func inflated(g *dist.Mixture, z *mat.Dense) (minusLog, nearest []float64) {
	n, d := z.Dims()
	k := len(g.Parts)
	means := mat.NewDense(k, d, nil)
	for c, p := range g.Parts {
		p.(dist.Moments).Mean(means.RawRowView(c))
	}
	t := autodiff.NewTape()
	joint := g.LogJoint(t.Matrix(means)).Data()
	tops := make([]float64, k) // of log(wₖ·pₖ)
	for c := range tops {
		tops[c] = joint[c*k+c]
	}
	minusLog, nearest = make([]float64, n), make([]float64, n)
	parallel.Pieces(n, chunk, func(i, j int) {
		t := autodiff.Borrow()
		joint := g.LogJoint(t.View(j-i, d, z.RawMatrix().Data[i*d:j*d])).Data()
		terms := make([]float64, k)
		for row := i; row < j; row++ {
			near := math.Inf(1)
			for c, l := range joint[(row-i)*k : (row-i+1)*k] {
				below := max(tops[c]-l, 0) // half the squared distance
				near = min(near, 2*below)
				terms[c] = tops[c] - below/inflation
			}
			minusLog[row], nearest[row] = -special.LogSumExp(terms), near
		}
		t.Release()
	})
	return minusLog, nearest
}
