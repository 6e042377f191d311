package mc

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/walkers"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// thin is how far a log weight is above all draws' before it is told: more than rounding.
const thin = 0.01

// check sets Missed and warns of mass that the proposal q misses, which is made of the flow m.
func (d *Draws) check(ctx context.Context, target, q Target, m *flow.Transformed, src *rng.Source) error {
	x := d.X
	if m.Base.Dim() != m.Dim() && dist.CondDim(m.Base) == 0 { // a surface, along which no differences lead
		target, q, x = &inBase{target, m}, &inBase{q, m}, m.Encode(nil, x)
	}
	cols, r := x.RawMatrix().Cols, rand.New(src)
	top := math.Inf(-1)
	for i, lp := range d.LogTarget {
		top = max(top, logWeight(lp, d.LogProposal[i]))
	}
	outer := farther(pick(x, systematic(d.LogWeight, 60, r)))
	near, err := walked(ctx, target, pick(x, systematic(d.LogWeight, min(max(d.N/25, 60), 400), r)), 50+5*cols, r)
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
	return d.checkFar(ctx, target, q, outer, near.Logs[n/4], top, r)
}

// checkFar warns if several walkers from three times as far out as the proposal's draws end where the target is as
// likely as at the given log-density, and where the proposal has nothing.
func (d *Draws) checkFar(ctx context.Context, target, q Target, start *mat.Dense, likely, top float64, r *rand.Rand) error {
	const steps, several = 100, 5
	far, err := walked(ctx, target, start, steps, r)
	if err != nil {
		return err
	}
	found, at := 0, 0
	for i, lq := range q.LogProbs(nil, far.At) {
		if far.Logs[i] > likely && !(far.Logs[i]-lq <= top+thin) {
			found++
			at = i
		}
	}
	if found >= several {
		d.warn("the proposal misses mass of the target: %d of %d walkers from farther out came to where none of its draws comes and the target is as likely as at them, such as %.6g",
			found, len(far.Logs), far.At.RawRowView(at))
	}
	return nil
}

// farther moves rows to three times their distance from their mean.
func farther(x *mat.Dense) *mat.Dense {
	n, d := x.Dims()
	for j := range d {
		mean := stat.Mean(mat.Col(nil, j, x), nil)
		for i := range n {
			x.Set(i, j, mean+3*(x.At(i, j)-mean))
		}
	}
	return x
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

// inBase is a target seen in the base of a flow: log p̃(f(x)) + log|det ∂f/∂x|.
type inBase struct {
	target Target
	q      *flow.Transformed
}

// LogProbs returns the log-densities of rows of the base.
func (b *inBase) LogProbs(dst []float64, x mat.Matrix) []float64 {
	y := b.q.Decode(nil, x)
	dst = b.target.LogProbs(dst, y)
	lq := b.q.LogProbs(nil, y)
	for i, l := range flow.New(b.q.Base).LogProbs(nil, x) {
		dst[i] += l - lq[i]
	}
	return dst
}
