package sbi

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// A Posterior is the distribution of parameters θ given an observation x, for any x:
//
//	p(θ)·(q(θ | x)/p(θ))ᵃ·p(x | θ)ᵇ·Πₖ pₖ(x | θ)^bₖ / Z(x)
//
// q is learned directly; p(x | θ) is the likelihood, a mixture of the pₖ. The powers are those that make
// simulations most likely that none of these has seen: a pool of densities is nearer to the truth than each, and as
// wide as it should be. It is read only: any number of goroutines may use one.
//
// C. Genest, J. Zidek, Combining probability distributions: a critique and an annotated bibliography, Statistical Science 1,
// 1986 (logarithmic pools).
type Posterior struct {
	// Direct is q, of unbounded numbers in place of θ, and takes x as context.
	Direct *flow.Transformed
	// Likelihood is p(x | θ), nil for none. Its columns and its context are logarithms where those given are
	// positive and skewed.
	Likelihood *flow.Transformed
	// Powers are a, b, b₁, b₂ …, the last only if the likelihood is a mixture; nil without a likelihood.
	Powers []float64

	stack   *stack // the likelihood, by its parts
	space   *space
	outcome *outcome
	summary nn.Network        // of an observation that is a set or a series, in place of which it stands; nil for others
	valid   *flow.Transformed // density of parameters whose simulations do not fail; nil if all do not
}

// Samples are draws from the posterior given each of m observations.
type Samples struct {
	// Theta has n rows for each observation: row i·n + k is draw k given observation i.
	Theta *mat.Dense
	// Observations tell how well they were drawn, one for each.
	Observations []Observation
}

// An Observation is how well the posterior given it was drawn.
type Observation struct {
	// Importance sums up the weights of draws of q for the pool: effective sample size, Pareto's
	// k̂, and log Z. Those of another proposal, where q is far from the pool, do not count. nil if there is no likelihood.
	Importance *calibration.Importance
	// Evidence is log ∫ p(θ)·p(x | θ) dθ of the observation as the likelihood has it, from the same draws.
	Evidence calibration.Estimate
	// Moves is how many Metropolis moves followed resampling in the end, and Accepted the share of these that were taken.
	Moves    int
	Accepted float64
	// Missed estimates the share of the mass that draws of q miss, which neither effective size nor k̂ sees: that of walkers
	// that moved to where their weight is above all draws'. What they found is in the result; log Z is too low, and
	// there may be more. 0 ± 0 if there is no likelihood.
	Missed calibration.Estimate
	// Warning says in words why draws should not be trusted; empty as a rule.
	Warning string
}

// Sample draws n parameters given each row of x, a fixed function of its arguments. Where there is a likelihood, n/2
// draws of q, at least 1,000, are weighted by the pool over q. If their effective size is more than .15 of them there are 2n in
// the end. Otherwise, for 1,000 draws and more, 1,000 of them take Metropolis moves along differences of one another, a mixture of
// Student t distributions is fitted to where they come to, and n to 2n draws of that are weighted, twice if once is not enough. Weighted draws are
// resampled systematically and moved, the more often the lower the effective size: 1, 3, 7, 15 or up to 60 times.
//
// When ctx is done Sample returns its error. It panics unless x has as many columns as observations, and
// n is positive; a number of x that is NaN or infinite is an error.
//
// C. J. F. ter Braak, A Markov Chain Monte Carlo version of the genetic algorithm Differential Evolution, Statistics
// and Computing 16, 2006.
func (p *Posterior) Sample(ctx context.Context, x mat.Matrix, n int, seed uint64) (*Samples, error) {
	m, w := x.Dims()
	if w != p.width() || n < 1 {
		panic(fmt.Sprintf("sbi: Sample: got observations of %d numbers and %d draws, want %d numbers and at least one draw", w, n, p.width()))
	}
	rows := mat.DenseCopyOf(x)
	for i := range m {
		if err := finite(rows.RawRowView(i)); err != nil {
			return nil, fmt.Errorf("sbi: Sample: observation %d: %w", i, err)
		}
	}
	rows = p.summarised(rows)
	u := mat.NewDense(m*n, p.Direct.Dim(), nil)
	s := &Samples{Observations: make([]Observation, m)}
	for i := range m {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("sbi: Sample: %w", err)
		}
		part := u.Slice(i*n, (i+1)*n, 0, p.Direct.Dim()).(*mat.Dense)
		if err := p.sample(ctx, part, rowOf(rows, i), &s.Observations[i], rng.New(seed^mix(uint64(i)))); err != nil {
			return nil, fmt.Errorf("sbi: Sample: observation %d: %w", i, err)
		}
		if p.outcome != nil && p.summary == nil {
			s.Observations[i].add(p.outcome.impossible(rows.RawRowView(i)))
		}
	}
	s.Theta = p.space.bound(u)
	return s, nil
}

