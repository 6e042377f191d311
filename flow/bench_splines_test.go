package flow

import (
	"testing"

	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// benchSplines returns couplings and autoregressive maps of 8 columns by each spline, and presets of splines.
func benchSplines() []benchRow {
	models := map[string]func() *Transformed{
		"triangular": func() *Transformed { return TriangularSpline(Arch{Dim: 8}, rng.New(1)) },
		"ncsf":       func() *Transformed { return NCSF(Arch{Dim: 8, Layers: 4}, rng.New(1)) },
	}
	for name, m := range map[string]bijector.Univariate{
		"rational-quadratic": bijector.Spline{}, "linear": bijector.LinearSpline{}, "quadratic": bijector.QuadraticSpline{},
		"cubic": bijector.CubicSpline{}, "linear-rational": bijector.LinearRationalSpline{},
	} {
		models["coupling-"+name] = func() *Transformed { return couplingModel(8, 4, m, 64, 0, alternate) }
		models["autoregressive-"+name] = func() *Transformed { return maskedFlow(8, 4, 64, m) }
	}
	half := func(n int) *mat.Dense { // of the normal distribution, far inside of the circle
		x := normalRows(n, 8)
		x.Scale(0.5, x)
		return x
	}
	var rows []benchRow
	for name, model := range models {
		rows = append(rows,
			benchRow{"W19/" + name + "/train_b512", func(b *testing.B) { benchTrain(b, model(), half(32*512), 512) }},
			benchRow{"W19/" + name + "/log_prob_b4096", func(b *testing.B) { benchLogProbs(b, model(), half(4096)) }},
			benchRow{"W19/" + name + "/sample_b4096", func(b *testing.B) { benchSample(b, model(), 4096) }})
	}
	return rows
}
