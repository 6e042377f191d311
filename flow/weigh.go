package flow

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/special"
	"gonum.org/v1/gonum/mat"
)

// weigh adds to the result how well draws of the model serve for the density, and warns of mass
// that they miss: walkers that start at draws, resampled by their weights, and move through the density
// must not end where the model has none.
func (f *fit) weigh(r *Result) {
	const draws, walkers, steps = 2000, 200, 150
	src := rng.New(f.Seed ^ 0x9e3779b97f4a7c15)
	m := f.model
	var c *mat.Dense
	if m.CondDim() > 0 {
		b, err := f.contextRow()
		if err != nil {
			return
		}
		c = repeatRow(b, 0, draws)
		m = m.Given(c)
	}
	y := mat.NewDense(draws, m.Dim(), nil)
	lw := m.WithSource(src).SampleLogProbs(y, nil)
	e := newExplorer(f.target, y, c, src)
	for i, lp := range e.Logs {
		lw[i] = lp - lw[i]
		if math.IsNaN(lw[i]) {
			lw[i] = math.Inf(-1)
		}
	}
	w, err := calibration.ImportanceWeights(lw)
	if err != nil {
		r.Warnings = append(r.Warnings, "draws of the model have no weight: "+err.Error())
		return
	}
	r.Importance = w
	if !w.Reliable() {
		r.Warnings = append(r.Warnings, "the model is far from the density in places: train longer, use a larger model, or a map to the support at its end")
	}
	gap, thin := f.missing(e, w, walkers, steps)
	switch {
	case gap > 0.3 && gap > 10*w.LogZ.SE:
		r.Warnings = append(r.Warnings, fmt.Sprintf("the model misses mass of the density: where walks through it end, it is e^%.1f times as likely as among the model's own draws", gap))
	case thin > 0.0075:
		r.Warnings = append(r.Warnings, fmt.Sprintf("the model misses mass of the density: %.1f %% of it, by walks, are where the model's draws hardly come, and log Z is too small by about as much", 100*thin))
	}
}

// contextRow returns one context of the training's.
func (f *fit) contextRow() (*mat.Dense, error) {
	b, err := f.data.first(1, f.Seed)
	if err != nil {
		return nil, err
	}
	return mat.NewDense(1, b.Cond, b.Contexts[:b.Cond]), nil
}

// missing returns gap = E[log p − log q] − log E[p/q] over walkers from resampled draws of q and places found before training: the divergence of q from the
// density, at least 0, and large if there is mass that q does not reach. thin is the share of the places on their
// ways where the density is more than 20 times q.
func (f *fit) missing(e *explorer, w *calibration.Importance, walkers, steps int) (gap, thin float64) {
	start := mat.NewDense(walkers, e.At.RawMatrix().Cols, nil)
	resample(start, e.At, w.LogWeight, e.Rand)
	if f.found != nil && e.c == nil { // every other one
		for i := range walkers / 2 {
			copy(start.RawRowView(2*i), f.found.RawRowView(i%f.found.RawMatrix().Rows))
		}
	}
	var c *mat.Dense
	m, target := f.model, f.target
	if e.c != nil {
		c = repeatRow(e.c, 0, walkers)
		m = m.Given(c)
	} else if base, chain := m.flat(); base.Dim() != m.dim { // rows on a surface, along which no differences lead
		start = New(base, chain...).Encode(nil, start)
		m, target = New(base), func(x, _ autodiff.Var) autodiff.Var {
			y, fldj := bijector.ForwardFLDJ(chain, x)
			return f.target(y, autodiff.Var{}).Add(fldj)
		}
	}
	from := newExplorer(target, start, c, e.Rand)
	from.walk(steps, nil)
	const more, apart = 10, 15
	for k := range more {
		from.walk(apart, nil)
		for i, lq := range m.LogProbs(nil, from.At) {
			over := min(from.Logs[i]-lq, 1e6) - w.LogZ.Value
			if k == 0 {
				gap += over / float64(walkers)
			}
			if over > special.Log(20) {
				thin += 1 / float64(more*walkers)
			}
		}
	}
	return gap, thin
}

// resample fills dst with rows of x, systematically by their weights.
func resample(dst, x *mat.Dense, logWeights []float64, r *rand.Rand) {
	n := dst.RawMatrix().Rows
	u, sum, i := r.Float64(), special.Exp(logWeights[0]), 0
	for k := range n {
		for sum < (float64(k)+u)/float64(n) && i < len(logWeights)-1 {
			i++
			sum += special.Exp(logWeights[i])
		}
		copy(dst.RawRowView(k), x.RawRowView(i))
	}
}
