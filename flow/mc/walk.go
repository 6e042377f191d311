package mc

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/walkers"
	"gonum.org/v1/gonum/mat"
)

// WalkSettings of [Walk]. The zero value, and a nil pointer, are good defaults.
type WalkSettings struct {
	// BurnIn is the number of steps before the first that is kept; 0 is 500.
	BurnIn int
	// Steps is the number of steps after these; 0 is 500.
	Steps int
	// Thin keeps one of so many steps; 0 is 5.
	Thin int
	// Flow, if not nil, proposes every other step: its draws, and in turn places along differences of the walkers in its
	// base. It should be near the target, as a fitted posterior is: then few steps suffice.
	Flow *flow.Transformed
	// Seed decides everything random.
	Seed uint64
}

func (s *WalkSettings) withDefaults() (c WalkSettings) {
	if s != nil {
		c = *s
	}
	if c.BurnIn < 0 || c.Steps < 0 || c.Thin < 0 {
		panic(fmt.Sprintf("mc: Walk: got BurnIn %d, Steps %d, Thin %d, want none negative", c.BurnIn, c.Steps, c.Thin))
	}
	setDefault(&c.BurnIn, 500)
	setDefault(&c.Steps, 500)
	setDefault(&c.Thin, 5)
	return c
}

func setDefault[T int | float64](p *T, otherwise T) {
	if *p == 0 {
		*p = otherwise
	}
}

// Chains are the states of a population of Markov chains, one for each walker.
type Chains struct {
	X        *mat.Dense // kept states: those of all walkers, step after step
	LogProb  []float64  // log p̃ of each
	Walkers  int
	Accepted float64 // share of the moves along differences of walkers, after the burn-in
	Jumped   float64 // share of the moves by the flow; NaN without one
	// RHat is for each column the potential scale reduction of split chains, 1 if they agree, and ESS the effective
	// number of the states (A. Vehtari, A. Gelman, D. Simpson, B. Carpenter and P.-C. Bürkner, Rank-Normalization,
	// Folding, and Localization, arXiv 1903.08008, without ranks).
	RHat, ESS []float64
	Warnings  []string
}

// Walk moves a population through a target: walkers start at the rows of start, which stay as they are, some tens or
// hundreds spread over the mass or around it, and go along differences of each other, by differential evolution, so that
// scales and correlations need no tuning, and by proposals of WalkSettings.Flow. A context that is done ends it with its
// error.
//
// It costs (BurnIn + Steps)·walkers evaluations of the target, of which all cores compute one generation at a time.
// It returns an error if the target is 0 at all starts, or the same number everywhere, and warns if the chains do
// not agree. With the target through a flow, see [Through], the walk is in its normal space.
//
// C. J. F. ter Braak, A Markov Chain Monte Carlo version of the genetic algorithm Differential Evolution,
// Statistics and Computing 16, 2006; M. Gabrié, G. Rotskoff and E. Vanden-Eijnden, Adaptive Monte Carlo augmented
// with normalizing flows, arXiv 2105.12603.
//
// It panics if start has fewer than 8 rows, or the flow has other columns.
func Walk(ctx context.Context, target Target, start mat.Matrix, s *WalkSettings) (*Chains, error) {
	need.One("mc: Walk", "context.Context", ctx)
	need.One("mc: Walk", "target", target)
	need.One("mc: Walk", "matrix", start)
	c := s.withDefaults()
	n, d := start.Dims()
	if n < 8 {
		panic(fmt.Sprintf("mc: Walk: got %d rows to start from, want at least 8", n))
	}
	if c.Flow != nil && asFlow("Walk", c.Flow).Dim() != d {
		panic(fmt.Sprintf("mc: Walk: got a flow of %d columns for rows of %d", c.Flow.Dim(), d))
	}
	chains, err := walk(ctx, target, mat.DenseCopyOf(start), &c)
	if err != nil {
		return nil, fmt.Errorf("mc: Walk: %w", err)
	}
	return chains, nil
}

func walk(ctx context.Context, target Target, at *mat.Dense, c *WalkSettings) (*Chains, error) {
	n, d := at.Dims()
	src := rng.New(c.Seed)
	p := &walkers.Population{At: at, Rand: rand.New(src.Split()), Density: func(dst []float64, rows *mat.Dense, _ int) { target.LogProbs(dst, rows) }}
	p.Evaluate()
	if slices.Max(p.Logs) == math.Inf(-1) {
		return nil, errors.New("the target is 0, or its log-density NaN, at all places to start from")
	}
	if err := constant(target, at); err != nil {
		return nil, err
	}
	var j *jump
	if c.Flow != nil {
		j = newJump(c.Flow, src.Split())
	}
	kept := c.Steps / c.Thin
	chains := &Chains{X: mat.NewDense(max(kept, 1)*n, d, nil), Walkers: n, Jumped: math.NaN()}
	var moved, jumped [2]int // taken, offered
	for s := range c.BurnIn + c.Steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		switch {
		case s == c.BurnIn:
			moved, jumped = [2]int{}, [2]int{}
		case s > 0 && s < c.BurnIn*3/4 && s%max(c.BurnIn/10, 1) == 0:
			p.Follow()
		}
		if j == nil || s%2 == 0 {
			moved[0], moved[1] = moved[0]+p.Step(), moved[1]+n
		} else {
			jumped[0], jumped[1] = jumped[0]+j.step(p, s), jumped[1]+n
		}
		if k := s - c.BurnIn; k >= 0 && (k+1)%c.Thin == 0 && k/c.Thin < kept {
			copy(chains.X.RawMatrix().Data[k/c.Thin*n*d:], p.At.RawMatrix().Data)
			chains.LogProb = append(chains.LogProb, p.Logs...)
		}
	}
	chains.Accepted = float64(moved[0]) / float64(moved[1])
	if j != nil {
		chains.Jumped = float64(jumped[0]) / float64(jumped[1])
	}
	chains.judge()
	return chains, nil
}

// step makes local and independent proposals in turn.
func (j *jump) step(p *walkers.Population, s int) int {
	if s%4 == 1 && j.inside() {
		return j.local(p)
	}
	return j.independent(p)
}

// judge sets the diagnostics of the chains.
func (c *Chains) judge() {
	_, d := c.X.Dims()
	worst := 0
	for j := range d {
		r, ess := diagnose(mat.Col(nil, j, c.X), c.Walkers)
		c.RHat, c.ESS = append(c.RHat, r), append(c.ESS, ess)
		if !(r <= c.RHat[worst]) {
			worst = j
		}
	}
	if r := c.RHat[worst]; !(r < 1.1) {
		c.Warnings = append(c.Warnings, fmt.Sprintf("the chains do not agree yet: R̂ is %.2f in column %d; take more steps, or a flow nearer to the target", r, worst))
	}
}

// String says how well the chains mix.
func (c *Chains) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d states of %d walkers, %.0f %% of moves taken", len(c.LogProb), c.Walkers, 100*c.Accepted)
	if !math.IsNaN(c.Jumped) {
		fmt.Fprintf(&b, ", %.0f %% of the flow's", 100*c.Jumped)
	}
	fmt.Fprintf(&b, "; R̂ at most %.3f, effective number at least %.0f", slices.Max(c.RHat), slices.Min(c.ESS))
	for _, w := range c.Warnings {
		fmt.Fprintf(&b, "\nwarning: %s", w)
	}
	return b.String()
}
