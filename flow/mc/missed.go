package mc

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/walkers"
	"gonum.org/v1/gonum/mat"
)

// thin is how far a log weight is above all draws' before it is told: more than rounding.
const thin = 0.01

// check sets Missed and warns of mass that the proposal misses.
func (d *Draws) check(ctx context.Context, target Target, q *flow.Transformed, src *rng.Source) error {
	cols := q.Dim()
	r := rand.New(src)
	top := math.Inf(-1)
	for i, lp := range d.LogTarget {
		top = max(top, logWeight(lp, d.LogProposal[i]))
	}
	near, err := walked(ctx, target, pick(d.X, systematic(d.LogWeight, min(max(d.N/25, 60), 400), r)), 50+5*cols, r)
	if err != nil {
		return err
	}
	n, missed := len(near.Logs), 0
	for i, lq := range q.LogProbs(nil, near.At) {
		if !(near.Logs[i]-lq <= top+thin) { // or NaN
			missed++
		}
	}
	p := float64(missed) / float64(n)
	d.Missed = calibration.Estimate{Value: p, SE: math.Sqrt(max(p*(1-p), 1/float64(n)) / float64(n))}
	if missed >= 3 && p > 0.01 {
		d.warn("the proposal misses mass of the target: %.1f %% of walkers through the target end where no draw of the proposal comes; the evidence is too low", 100*p)
		return nil
	}
	slices.Sort(near.Logs)
	return d.checkFar(ctx, target, q, near.Logs[n/20], top, src)
}

// checkFar warns if walkers from three times as far out as the proposal's draws end where the target is as likely as at
// the given log-density, and where the proposal has nothing.
func (d *Draws) checkFar(ctx context.Context, target Target, q *flow.Transformed, likely, top float64, src *rng.Source) error {
	const scouts, steps = 60, 100
	start := mat.NewDense(scouts, q.Dim(), nil)
	q.Tempered(3).Draw(start, src)
	far, err := walked(ctx, target, start, steps, rand.New(src))
	if err != nil {
		return err
	}
	for i, lq := range q.LogProbs(nil, far.At) {
		if far.Logs[i] > likely && !(far.Logs[i]-lq <= top+thin) {
			d.warn("the proposal misses mass of the target: a walker from farther out came to %.6g, which is as likely as draws and where none comes", far.At.RawRowView(i))
			return nil
		}
	}
	return nil
}

// walked returns walkers that made steps through the target.
func walked(ctx context.Context, target Target, start *mat.Dense, steps int, r *rand.Rand) (*walkers.Population, error) {
	p := &walkers.Population{At: start, Rand: r, Density: func(dst []float64, rows *mat.Dense, _ int) { target.LogProbs(dst, rows) }}
	p.Evaluate()
	for range steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p.Step()
	}
	return p, nil
}
