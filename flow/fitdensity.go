package flow

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/train"
	"gonum.org/v1/gonum/mat"
)

// FitDensity changes the parameters of m that are not frozen so that m comes
// close to a density that is known up to a constant factor, such as a
// posterior, by fresh samples y of the model q and the gradients of log p there. Records and Result.Loss have the reverse
// Kullback–Leibler divergence, less that constant's logarithm,
//
//	Loss = E[log q(y) − log p(y)],  y drawn from the model q
//
// while the steps descend KL(p‖q), the samples being weighted by p/q as far as these weights are not too unequal, so that q
// covers the modes of p; their gradients are those along the path of y.
//
// logDensity returns log p for each row of y, n×d → n×1, differentiable and safe for concurrent use on different tapes; parameters that it
// uses are constants, unless they are m's too. A plain Go function with a gradient is a [DensityFunc]. Otherwise FitDensity is like [Fit]. A [bijector.Standardizer] that is
// not initialised, as at the end of every preset, is set to where walks through the density find its mass, and the model is first fitted
// to the places that they come to, for half as many steps, at most 500; other
// parameters from data stay as they are, and so do those of the base, unless it is a flow: its samples are
// drawn without a gradient. For a conditional model see [FitDensityGiven].
//
// The result has the importance weights of draws of the model, and a warning if walks that start at these and at
// the places found before come to where the model has no mass; a mode far from all that was met can still be missed.
// Where modes are far apart, a smaller rate, such as optim.Cosine{Start: 0.001}, is less likely to lose some that were met. A density whose
// gradient is 0 everywhere, since it was computed outside the tape, is an error.
func FitDensity(ctx context.Context, m *Transformed, logDensity func(y autodiff.Var) autodiff.Var, s *Settings) (*Result, error) {
	checkCall("FitDensity", ctx, m)
	if logDensity == nil {
		panic("flow: FitDensity: got no log-density, want a function")
	}
	if w := m.CondDim(); w > 0 {
		return new(Result), fmt.Errorf("flow: FitDensity: got a model with a context of %d columns, want one without, or FitDensityGiven", w)
	}
	base, _ := m.flat()
	d := base.Dim()
	target := checked("FitDensity", func(y, _ autodiff.Var) autodiff.Var { return logDensity(y) })
	return run(ctx, "FitDensity", m, Fresh(d, base.Draw), d, s, job{loss: towards(m, target, true), target: target})
}

// FitDensityGiven is like [FitDensity] for a conditional model q(y | c) and a density p(y | c) that is known up
// to a factor for each c, such as the posterior given an observation: one training serves for all
// contexts, whose rows are drawn from [Rows], uniformly, or are [Fresh].
//
//	Loss = E[log q(y | c) − log p(y | c)],  c drawn from contexts, y from q given c
//
// This loss is what the steps descend, since the densities' constants are others for each context. logDensity returns log p for each row of y and its context in the same row of c.
func FitDensityGiven(ctx context.Context, m *Transformed, contexts Data, logDensity func(y, c autodiff.Var) autodiff.Var, s *Settings) (*Result, error) {
	checkCall("FitDensityGiven", ctx, m)
	if logDensity == nil {
		panic("flow: FitDensityGiven: got no log-density, want a function")
	}
	base, _ := m.flat()
	data, err := contexts.drawnWith(base, m.CondDim())
	if err != nil {
		return new(Result), fmt.Errorf("flow: FitDensityGiven: %w", err)
	}
	target := checked("FitDensityGiven", logDensity)
	return run(ctx, "FitDensityGiven", m, data, base.Dim(), s, job{loss: towards(m, target, false), target: target})
}

// drawnWith returns samples of base given contexts of so many columns, which are the rows of d.
func (d *Data) drawnWith(base dist.Distribution, width int) (Data, error) {
	switch {
	case width == 0:
		return Data{}, errors.New("got a model that takes no context or has it already, want a conditional one")
	case d.err != nil:
		return Data{}, d.err
	case d.source == nil:
		return Data{}, errors.New("got no contexts, want Rows or Fresh")
	case d.noise != nil:
		return Data{}, errors.New("got dequantized contexts, want them as they are")
	}
	if got, cond := d.source.Dims(); got != width || cond > 0 {
		return Data{}, fmt.Errorf("got contexts of %d columns, with %d of a context of their own, want %d as the model, and 0", got, cond, width)
	}
	var fill func(c *mat.Dense, src rand.Source)
	switch from := d.source.(type) {
	case *train.Fresh:
		fill = func(c *mat.Dense, src rand.Source) { from.Draw(c, nil, src) }
	case *train.Memory:
		if from.Weights != nil || from.Len() == 0 {
			return Data{}, fmt.Errorf("got %d contexts and weights %v, want at least one, and no weights", from.Len(), from.Weights != nil)
		}
		fill = func(c *mat.Dense, src rand.Source) { pickContexts(c, from.Rows, src) }
	default:
		return Data{}, errors.New("got a stream of contexts, want Rows or Fresh")
	}
	return FreshGiven(base.Dim(), width, func(x, c *mat.Dense, src rand.Source) {
		fill(c, src)
		dist.DrawGiven(base, x, c, src)
	}), d.source.Check()
}

// pickContexts sets the rows of c to random ones of all.
func pickContexts(c, all *mat.Dense, src rand.Source) {
	r := rand.New(src)
	n, _ := c.Dims()
	have, _ := all.Dims()
	for i := range n {
		copy(c.RawRowView(i), all.RawRowView(r.IntN(have)))
	}
}

// flat returns the base that is no flow, and the map from there to the data. A flow bound to a context
// of its own counts as no flow.
func (m *Transformed) flat() (dist.Distribution, bijector.Chain) {
	base, f := m.Base, m.Map
	for {
		inner, ok := base.(*Transformed)
		if !ok || inner.ctx != nil {
			return base, f
		}
		base, f = inner.Base, append(inner.Map[:len(inner.Map):len(inner.Map)], f...)
	}
}

// mapParams returns the parameters of the map from the base that is no flow.
func (m *Transformed) mapParams() []*autodiff.Param {
	base, f := m.flat()
	t := autodiff.Borrow()
	defer t.Release()
	bijector.ForwardFLDJ(bijector.Given(f, t.Zeros(1, max(m.cond, 1))), t.Zeros(1, base.Dim()))
	return t.Params()
}

// checked returns a density that panics if it does not give one value a row.
func checked(what string, logDensity density) density {
	return func(y, c autodiff.Var) autodiff.Var {
		p := logDensity(y, c)
		if p.Rows() != y.Rows() || p.Cols() != 1 {
			panic(fmt.Sprintf("flow: %s: got log-densities of shape %d×%d, want %d×1", what, p.Rows(), p.Cols(), y.Rows()))
		}
		return p
	}
}
