package anomaly

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

const (
	folds         = 3
	leastRows     = 12
	mostReference = 20000 // rows whose scores are kept
	mixtureWork   = 1e10
	leastScale    = 1e-2 // of a mixture's columns, in deviations
)

// Learn returns a detector of rows unlike those of the data, which are taken as normal: novelty detection. For
// rows that may be anomalies themselves see [Outliers].
//
// Columns are standardised. Rows are cut into three folds; small clusters, a noise-conditional neural spline flow and a mixture
// of normal distributions are fitted without each, and give its rows their reference scores. Streams are read as
// [flow.Data.Collect] does. The detector keeps no row. Nil settings are the defaults.
//
// The result is a function of data and settings, on any number of cores. Rows with NaN or infinite numbers
// are an error that names the first; so are contexts, weights, and fewer than 12 rows. When ctx is done, Learn
// returns its error.
func Learn(ctx context.Context, data flow.Data, s *Settings) (*Detector, error) {
	need.One("anomaly: Learn", "context.Context", ctx)
	d, err := learn(ctx, data, s)
	if err != nil {
		return nil, fmt.Errorf("anomaly: Learn: %w", err)
	}
	return d, nil
}

func learn(ctx context.Context, data flow.Data, s *Settings) (*Detector, error) {
	c, err := s.orDefault()
	if err != nil {
		return nil, err
	}
	x, context, weights, err := data.Collect(c.Seed)
	switch {
	case err != nil:
		return nil, err
	case context != nil || weights != nil:
		return nil, errors.New("got rows with contexts or weights, want neither")
	}
	if n, _ := x.Dims(); n < leastRows {
		return nil, fmt.Errorf("got %d rows, want at least %d", n, leastRows)
	}
	p := new(section)
	z := p.standardise(x)
	src := rng.New(c.Seed)
	cut := cutFolds(z, src)
	p.Folds = make([]fold, folds)
	if err := p.fit(ctx, cut, c, src); err != nil {
		return nil, err
	}
	p.refer(cut)
	return p.detector()
}

// A part is rows to learn from and rows to score.
type part struct{ fit, held *mat.Dense }

// cutFolds cuts the rows into three.
func cutFolds(z *mat.Dense, src *rng.Source) (cut [folds]part) {
	n, _ := z.Dims()
	order := rand.New(src).Perm(n)
	for k := range cut {
		lo, hi := n*k/folds, n*(k+1)/folds
		cut[k] = part{pick(z, slices.Concat(order[:lo], order[hi:])), pick(z, order[lo:hi])}
	}
	return cut
}

func pick(x *mat.Dense, rows []int) *mat.Dense {
	_, d := x.Dims()
	y := mat.NewDense(len(rows), d, nil)
	for i, k := range rows {
		y.SetRow(i, x.RawRowView(k))
	}
	return y
}

// fit fits the folds, side by side.
func (p *section) fit(ctx context.Context, cut [folds]part, c Settings, src *rng.Source) error {
	var errs [folds]error
	var wg sync.WaitGroup
	for k := range cut {
		seed := src.Uint64()
		wg.Go(func() {
			x := cut[k].fit
			m, err := dist.FitGaussianMixture(x, &dist.MixtureSettings{MinScale: leastScale, Budget: mixtureWork, Source: rng.New(seed)})
			if err != nil {
				errs[k] = err
				return
			}
			f, err := fitNoise(ctx, x, float64(c.Budget)/folds, seed)
			if err != nil {
				errs[k] = err
				return
			}
			p.Folds[k] = fold{Centres: fitCentres(x, rng.New(seed)), Flow: f, Mixture: m}
		})
	}
	wg.Wait()
	return errors.Join(errs[:]...)
}

// refer sets the width of the narrow view, the tails and the reference from scores of the held-out rows.
func (p *section) refer(cut [folds]part) {
	var of [folds][views][]float64
	var all [views][]float64
	held := make([]*mat.Dense, folds)
	for k, c := range cut {
		n, d := c.held.Dims()
		held[k] = mat.DenseCopyOf(c.held.Slice(0, min(n, mostReference/folds), 0, d))
	}
	narrow := sharpest(p.Folds, held)
	for k := range cut {
		p.Folds[k].Narrow = narrow
		of[k] = scoreFold(&p.Folds[k], held[k])
		for v, s := range of[k] {
			all[v] = append(all[v], s...)
		}
	}
	p.Tails = make([]tail, views)
	for v := range all {
		p.Tails[v] = newTail(all[v])
	}
	p.Reference = make([][]float64, folds)
	for k := range of {
		for i := range of[k][0] {
			c, _ := p.combine(at(of[k], i))
			p.Reference[k] = append(p.Reference[k], c)
		}
		slices.Sort(p.Reference[k])
	}
	p.Excess = meanExcess(p.Reference)
}
