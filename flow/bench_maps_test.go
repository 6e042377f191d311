package flow

import (
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// benchMaps returns rows of a million numbers through elementwise maps of a normal distribution.
func benchMaps() []benchRow {
	l, none := autodiff.Learned, autodiff.Value{}
	var rows []benchRow
	for _, w := range []struct {
		name  string
		train bool
		maps  bijector.Chain
	}{
		{"normal", false, nil},
		{"exp", false, bijector.Chain{bijector.Exp{}}},
		{"softplus", false, bijector.Chain{bijector.NewSoftplus(l(1), l(0))}},
		{"sigmoid", false, bijector.Chain{bijector.NewSigmoid(l(0), l(1))}},
		{"tanh", false, bijector.Chain{bijector.Tanh{}}},
		{"sinh", false, bijector.Chain{bijector.Sinh{}}},
		{"sinharcsinh", true, bijector.Chain{bijector.NewSinhArcsinh(l(0.3), l(1.2))}},
		{"lambertw", false, bijector.Chain{bijector.NewLambertWTail(l(0), l(1), l(0.2))}},
		{"tukeygh", false, bijector.Chain{bijector.NewTukeyGH(l(0.3), l(0.1))}},
		{"studentcdf5", false, bijector.Chain{bijector.NewStudentTCDF(autodiff.Fixed(5), none, none)}},
		{"normalcdf", false, bijector.Chain{bijector.NewNormalCDF(l(0), l(1))}},
		{"chain4_sinh_sas_lambert_softplus", true, bijector.Chain{bijector.NewScale(l(0.5)), bijector.Sinh{}, bijector.NewSinhArcsinh(l(0.3), l(1.2)),
			bijector.NewLambertWTail(l(0), l(1), l(0.1)), bijector.NewSoftplus(l(1), l(0))}},
	} {
		model := func() *Transformed { return New(dist.NewStdNormal(1), w.maps) }
		drawn := func(n int) *mat.Dense {
			x := mat.NewDense(n, 1, nil)
			model().Draw(x, rng.New(4))
			return x
		}
		rows = append(rows,
			benchRow{"W18/" + w.name + "/log_prob_1M", func(b *testing.B) { benchLogProbs(b, model(), drawn(1000000)) }},
			benchRow{"W18/" + w.name + "/sample_1M", func(b *testing.B) { benchSample(b, model(), 1000000) }})
		if w.train {
			rows = append(rows, benchRow{"W18/" + w.name + "/train_100k", func(b *testing.B) { benchTrain(b, model(), drawn(200000), 100000) }})
		}
	}
	return rows
}
