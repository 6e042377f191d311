package mc

import (
	"context"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/walkers"
	"gonum.org/v1/gonum/mat"
)

// heavyBase is a base for a flow with columns of Student's t of four degrees of freedom instead of normal ones.
func heavyBase(m *flow.Transformed) dist.Distribution {
	return dist.NewStudentT(m.Base.Dim(), autodiff.Fixed(4), autodiff.Fixed(0), autodiff.Fixed(1))
}

// defended is a proposal nine tenths of which are the flow, and the rest the same from a heavier base, so that
// weights are bounded where the flow is off in a tail: the flow alone if its base is not normal.
//
// T. Hesterberg, Weighted average importance sampling and defensive mixture distributions, Technometrics 37, 1995.
func defended(m *flow.Transformed) *flow.Transformed {
	if !isNormal(m) {
		return m
	}
	return flow.New(dist.NewMixture(dist.FixedWeights(9, 1), m.Base, heavyBase(m)), m.Map...)
}

// approach fits a flow by so many steps to rows of the target and, if its base is normal, to a fourth as many rows of its tails, of
// which outward says how they are distributed: the base is that mixture meanwhile, so that tails take nothing from a flow that can have the shape of the target.
func approach(ctx context.Context, target Target, m *flow.Transformed, rows *mat.Dense, steps int, src *rng.Source) error {
	if !isNormal(m) {
		return refit(ctx, m, rows, steps, false, src.Uint64())
	}
	n, d := rows.Dims()
	tails, err := outward(ctx, target, m, mat.DenseCopyOf(rows.Slice(n-n/4, n, 0, d)), src)
	if err != nil {
		return err
	}
	both := mat.NewDense(n+n/4, d, nil)
	both.Stack(rows, tails)
	base := dist.NewMixture(dist.FixedWeights(4, 1), m.Base, heavyBase(m))
	return refit(ctx, flow.New(base, m.Map...), both, steps, false, src.Uint64())
}

// outward moves walkers through the density p·min(t(z)/N(z), e⁴), where z is in the normal base of the flow and t heavier. If p is the
// flow, this is nearly the flow from the heavier base: rows far out in each column, which say how a target goes on where
// few of its own are. The bound keeps it a density where tails of p are heavier than the flow's.
func outward(ctx context.Context, target Target, m *flow.Transformed, at *mat.Dense, src *rng.Source) (*mat.Dense, error) {
	const most = 4
	base := heavyBase(m)
	own, heavy := flow.New(m.Base), flow.New(base)
	p := &walkers.Population{At: at, Rand: rand.New(src.Split()), Density: func(dst []float64, rows *mat.Dense, _ int) {
		target.LogProbs(dst, rows)
		z := m.Encode(nil, rows)
		normal := own.LogProbs(nil, z)
		for i, l := range heavy.LogProbs(nil, z) {
			dst[i] += min(l-normal[i], most)
		}
	}}
	p.Evaluate()
	_, err := (&jump{m, flow.New(base, m.Map...), src}).mix(ctx, p, 3, 6)
	return p.At, err
}
