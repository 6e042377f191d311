package sbi

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// Settings of [Learn]. The zero value, and a nil pointer, are good defaults.
type Settings struct {
	// Simulations is how many are run; 0 is 10,000.
	Simulations int
	// Seed decides everything random.
	Seed uint64
	// Budget bounds the work of training each of the two models, see [flow.LearnSettings]. 0 is 8·10¹¹ for up to 10,000 simulations, and grows
	// with the root of their number. Of this p(θ | x) gets a quarter, beyond 10,000 a share that grows with the root of their
	// number to the whole; all of it below 1,500, where five folds share it.
	Budget int64
	// Checkpoint is the beginning of names of files that keep what has been trained: learning goes
	// on from there. Empty is none.
	Checkpoint string
	// Direct makes a posterior of p(θ | x) alone, without a likelihood: it costs much less to train and to
	// sample, and is farther from the truth.
	Direct bool
	// Observation is the one that the posterior is for, if there is but one: then simulations are run in Rounds rounds, the
	// parameters of each drawn from the prior truncated to where the posterior of those before has 99.8 % of its mass.
	// nil is a posterior for all observations.
	Observation []float64
	// Rounds is their number; 0 is 4. Each takes a training of p(θ | x).
	Rounds int
}

func (s *Settings) withDefaults() (Settings, error) {
	var c Settings
	if s != nil {
		c = *s
	}
	if c.Simulations < 0 || c.Budget < 0 || c.Rounds < 0 {
		return c, fmt.Errorf("got Settings.Simulations %d, Budget %d, Rounds %d, want none negative", c.Simulations, c.Budget, c.Rounds)
	}
	if c.Simulations == 0 {
		c.Simulations = 10000
	}
	if c.Rounds == 0 {
		c.Rounds = 4
	}
	if c.Observation != nil && c.Simulations < c.Rounds {
		return c, fmt.Errorf("got %d simulations in %d rounds, want at least one in each", c.Simulations, c.Rounds)
	}
	return c, nil
}

// Learn runs a simulator and learns from the pairs of parameters and observations the posterior of the parameters
// given any observation:
//
//	posterior, report, err := sbi.Learn(ctx, &simulator, nil)
//	samples, err := posterior.Sample(ctx, observations, 1000, seed)
//
// Both directions are learned, p(θ | x) and the likelihood p(x | θ), each a stack of flows by [flow.Learn]. They
// are pooled, see [Posterior], by powers that are found on pairs that neither has seen. Draws of the first are weighted for
// the pool, resampled and moved; see [Posterior.Sample]. Parameters go through the prior's map from
// unbounded numbers: no draw leaves the prior's support. Columns of observations may have any scale.
//
// The result depends on simulator and settings alone, whatever the number of cores. Simulations that fail are left
// out, and counted in the report; the model is of those that do not. Of 10,000 simulations of ten
// numbers it takes about a minute of one core.
//
// With Settings.Observation the posterior is for this one alone, and simulations go where its parameters are: M. Deistler, P.
// Gonçalves, J. Macke, Truncated proposals for scalable and hassle-free simulation-based inference, 2022, arXiv:2210.04815.
//
// D. Greenberg, M. Nonnenmacher, J. Macke, Automatic Posterior Transformation for Likelihood-Free Inference, 2019,
// arXiv:1905.07488 (posterior estimation); G. Papamakarios, D. Sterratt, I. Murray, Sequential Neural
// Likelihood, 2018, arXiv:1805.07226.
func Learn(ctx context.Context, s *Simulator, settings *Settings) (*Posterior, *Report, error) {
	need.One("sbi: Learn", "context.Context", ctx)
	need.One("sbi: Learn", "simulator", s)
	c, err := settings.withDefaults()
	if err != nil {
		return nil, nil, fmt.Errorf("sbi: Learn: %w", err)
	}
	s.check("Learn")
	if c.Observation != nil {
		sims, last, err := c.inRounds(ctx, s)
		if err != nil {
			return nil, nil, fmt.Errorf("sbi: Learn: %w", err)
		}
		return c.finish(ctx, "Learn", s, sims, last)
	}
	sims, err := s.simulate(ctx, c.Simulations, c.Seed)
	if err != nil {
		return nil, nil, fmt.Errorf("sbi: Learn: %w", err)
	}
	return c.finish(ctx, "Learn", s, sims, nil)
}

