package mc

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// Draws are weighted draws of a proposal q for a target p̃. The [calibration.Importance] of their log weights has the
// evidence log ∫p̃ with its standard error, the effective sample size, Pareto's k̂ and the normalised weights.
type Draws struct {
	*calibration.Importance
	X           *mat.Dense // n×d, the draws
	LogTarget   []float64  // log p̃ of each
	LogProposal []float64  // log q of each
	// Missed is an estimate of the share of the target's mass where the proposal is so thin that no draw came there: the
	// share of walkers through the target, started at the weighted draws, that end at a weight above all draws'. Such
	// mass is missing in the evidence, though effective size and k̂ may look perfect.
	Missed   calibration.Estimate
	Warnings []string // what a person should look at, in words
}

// Importance draws n rows of a proposal, such as a flow, weighs them by p̃/q, and checks whether the proposal misses
// mass of the target: walkers that start at the weighted draws, and others that come from three times as far out,
// move through the target by Metropolis steps. A mode far from all of them can still be missed.
//
// It costs n evaluations of proposal and target, and for the check about n·(2 + d/5) + 6000 of the target. It
// returns an error if a log-density is +Inf or the target is 0 at all draws.
//
// It panics if n is less than 10, or the proposal is conditional and has no context.
func Importance(ctx context.Context, target Target, proposal dist.Distribution, n int, src rand.Source) (*Draws, error) {
	need.One("mc: Importance", "context.Context", ctx)
	need.One("mc: Importance", "target", target)
	need.One("mc: Importance", "proposal", proposal)
	q := asFlow("Importance", proposal)
	d, err := importance(ctx, target, q, q, n, rng.Split(rng.Or(src)))
	if err != nil {
		return nil, fmt.Errorf("mc: Importance: %w", err)
	}
	return d, nil
}

// asFlow returns the distribution as a flow.
func asFlow(what string, d dist.Distribution) *flow.Transformed {
	m, ok := d.(*flow.Transformed)
	if !ok {
		m = flow.New(d)
	}
	if m.CondDim() > 0 {
		panic(fmt.Sprintf("mc: %s: got a flow that needs a context of %d columns, want one bound by Given", what, m.CondDim()))
	}
	return m
}

// importance draws from a proposal q that is made of the flow m.
func importance(ctx context.Context, target Target, q, m *flow.Transformed, n int, src *rng.Source) (*Draws, error) {
	if n < 10 {
		panic(fmt.Sprintf("mc: Importance: got %d draws, want at least 10", n))
	}
	d := &Draws{X: mat.NewDense(n, q.Dim(), nil)}
	d.LogProposal = q.WithSource(src).SampleLogProbs(d.X, nil)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var err error
	var nan, first int
	if d.LogTarget, nan, first, err = logProbs(target, d.X); err != nil {
		return nil, err
	}
	if nan > 0 {
		d.warn("the target's log-density is NaN at %d of %d draws, such as %.6g, which count as outside its support", nan, n, d.X.RawRowView(first))
	}
	lw := make([]float64, n)
	for i, lp := range d.LogTarget {
		lw[i] = logWeight(lp, d.LogProposal[i])
	}
	if d.Importance, err = calibration.ImportanceWeights(lw); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "calibration: ImportanceWeights: "))
	}
	if !d.Reliable() {
		d.warn("the weights are not reliable: a few draws decide; adapt the proposal")
	}
	if err := d.check(ctx, target, q, m, src); err != nil {
		return nil, err
	}
	return d, nil
}

// logWeight is log p − log q, −Inf where either has no density.
func logWeight(lp, lq float64) float64 {
	if v := lp - lq; !math.IsNaN(v) && !math.IsInf(lq, 0) {
		return v
	}
	return math.Inf(-1)
}

func (d *Draws) warn(format string, args ...any) {
	d.Warnings = append(d.Warnings, fmt.Sprintf(format, args...))
}

// Resample returns n rows without weights, in random order: each draw as often as its smoothed weight says, up to one
// (systematic resampling). Nil src is the global source.
func (d *Draws) Resample(n int, src rand.Source) *mat.Dense {
	r := rand.New(rng.Or(src))
	rows := systematic(d.LogWeight, n, r)
	r.Shuffle(n, func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return pick(d.X, rows)
}

// Mean returns the mean of f under the target, Σ wᵢ·f(xᵢ) with the smoothed weights, and its standard error by the
// delta method.
func (d *Draws) Mean(f func(x []float64) float64) calibration.Estimate {
	values := make([]float64, d.N)
	var mean, variance float64
	for i, lw := range d.LogWeight {
		if w := special.Exp(lw); w > 0 {
			values[i] = f(d.X.RawRowView(i))
			mean += w * values[i]
		}
	}
	for i, lw := range d.LogWeight {
		v := special.Exp(lw) * (values[i] - mean)
		variance += v * v
	}
	return calibration.Estimate{Value: mean, SE: math.Sqrt(variance)}
}

// String says how far the draws can be trusted.
func (d *Draws) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v; mass missed %.1f %% ± %.1f %%", d.Importance, 100*d.Missed.Value, 100*d.Missed.SE)
	for _, w := range d.Warnings {
		fmt.Fprintf(&b, "\nwarning: %s", w)
	}
	return b.String()
}

// systematic returns n indices, each as often as its normalised log weight says.
func systematic(logWeights []float64, n int, r *rand.Rand) []int {
	rows := make([]int, n)
	u, sum, i := r.Float64(), special.Exp(logWeights[0]), 0
	for k := range rows {
		for sum < (float64(k)+u)/float64(n) && i < len(logWeights)-1 {
			i++
			sum += special.Exp(logWeights[i])
		}
		for i > 0 && math.IsInf(logWeights[i], -1) { // rounding at the end
			i--
		}
		rows[k] = i
	}
	return rows
}

// pick returns the given rows of x.
func pick(x *mat.Dense, rows []int) *mat.Dense {
	out := mat.NewDense(len(rows), x.RawMatrix().Cols, nil)
	for k, i := range rows {
		copy(out.RawRowView(k), x.RawRowView(i))
	}
	return out
}
