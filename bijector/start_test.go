package bijector_test

import (
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/internal/rng"
)

// Constructors start maps whose components zeros make alike where the maps say, whatever gives the raw parameters, and leave a
// network alone whose last layer is not zero.
func TestConstructorsStartMaps(t *testing.T) {
	const d = 3
	moebius, mixture, sos := bijector.Moebius{Components: 2}, bijector.MixtureCDF{Components: 2}, bijector.SOSPolynomial{Polynomials: 2}
	spline := bijector.LinearSpline{Bins: 2}
	parts := bijector.NewPerColumn(mixture, bijector.Inverted{Map: spline}, bijector.Opposite{Map: moebius})
	padded := append(append(mixture.Start(), make([]float64, parts.Params())...), moebius.Start()...)
	all := func(m interface{ Start() []float64 }) []float64 { return slices.Repeat(m.Start(), d) }
	for _, c := range []struct {
		m    bijector.Univariate
		want []float64
	}{
		{moebius, all(moebius)}, {mixture, all(mixture)}, {sos, all(sos)}, {bijector.Inverted{Map: mixture}, all(mixture)},
		{spline, make([]float64, d*spline.Params())}, {parts, padded},
	} {
		check := func(what string, got []float64) {
			t.Helper()
			if !slices.Equal(got, c.want) {
				t.Errorf("%T: %s: got raw parameters %v, want %v", c.m, what, got, c.want)
			}
		}
		src, k := rng.New(1), c.m.Params()
		check("Elementwise", bijector.NewElementwise(d, c.m).Raw.Data())
		check("Graphical", slices.Clone(bijector.NewGraphical([][]int{nil, {0}, {1}}, c.m, 0, []int{4}, nn.Tanh, src).Layers[1].B.Data()))
		made := masked.NewMADE(masked.Spec{Dim: d, Hidden: []int{4}, Outputs: k, Act: nn.Tanh, Order: []int{2, 0, 1}}, src).ZeroLast()
		check("Autoregressive", bijector.NewAutoregressive(made, c.m).Net.Layers[1].B.Data())
		check("Constant", bijector.NewCoupling(d, nil, c.m, 0, nil).Net.(*nn.Constant).Row.Data())
		coupling := func(net nn.Network) { bijector.NewCoupling(d, nil, c.m, 1, func(_, _ int) nn.Network { return net }) }
		mlp := nn.NewMLP(1, []int{4}, d*k, nn.Tanh, src)
		drawn := slices.Clone(mlp.Layers[1].B.Data())
		if coupling(mlp); !slices.Equal(mlp.Layers[1].B.Data(), drawn) {
			t.Errorf("%T: a network with weights was changed", c.m)
		}
		coupling(nn.NewSequential(nn.NewMLP(1, nil, 1, nn.Linear, src), mlp.ZeroLast()))
		check("MLP", mlp.Layers[1].B.Data())
		res := nn.NewResMLP(1, 4, 1, d*k, nn.Tanh, src).ZeroLast()
		coupling(res)
		check("ResMLP", res.Last.B.Data())
		gated := &nn.GatedResMLP{First: nn.NewLayer(1, 4, nn.Linear, src), Last: nn.NewLayer(4, d*k, nn.Linear, src)}
		gated.Last.Zero()
		coupling(gated)
		check("GatedResMLP", gated.Last.B.Data())
	}
}
