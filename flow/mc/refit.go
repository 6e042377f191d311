package mc

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/walkers"
	"gonum.org/v1/gonum/mat"
)

// newFlow returns a flow for targets of d columns: splines for shapes, and nearer to the data autoregressive affine maps for
// scales that depend on other columns, as in a funnel, then a whitener for strong correlations. Networks see columns up to
// ten deviations out, so that tails of a target may be bent.
func newFlow(d int, src rand.Source) *flow.Transformed {
	a := flow.Arch{Dim: d, Layers: 2, Hidden: []int{32, 32}, Clip: 10}
	near := flow.MAF(a, src)
	a.Layers = 4
	far := flow.NSF(a, src)
	chain := slices.DeleteFunc(append(far.Map[:len(far.Map)-1:len(far.Map)-1], near.Map...), func(b bijector.Bijector) bool {
		_, ok := b.(*bijector.Whitener)
		return ok // between base and networks, which cannot follow when it is set again
	})
	w := bijector.NewWhitener(d)
	w.Least = 1
	return flow.New(dist.NewStdNormal(d), slices.Insert(chain, len(chain)-1, bijector.Bijector(w))...)
}

// refit fits a flow to rows by so many steps. With fresh, what it has of their means, scales and correlations next to the data
// is set from the rows again.
func refit(ctx context.Context, m *flow.Transformed, rows *mat.Dense, steps int, fresh bool, seed uint64) error {
	if fresh {
		forget(m)
	}
	s := &flow.Settings{Steps: steps, Batch: 256, Schedule: optim.Cosine{Start: 0.005}, Decay: -1, Seed: seed}
	if fresh {
		s.Validation = -1 // a step on the way
	}
	_, err := flow.Fit(ctx, m, flow.Rows(rows), s)
	return err
}

// forget lets the standardizer at the end of a flow, and a whitener before it, be set from rows again.
func forget(m *flow.Transformed) {
	last := len(m.Map) - 1
	s, ok := m.Map[last].(*bijector.Standardizer)
	if !ok {
		return
	}
	s.Initialized = false
	if last > 0 {
		if w, ok := m.Map[last-1].(*bijector.Whitener); ok {
			w.Initialized = false
		}
	}
}

// round makes moves of every kind and returns how many a walker made, those that go less far counting for less.
func (j *jump) round(p *walkers.Population) float64 {
	if !j.inside() {
		return float64(j.independent(p)) / float64(len(p.Logs))
	}
	return (0.2*float64(p.Step()+j.local(p)+j.local(p)) + float64(j.independent(p))) / float64(len(p.Logs))
}

// mix makes rounds until walkers have moved often enough to forget where they were, most times, or most rounds.
func (j *jump) mix(ctx context.Context, p *walkers.Population, enough float64, most int) (rounds int, err error) {
	for moved := 0.0; moved < enough && rounds < most; rounds++ {
		if err := ctx.Err(); err != nil {
			return rounds, err
		}
		moved += j.round(p)
	}
	return rounds, nil
}
