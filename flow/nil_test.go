package flow_test

import (
	"bytes"
	"context"
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/niltest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

func TestNil(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	d, x, c, src := dist.NewStdNormal(2), mat.NewDense(30, 2, nil), mat.NewDense(30, 1, nil), rng.New(1)
	d.Draw(x, src)
	m, q := flow.RealNVP(flow.Arch{Dim: 2}, src), flow.RealNVP(flow.Arch{Dim: 2, Cond: 2}, src)
	noise := flow.NewDequantizer(q)
	niltest.Run(t, "flow", map[string]niltest.Call{
		"Dequantize": niltest.Of(flow.Dequantize, mat.NewDense(30, 2, nil), x, src),
		"Fit":        niltest.Of(flow.Fit, ctx, m, flow.Rows(x), &flow.Settings{}),
		"FitDensity": niltest.Of(flow.FitDensity, ctx, m, func(y autodiff.Var) autodiff.Var { return y.SquareRowSum().Neg() }, &flow.Settings{}),
		"FitDensityGiven": niltest.Of(flow.FitDensityGiven, ctx, flow.RealNVP(flow.Arch{Dim: 2, Cond: 1}, src), flow.Rows(c),
			func(y, c autodiff.Var) autodiff.Var { return y.SquareRowSum().Neg() }, &flow.Settings{}),
		"FitLifted":      niltest.Of(flow.FitLifted, ctx, flow.NewLifted(m, noise), flow.Rows(x), &flow.Settings{}),
		"Fresh":          niltest.Of(flow.Fresh, 2, func(batch *mat.Dense, src rand.Source) { d.Draw(batch, src) }),
		"FreshGiven":     niltest.Of(flow.FreshGiven, 2, 1, func(batch, c *mat.Dense, src rand.Source) { d.Draw(batch, src) }),
		"Grid":           niltest.Of(flow.Grid, x),
		"Info":           niltest.Of(flow.Info, &bytes.Buffer{}),
		"Learn":          niltest.Of(flow.Learn, ctx, flow.Rows(x), &flow.LearnSettings{}),
		"Load":           niltest.Of(flow.Load, &bytes.Buffer{}),
		"LoadLifted":     niltest.Of(flow.LoadLifted, &bytes.Buffer{}),
		"Match":          niltest.Of(flow.Match, ctx, m, flow.Rows(x), &flow.MatchSettings{}),
		"New":            niltest.Of(flow.New, d),
		"NewArgmax":      niltest.Of(flow.NewArgmax, []int{2, 2}, q),
		"NewDequantizer": niltest.Of(flow.NewDequantizer, q),
		"NewLangevin":    niltest.Of(flow.NewLangevin, d, 1, 1.0),
		"NewLifted":      niltest.Of(flow.NewLifted, m, noise),
		"NewMetropolis":  niltest.Of(flow.NewMetropolis, d, 1, 1.0),
		"NewObjective":   niltest.Of(flow.NewObjective, m, flow.Rows(x)),
		"NewUnivariate":  niltest.Of(flow.NewUnivariate, flow.New(dist.NewStdNormal(1))),
		"Rows":           niltest.Of(flow.Rows, x),
		"Stream":         niltest.Of(flow.Stream, 2, func() iter.Seq2[[]float64, error] { return nil }),
		"StreamGiven":    niltest.Of(flow.StreamGiven, 2, 1, func() iter.Seq2[[]float64, error] { return nil }),
		"SupportMap":     niltest.Of(flow.SupportMap, d),
	})
}