// LearnFrom is like [Learn] from simulations whose parameters were drawn from the simulator's prior; Settings.Simulations and
// Observation are ignored.
func LearnFrom(ctx context.Context, s *Simulator, sims *Simulations, settings *Settings) (*Posterior, *Report, error) {
	need.One("sbi: LearnFrom", "context.Context", ctx)
	need.One("sbi: LearnFrom", "simulator", s)
	need.One("sbi: LearnFrom", "set of simulations", sims)
	s.check("LearnFrom")
	c, err := settings.withDefaults()
	if err != nil {
		return nil, nil, fmt.Errorf("sbi: LearnFrom: %w", err)
	}
	return c.finish(ctx, "LearnFrom", s, sims, nil)
}

func (c *Settings) finish(ctx context.Context, what string, s *Simulator, sims *Simulations, in *region) (*Posterior, *Report, error) {
	p, r, err := c.learn(ctx, s, sims, in)
	if err != nil {
		return nil, nil, fmt.Errorf("sbi: %s: %w", what, err)
	}
	return p, r, nil
}

func (c *Settings) learn(ctx context.Context, s *Simulator, sims *Simulations, in *region) (*Posterior, *Report, error) {
	sp, err := newSpace(s.Prior)
	if err != nil {
		return nil, nil, err
	}
	if err := sims.check(s); err != nil {
		return nil, nil, err
	}
	r := &Report{Simulations: sims.count(), Failed: sims.failed(), Failure: sims.Failure}
	p := &Posterior{space: sp}
	if p.summary, sims, err = c.summarise(ctx, s, sp, sims); err != nil {
		return nil, nil, err
	}
	u := sp.free(sims.Theta)
	data := flow.Rows(u).Given(sims.X)
	p.Direct, r.Posterior, err = flow.Learn(ctx, data, c.settings("posterior", sims, nil))
	if err != nil {
		return nil, nil, err
	}
	r.toParameters(sp, sims)
	p.outcome = newOutcome(sims.X)
	if c.Direct {
		return p, r, nil
	}
	if len(p.outcome.Keep) == 0 {
		r.warn("all observations are the same")
		return p, r, nil
	}
	noise := rng.New(c.Seed ^ 0x9e3779b97f4a7c15)
	y := p.outcome.rows(sims.X, rand.New(noise))
	data = flow.Rows(y).Given(sp.features(sims.Theta))
	p.Likelihood, r.Likelihood, err = flow.Learn(ctx, data, c.settings("likelihood", sims, flow.LikelihoodCandidates()))
	if err != nil {
		return nil, nil, err
	}
	p.stack = newStack(p.Likelihood)
	if sims.Failed != nil {
		if p.valid, err = validDensity(ctx, u, c.Seed, c.budget(sims)/16); err != nil {
			return nil, nil, err
		}
	}
	if err := p.choose(ctx, sims, in, r, c.Seed); err != nil {
		return nil, nil, err
	}
	return p, r, nil
}

// settings are those of one of the two models.
func (c *Settings) settings(what string, sims *Simulations, candidates []flow.Candidate) *flow.LearnSettings {
	s := &flow.LearnSettings{Seed: c.Seed, Budget: c.budget(sims), Candidates: candidates}
	if what == "posterior" {
		s.Budget = c.directBudget(sims)
	}
	if c.Checkpoint != "" {
		s.Checkpoint = c.Checkpoint + "." + what
	}
	return s
}

// more is how many times as many as 10,000 simulations there are, at least 1.
func (s *Simulations) more() float64 { return max(1, float64(s.count())/10000) }

// budget is that of the likelihood.
func (c *Settings) budget(sims *Simulations) int64 {
	if c.Budget > 0 {
		return c.Budget
	}
	return int64(8e11 * math.Sqrt(sims.more()))
}

// oneSplit is from when on [flow.Learn] trains a flow once, not in five folds that share the work.
const oneSplit = 1500

// directBudget is that of p(θ | x). Four times as much makes pairs −.03, .06 and .19 nats likelier for bernoulli_glm, slcp and lotka_volterra of the
// benchmark with 10,000 simulations, but the pool −.01, .02 and −.03. A third of the likelihood's costs the pool of slcp .15 and that of lotka_volterra
// .4 nats.
func (c *Settings) directBudget(sims *Simulations) int64 {
	if c.Budget > 0 || sims.count() < oneSplit {
		return c.budget(sims)
	}
	return min(c.budget(sims), int64(2e11*sims.more()))
}

// validDensity is that of the parameters u whose simulations did not fail: it stands for the prior
// where the likelihood is that of simulations that did not.
func validDensity(ctx context.Context, u *mat.Dense, seed uint64, budget int64) (*flow.Transformed, error) {
	m, _, err := flow.Learn(ctx, flow.Rows(u), &flow.LearnSettings{Seed: seed, Budget: budget})
	return m, err
}
