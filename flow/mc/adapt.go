package mc

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/walkers"
	"gonum.org/v1/gonum/mat"
)

// AdaptSettings of [Adapt]. The zero value, and a nil pointer, are good defaults.
type AdaptSettings struct {
	Draws  int    // in each round; 0 is 10,000
	Rounds int    // of training, at most; 0 is 3
	Steps  int    // of training in a round; 0 is 1500
	Seed   uint64 // of everything random
}

func (s *AdaptSettings) withDefaults() (c AdaptSettings) {
	if s != nil {
		c = *s
	}
	if c.Draws < 0 || c.Rounds < 0 || c.Steps < 0 {
		panic(fmt.Sprintf("mc: Adapt: got Draws %d, Rounds %d, Steps %d, want none negative", c.Draws, c.Rounds, c.Steps))
	}
	setDefault(&c.Draws, 10000)
	setDefault(&c.Rounds, 3)
	setDefault(&c.Steps, 1500)
	return c
}

// goodShare is the effective share of the draws at which adapting ends: more training would cost more than more draws.
const goodShare = 0.75

// Adapt trains a proposal towards a target by rounds of importance sampling, and returns the weighted draws of the best
// round, whose parameters the flow has in the end. In a round the draws are weighed and resampled, moved through
// the target by Metropolis steps, and the flow is fitted to them by maximum likelihood, which minimises
// KL(p‖q): unlike reverse divergences this covers all mass that was met. Once half of the draws count, a flow with a normal base is
// fitted to rows farther out as well, as if they came from it with a base of Student's t. The target needs no gradient. A tenth of
// the draws come from the flow with Student's t for its base, so that weights in the tails are bounded. Rounds end when the
// effective size is 75 % of the draws.
//
// It costs in each round what [Importance] costs, some ten to thirty evaluations of the target for each of 5000
// walkers, and the training. It returns the errors of Importance, and of [flow.Fit]. It panics as these do.
//
// M. Gabrié, G. Rotskoff and E. Vanden-Eijnden, Adaptive Monte Carlo augmented with normalizing flows, arXiv 2105.12603.
func Adapt(ctx context.Context, target Target, m *flow.Transformed, s *AdaptSettings) (*Draws, error) {
	need.One("mc: Adapt", "context.Context", ctx)
	need.One("mc: Adapt", "target", target)
	need.One("mc: Adapt", "model", m)
	c := s.withDefaults()
	d, err := adapt(ctx, target, asFlow("Adapt", m), c, rng.New(c.Seed))
	if err != nil {
		return nil, fmt.Errorf("mc: Adapt: %w", err)
	}
	return d, nil
}

func adapt(ctx context.Context, target Target, m *flow.Transformed, c AdaptSettings, src *rng.Source) (best *Draws, err error) {
	var kept [][]float64 // parameters of the best round
	params := m.Params()
	for round := 0; ; round++ {
		d, err := importance(ctx, target, defended(m), m, c.Draws, src.Split())
		if err != nil {
			return nil, err
		}
		if d.better(best) {
			best, kept = d, nil
			for _, p := range params {
				kept = append(kept, append([]float64(nil), p.Data()...))
			}
		}
		if round == c.Rounds || d.ESS >= goodShare*float64(d.N) && len(d.Warnings) == 0 {
			break
		}
		rows, err := moved(ctx, target, m, d, min(c.Draws, 5000), src.Split())
		if err != nil {
			return nil, err
		}
		if d.ESS < 0.5*float64(d.N) { // so far off that its tails are not the target's
			err = refit(ctx, m, rows, c.Steps, false, src.Uint64())
		} else {
			err = approach(ctx, target, m, rows, c.Steps, src.Split())
		}
		if err != nil {
			return nil, err
		}
	}
	for i, p := range params {
		p.Set(kept[i])
	}
	return best, nil
}

// better says whether draws are to be trusted more than others: those without warnings, then of greater effective size.
func (d *Draws) better(than *Draws) bool {
	if than == nil || len(d.Warnings) == 0 && len(than.Warnings) > 0 {
		return true
	}
	return d.ESS > than.ESS && (len(d.Warnings) == 0 || len(than.Warnings) > 0)
}

// moved returns draws without weights, moved until few are where others are.
func moved(ctx context.Context, target Target, m *flow.Transformed, d *Draws, n int, src *rng.Source) (*mat.Dense, error) {
	p := &walkers.Population{At: d.Resample(n, src), Rand: rand.New(src.Split()), Density: func(dst []float64, rows *mat.Dense, _ int) { target.LogProbs(dst, rows) }}
	p.Evaluate()
	_, err := newJump(m, src).mix(ctx, p, 4, 15)
	return p.At, err
}
