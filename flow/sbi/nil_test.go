package sbi_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow/sbi"
	"github.com/normflow/normflow/internal/niltest"
)

func TestNil(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := &sbi.Simulator{Prior: dist.NewStdNormal(1), Dim: 1, Run: func(theta, x []float64, r *rand.Rand) error { x[0] = theta[0]; return nil }}
	niltest.Run(t, "sbi", map[string]niltest.Call{
		"Learn":     niltest.Of(sbi.Learn, ctx, s, &sbi.Settings{}),
		"LearnFrom": niltest.Of(sbi.LearnFrom, ctx, s, &sbi.Simulations{}, &sbi.Settings{}),
		"Load":      niltest.Of(sbi.Load, &bytes.Buffer{}),
		"Simulate":  niltest.Of(sbi.Simulate, ctx, s, 10, uint64(1)),
	})
}
