package anomaly_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/anomaly"
	"github.com/normflow/normflow/internal/niltest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

func TestNil(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	x, m := mat.NewDense(20, 2, nil), flow.New(dist.NewStdNormal(2))
	m.Draw(x, rng.New(1))
	niltest.Run(t, "anomaly", map[string]niltest.Call{
		"Alone":    niltest.Of(anomaly.Alone, m),
		"Learn":    niltest.Of(anomaly.Learn, ctx, flow.Rows(x), &anomaly.Settings{}),
		"Load":     niltest.Of(anomaly.Load, &bytes.Buffer{}),
		"Of":       niltest.Of(anomaly.Of, m),
		"Outliers": niltest.Of(anomaly.Outliers, ctx, x, &anomaly.Settings{}),
	})
}
