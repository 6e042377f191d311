package plot_test

import (
	"bytes"
	"image/color"
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/flow/plot"
	"github.com/normflow/normflow/internal/niltest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

func TestNil(t *testing.T) {
	x, m := mat.NewDense(20, 2, nil), flow.New(dist.NewStdNormal(2))
	m.Draw(x, rng.New(1))
	u := calibration.Uniform(mat.NewDense(2, 1, []float64{0.2, 0.7}))
	w := plot.WindowOf(x, 0, 1)
	p := plot.Empty(w, "")
	niltest.Run(t, "plot", map[string]niltest.Call{
		"Corner":      niltest.Of(plot.Corner, x, x, []string{"a", "b"}),
		"Coverage":    niltest.Of(plot.Coverage, u, 0, ""),
		"Curve":       niltest.Of(plot.Curve, flow.New(dist.NewStdNormal(1)), 0.0, 1.0, mat.NewDense(3, 1, nil), ""),
		"Density":     niltest.Of(plot.Density, m, w, 1.0, ""),
		"One":         niltest.Of(plot.One, p),
		"PIT":         niltest.Of(plot.PIT, u, 0, ""),
		"Points":      niltest.Of(plot.Points, p, x, 0, 1, "", color.Black),
		"Reliability": niltest.Of(plot.Reliability, calibration.Reliability([]float64{0.5}, []bool{true}, 1), ""),
		"WindowOf":    niltest.Of(plot.WindowOf, x, 0, 1),
		"Write":       niltest.Of(plot.Write, &bytes.Buffer{}, "png", 10, 10, plot.One(p)),
	})
}
