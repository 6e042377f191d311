package mc

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/walkers"
	"gonum.org/v1/gonum/mat"
)

// SMCSettings of [SMC]. The zero value, and a nil pointer, are good defaults.
type SMCSettings struct {
	// Map goes from free numbers to the target's support, such as [flow.SupportMap] of a prior; nil is none.
	Map bijector.Bijector
	// Start is where annealing begins, wider than the target, of free numbers: where the prior is all that is known,
	// the prior before its support map. Nil is found by walkers that climb the target and spread.
	Start dist.Distribution
	// Flow is fitted to the particles, and proposes: one of free numbers. Nil is one of splines and autoregressive affine maps.
	Flow *flow.Transformed
	// Particles is their number; 0 is 2000.
	Particles int
	// Adapt are the rounds of importance sampling at the end.
	Adapt AdaptSettings
	// Seed decides everything random.
	Seed uint64
}

// Particles are what [SMC] returns.
type Particles struct {
	X       *mat.Dense        // the particles, without weights, n×d
	LogProb []float64         // log p̃ of each
	Flow    *flow.Transformed // fitted to them, with the map to the support at its end
	// Draws are weighted draws of Flow, which have the evidence with a standard error that needs no mixing of chains.
	Draws *Draws
	// Annealed is the evidence by the particles on their way, another estimate, whose error takes them to be independent.
	Annealed calibration.Estimate
	Stages   []Stage
	Warnings []string
}

// A Stage is one temperature of annealing: the density was qᵦ ∝ start^(1−β)·target^β.
type Stage struct {
	Beta   float64
	ESS    float64 // of the particles weighted from the stage before
	Rounds int     // of moves
}

// SMC draws from a target by sequential Monte Carlo: particles of a start distribution are weighted, resampled and moved
// through densities between start and target, each so near to the one before that half of the particles count; a
// flow fitted to them in each stage proposes their moves, independent ones and near ones in its normal space, beside
// moves along their differences. In the end the flow is fitted to the particles and to others farther out, adapted as by [Adapt], and its
// weighted draws give the evidence. d is the number of free columns, before SMCSettings.Map. The target needs no gradient.
//
// It costs some 10 to 100 evaluations of the target for each particle and stage. Without a start there are one to three stages,
// after about 50,000 + 5000·d evaluations to find the mass. It returns an error if the target is 0 or the same number at all places tried,
// and warns if the two estimates of the evidence disagree or the proposal misses mass.
//
// Mass to which no particle comes is missing without a warning, such as the ends of a thin valley that bends more than a
// parabola: of one along a cubic, of which a hundredth is beyond 2.5 deviations, one to four hundredths of the evidence.
//
// P. Del Moral, A. Doucet and A. Jasra, Sequential Monte Carlo samplers, J. Royal Statistical Society B 68, 2006; M. Karamanis,
// F. Beutler, J. Peacock, D. Nabergoj and U. Seljak, Accelerating astronomical and cosmological inference with
// preconditioned Monte Carlo, arXiv 2207.05652.
//
// It panics if d is not positive, or flow or start have other columns.
func SMC(ctx context.Context, target Target, d int, s *SMCSettings) (*Particles, error) {
	need.One("mc: SMC", "context.Context", ctx)
	need.One("mc: SMC", "target", target)
	var c SMCSettings
	if s != nil {
		c = *s
	}
	setDefault(&c.Particles, 2000)
	if d < 1 || c.Particles < 50 {
		panic(fmt.Sprintf("mc: SMC: got %d columns and %d particles, want at least 1 and 50", d, c.Particles))
	}
	if c.Start != nil && c.Start.Dim() != d || c.Flow != nil && asFlow("SMC", c.Flow).Dim() != d {
		panic(fmt.Sprintf("mc: SMC: got a start or flow of other columns than %d", d))
	}
	p, err := newAnnealing(target, d, c).run(ctx)
	if err != nil {
		return nil, fmt.Errorf("mc: SMC: %w", err)
	}
	return p, nil
}

// annealing is one run of SMC, in free numbers.
type annealing struct {
	SMCSettings
	target Target // of free numbers
	d      int
	start  *flow.Transformed
	src    *rng.Source
	pop    *walkers.Population
	beta   float64
	result Particles
}

func newAnnealing(target Target, d int, c SMCSettings) *annealing {
	a := &annealing{SMCSettings: c, target: target, d: d, src: rng.New(c.Seed)}
	if c.Map != nil {
		a.target = Through(target, c.Map)
	}
	if a.Flow == nil {
		a.Flow = newFlow(d, a.src.Split())
	}
	return a
}

