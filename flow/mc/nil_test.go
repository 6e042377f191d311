package mc_test

import (
	"context"
	"testing"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/mc"
	"github.com/normflow/normflow/internal/niltest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

func TestNil(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	cancel()
	target, m, src := mc.Func(func(x []float64) float64 { return -x[0] * x[0] }), flow.New(dist.NewStdNormal(1)), rng.New(1)
	niltest.Run(t, "mc", map[string]niltest.Call{
		"Adapt":             niltest.Of(mc.Adapt, ctx, target, m, &mc.AdaptSettings{}),
		"Importance":        niltest.Of(mc.Importance, ctx, target, m, 10, src),
		"NewPreconditioned": niltest.Of(mc.NewPreconditioned, m, 0.5, src),
		"SMC":               niltest.Of(mc.SMC, ctx, target, 1, &mc.SMCSettings{}),
		"Through":           niltest.Of(mc.Through, target, bijector.Exp{}),
		"Walk":              niltest.Of(mc.Walk, ctx, target, mat.NewDense(8, 1, nil), &mc.WalkSettings{}),
	})
}
