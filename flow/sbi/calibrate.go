package sbi

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A Calibration says whether a posterior is right in the mean over observations, in numbers that are uniform if it is.
type Calibration struct {
	// Ranks are those of true parameters among draws, column by column: simulation-based calibration.
	Ranks *calibration.Uniformity
	// Coverage is the mass of the highest-density regions that have the truth at their edge: their expected coverage.
	Coverage *calibration.Uniformity
}

// String says both.
func (c *Calibration) String() string { return fmt.Sprintf("%v\n%v", c.Ranks, c.Coverage) }

// Calibrate runs the simulator for so many new pairs of parameters and observations, draws from the posterior given each,
// and compares the draws with the truth: see [calibration.SBC] and [calibration.Coverage]. About 200 pairs and 100
// draws show what matters. Its cost is that of [Posterior.Sample]; the seed must not be that of the simulations that were learned from.
func (p *Posterior) Calibrate(ctx context.Context, s *Simulator, pairs, draws int, seed uint64) (*Calibration, error) {
	sims, err := Simulate(ctx, s, pairs, seed)
	if err != nil {
		return nil, err
	}
	samples, err := p.Sample(ctx, sims.X, draws, seed)
	if err != nil {
		return nil, err
	}
	n, seen := sims.count(), p.summarised(sims.X)
	truth, each := make([]float64, n), mat.NewDense(n, draws, nil)
	for i := range n {
		rows := stacked(rowOf(sims.Theta, i), samples.rows(i, draws))
		lp := p.logDensity(p.space.free(rows), rowOf(seen, i), samples.Observations[i].Importance)
		truth[i] = lp[0]
		each.SetRow(i, lp[1:])
	}
	src := rng.New(seed)
	return &Calibration{
		Ranks:    calibration.SBC(sims.Theta, draws, func(i int, batch *mat.Dense) { batch.Copy(samples.rows(i, draws)) }, src),
		Coverage: calibration.Coverage(truth, each, src),
	}, nil
}

// rows are the draws given observation i.
func (s *Samples) rows(i, n int) *mat.Dense {
	_, d := s.Theta.Dims()
	return s.Theta.Slice(i*n, (i+1)*n, 0, d).(*mat.Dense)
}

// logDensity returns log of the posterior of rows u, with its integral from the weights, which are nil for q alone.
func (p *Posterior) logDensity(u, x *mat.Dense, w *calibration.Importance) []float64 {
	if w == nil {
		return p.Direct.Given(x).LogProbs(nil, u)
	}
	logs := p.logPool(u, x, nil)
	for i := range logs {
		logs[i] -= w.LogZ.Value
	}
	return logs
}

// integralDraws are those by which LogProbs finds the integral.
const integralDraws = 4000

// LogProbs returns the log-density, in nats, of each row of theta given one observation: −Inf outside the prior's support. Where
// there is a likelihood, the integral Z(x) comes from 4,000 draws of q, or of what [Posterior.Sample] fits where q is far, with a seed
// that is always the same. Its error, LogZ.SE, is returned with other marks of them; else nil is. It panics if shapes do not
// fit; NaN or infinite numbers of x, and one that has no likelihood anywhere, are an error.
func (p *Posterior) LogProbs(theta mat.Matrix, x []float64) ([]float64, *calibration.Importance, error) {
	if _, d := theta.Dims(); d != p.space.Prior.Dim() || len(x) != p.width() {
		panic(fmt.Sprintf("sbi: LogProbs: got parameters of %d columns and an observation of %d numbers, want %d and %d", d, len(x), p.space.Prior.Dim(), p.width()))
	}
	if err := finite(x); err != nil {
		return nil, nil, fmt.Errorf("sbi: LogProbs: %w", err)
	}
	row, rows := p.summarised(mat.NewDense(1, len(x), x)), mat.DenseCopyOf(theta)
	var w *calibration.Importance
	if p.Likelihood != nil {
		src := rng.New(1)
		first, err := p.weighted(row, leastDraws, src)
		if err != nil {
			return nil, nil, fmt.Errorf("sbi: LogProbs: %w", err)
		}
		draws, err := p.more(context.Background(), first, row, integralDraws, rand.New(src), src)
		if err != nil {
			return nil, nil, fmt.Errorf("sbi: LogProbs: %w", err)
		}
		w = draws.Importance
	}
	u := p.space.free(rows)
	lp := p.logDensity(u, row, w)
	for i, slope := range p.space.slope(rows) {
		if lp[i] += slope; math.IsNaN(lp[i]) && finite(rows.RawRowView(i)) == nil {
			lp[i] = math.Inf(-1)
		}
	}
	return lp, w, nil
}