func (a *annealing) run(ctx context.Context) (*Particles, error) {
	if a.Start == nil {
		var err error
		if a.Start, err = locate(ctx, a.target, a.d, a.src.Split()); err != nil {
			return nil, err
		}
	}
	a.start = asFlow("SMC", a.Start)
	a.pop = &walkers.Population{At: mat.NewDense(a.Particles, a.d, nil), Rand: rand.New(a.src.Split()), Density: a.density}
	a.start.Draw(a.pop.At, a.src)
	if err := constant(a.target, a.pop.At); err != nil {
		return nil, err
	}
	for a.beta < 1 {
		if err := a.stage(ctx); err != nil {
			return nil, err
		}
	}
	return a.finish(ctx)
}

// density is log qᵦ of rows.
func (a *annealing) density(dst []float64, rows *mat.Dense, _ int) {
	a.target.LogProbs(dst, rows)
	if a.beta < 1 {
		for i, l0 := range a.start.LogProbs(nil, rows) {
			dst[i] = a.beta*dst[i] + (1-a.beta)*l0
		}
	}
}

// stage goes to the next temperature.
func (a *annealing) stage(ctx context.Context) error {
	ratio, _, _, err := logProbs(a.target, a.pop.At)
	if err != nil {
		return err
	}
	for i, l0 := range a.start.LogProbs(nil, a.pop.At) {
		ratio[i] = logWeight(ratio[i], l0)
	}
	step, w, err := nextStep(ratio, 1-a.beta)
	if err != nil {
		return err
	}
	a.result.Annealed.Value += w.LogZ.Value
	a.result.Annealed.SE = math.Hypot(a.result.Annealed.SE, w.LogZ.SE)
	if a.beta += step; step == 1-a.beta || a.beta > 1-1e-12 {
		a.beta = 1
	}
	a.pop.At = pick(a.pop.At, systematic(normalised(ratio, step), a.Particles, a.pop.Rand))
	a.pop.Evaluate()
	for range 10 { // apart from their copies
		a.pop.Step()
	}
	if err := refit(ctx, a.Flow, a.pop.At, 300, true, a.src.Uint64()); err != nil {
		return err
	}
	rounds, err := newJump(a.Flow, a.src.Split()).mix(ctx, a.pop, 6, 25)
	a.result.Stages = append(a.result.Stages, Stage{a.beta, w.ESS, rounds})
	return err
}

// finish fits the flow to particles of several rounds and adapts it.
func (a *annealing) finish(ctx context.Context) (*Particles, error) {
	const rows = 8000
	for range 2 { // ends of tails come nearer each time
		if err := approach(ctx, a.target, a.Flow, a.pop.At, 200, a.src.Split()); err != nil {
			return nil, err
		}
		if _, err := newJump(a.Flow, a.src.Split()).mix(ctx, a.pop, 2, 8); err != nil {
			return nil, err
		}
	}
	j := newJump(a.Flow, a.src.Split())
	shots := (rows + a.Particles - 1) / a.Particles
	pool := mat.NewDense(shots*a.Particles, a.d, nil)
	for k := range shots {
		copy(pool.RawMatrix().Data[k*a.Particles*a.d:], a.pop.At.RawMatrix().Data)
		if _, err := j.mix(ctx, a.pop, 2, 8); err != nil {
			return nil, err
		}
	}
	c := a.Adapt.withDefaults()
	if err := approach(ctx, a.target, a.Flow, pool, c.Steps, a.src.Split()); err != nil {
		return nil, err
	}
	draws, err := adapt(ctx, a.target, a.Flow, c, a.src.Split())
	if err != nil {
		return nil, err
	}
	if _, err := j.mix(ctx, a.pop, 2, 10); err != nil {
		return nil, err
	}
	return a.report(draws), nil
}

// report brings everything to the target's support.
func (a *annealing) report(draws *Draws) *Particles {
	r := &a.result
	r.X, r.LogProb, r.Flow, r.Draws = a.pop.At, a.pop.Logs, a.Flow, draws
	if a.Map != nil {
		x, fldj := forward(a.Map, r.X)
		r.X = x
		for i, l := range fldj {
			r.LogProb[i] -= l
		}
		r.Flow = a.Flow.Then(a.Map)
		x, fldj = forward(a.Map, draws.X)
		draws.X = x
		for i, l := range fldj {
			draws.LogTarget[i] -= l
			draws.LogProposal[i] -= l
		}
	}
	gap, se := draws.LogZ.Value-r.Annealed.Value, math.Hypot(draws.LogZ.SE, r.Annealed.SE)
	if math.Abs(gap) > 5*se+0.02 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("the evidence by draws of the flow, log Z = %.4f ± %.2g, and by the particles on their way, %.4f ± %.2g, disagree: mass may be missed",
			draws.LogZ.Value, draws.LogZ.SE, r.Annealed.Value, r.Annealed.SE))
	}
	return r
}

// String says how far evidence and particles can be trusted.
func (p *Particles) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d particles in %d stages, annealed log Z = %v\n%v", len(p.LogProb), len(p.Stages), p.Annealed, p.Draws)
	for _, w := range p.Warnings {
		fmt.Fprintf(&b, "\nwarning: %s", w)
	}
	return b.String()
}
