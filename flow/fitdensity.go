package flow

import (
	"context"
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/train"
)

// FitDensity changes the parameters of m that are not frozen so that m comes
// close to a density that is known up to a constant factor, such as a
// posterior: it minimises the reverse Kullback–Leibler divergence, less that
// constant's logarithm,
//
//	Loss = E[log q(y) − log p(y)],  y drawn from the model q
//
// by fresh samples of the model. logDensity returns log p for each row of y,
// n×d → n×1, differentiable and safe for concurrent use on different tapes; parameters that it
// uses are constants, unless they are m's too. Otherwise it is like [Fit]; data-dependent
// parameters stay as they are, and so do those of the base, unless it is a flow: its samples are
// drawn without a gradient. A
// model trained so finds one of several far apart modes: check by importance weights.
func FitDensity(ctx context.Context, m *Transformed, logDensity func(y autodiff.Var) autodiff.Var, s *Settings) (*Result, error) {
	base, _ := m.flat()
	d := base.Dim()
	return run(ctx, "FitDensity", m, Fresh(d, base.Draw), d, s, false, reverse(m, logDensity))
}

// flat returns the base that is no flow, and the map from there to the data.
func (m *Transformed) flat() (dist.Distribution, bijector.Chain) {
	base, f := m.Base, m.Map
	for {
		inner, ok := base.(*Transformed)
		if !ok {
			return base, f
		}
		base, f = inner.Base, append(inner.Map[:len(inner.Map):len(inner.Map)], f...)
	}
}

// mapParams returns the parameters of a map from a base.
func mapParams(base dist.Distribution, f bijector.Bijector) []*autodiff.Param {
	t := borrow()
	defer giveBack(t)
	x := t.Zeros(1, base.Dim())
	bijector.ForwardFLDJ(f, x)
	return t.Params()
}

func reverse(m *Transformed, logDensity func(y autodiff.Var) autodiff.Var) train.Loss {
	base, chain := m.flat()
	var f bijector.Bijector = chain // converted once
	return func(t *autodiff.Tape, x, _ autodiff.Var) autodiff.Var {
		y, fldj := bijector.ForwardFLDJ(f, x)
		q, p := base.LogDensity(x).Sub(fldj), logDensity(y)
		if p.Rows() != x.Rows() || p.Cols() != 1 {
			panic(fmt.Sprintf("flow: FitDensity: got log-densities of shape %d×%d, want %d×1", p.Rows(), p.Cols(), x.Rows()))
		}
		return q.Sub(p)
	}
}