const (
	leastDraws   = 1000 // of q for an observation
	leastWalkers = 200
)

// sample fills the rows of u given one observation.
func (p *Posterior) sample(ctx context.Context, u, x *mat.Dense, o *Observation, src *rng.Source) error {
	q := p.Direct.Given(x)
	if p.Likelihood == nil {
		q.WithSource(src).Sample(u)
		return nil
	}
	n, _ := u.Dims()
	first, err := p.weighted(x, max(n/2, leastDraws), src)
	if err != nil {
		o.Warning = err.Error() + ": only that is used"
		q.WithSource(src).Sample(u)
		return nil
	}
	r := rand.New(src)
	draws, err := p.more(ctx, first, x, 2*n, r, src)
	if err != nil {
		return err
	}
	o.Importance, o.Evidence = first.Importance, first.evidence
	walkers := draws.Resample(max(n, leastWalkers), src)
	var logs []float64
	if o.Moves, o.Accepted, logs, err = p.walk(ctx, walkers, x, moves(efficiency(draws.Importance)), walkersMade, r); err != nil {
		return err
	}
	o.Missed = p.missed(walkers, x, logs, first.top)
	o.warn()
	u.Copy(walkers)
	return nil
}

// String says it in a line, and the warning in another.
func (o Observation) String() string {
	if o.Importance == nil {
		return strings.TrimSpace("draws of p(θ | x) alone\n" + o.warning())
	}
	return strings.TrimSpace(fmt.Sprintf("%v; log evidence %.4f ± %.2g; mass missed %.1f %% ± %.1f %%; %d moves, %.0f %% accepted\n%s",
		o.Importance, o.Evidence.Value, o.Evidence.SE, 100*o.Missed.Value, 100*o.Missed.SE, o.Moves, 100*o.Accepted, o.warning()))
}

func (o Observation) warning() string {
	if o.Warning == "" {
		return ""
	}
	return "warning: " + o.Warning
}

// add puts another warning, if there is one, before those that there are.
func (o *Observation) add(warning string) {
	switch {
	case warning == "":
	case o.Warning == "":
		o.Warning = warning
	default:
		o.Warning = warning + "; " + o.Warning
	}
}

// mostMissed is the share of walkers up to which a miss is not worth a warning: they have repaired it.
const mostMissed = 0.05

func (o *Observation) warn() {
	w := o.Importance
	switch {
	case w.ESS < float64(w.N)/100:
		o.Warning = fmt.Sprintf("p(θ | x) and the likelihood disagree, effective sample size %.0f of %d: the observation may be unlike all simulations, or there are too few", w.ESS, w.N)
	case o.Missed.Value > mostMissed:
		o.Warning = fmt.Sprintf("p(θ | x) misses mass that prior and likelihood have: %.0f %% of the walkers through these moved to where none of its draws comes; log Z is too low, more simulations would help", 100*o.Missed.Value)
	case w.K > 1 && o.Accepted < 0.01:
		o.Warning = fmt.Sprintf("Pareto's k̂ is %.2f and few moves are accepted: more simulations would help", w.K)
	}
}
