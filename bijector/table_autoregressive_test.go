package bijector_test

import (
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
)

// autoregressive returns a small map with numbers of size 1.
func autoregressive(spec masked.Spec, m bijector.Univariate) *bijector.Autoregressive {
	spec.Outputs, spec.Act = m.Params(), nn.Tanh
	return bijector.NewAutoregressive(masked.NewMADE(spec, rng.New(3)), m)
}

func autoregressiveCases() []bijectortest.Case {
	normal := bijectortest.Normal
	plain := masked.Spec{Dim: 4, Hidden: []int{9, 8}}
	order := masked.Spec{Dim: 3, Hidden: []int{9}, Order: []int{2, 0, 1}}
	residual := masked.Spec{Dim: 3, Hidden: []int{7, 7}, Residual: true}
	context := masked.Spec{Dim: 3, Hidden: []int{7}, Cond: 2, Order: []int{1, 2, 0}}
	spline := bijector.Spline{Bins: 4, Bound: 3}
	clipped := autoregressive(context, spline)
	clipped.Clip = 0.8
	integral := func() *bijector.Numeric {
		net := bijector.NewIntegralNet(layersOf(nn.Tanh, 3, 4, 1)...)
		net.Straight = 1
		return bijector.NewNumeric(net)
	}
	netted := autoregressive(masked.Spec{Dim: 2, Hidden: []int{4}, Order: []int{1, 0}}, bijector.Inverted{Map: integral()})
	netted.Clip = 0.8
	return []bijectortest.Case{
		{Name: "Autoregressive/affine", B: autoregressive(plain, bijector.Affine{}), X: normal(5, 4)},
		{Name: "Autoregressive/spline", B: autoregressive(plain, spline), X: normal(5, 4)},
		{Name: "Autoregressive/per-column", B: autoregressive(order, bijector.NewPerColumn(spline, bijector.Affine{}, bijector.Inverted{Map: spline})), X: normal(5, 3)},
		{Name: "Autoregressive/order", B: autoregressive(order, bijector.Affine{Scale: bijector.Clip}), X: normal(5, 3)},
		{Name: "Autoregressive/residual", B: autoregressive(residual, spline), X: normal(5, 3)},
		{Name: "Autoregressive/conditional", B: autoregressive(context, bijector.Affine{}), X: normal(5, 3), Context: normal(5, 2)},
		{Name: "Autoregressive/clip", B: clipped, X: normal(5, 3), Context: normal(5, 2)},
		{Name: "Autoregressive/one-column", B: autoregressive(masked.Spec{Dim: 1, Hidden: []int{4}, Cond: 1}, spline), X: normal(5, 1), Context: normal(5, 1)},
		{Name: "Autoregressive/Inverted", B: autoregressive(plain, bijector.Inverted{Map: spline}), X: normal(5, 4)},
		{Name: "Autoregressive/mixturecdf", B: autoregressive(plain, bijector.MixtureCDF{Components: 3}), X: normal(5, 4)},
		{Name: "Autoregressive/mixturecdf-Inverted", B: autoregressive(context, bijector.Inverted{Map: bijector.MixtureCDF{Components: 3, Logistic: true}}), X: normal(5, 3), Context: normal(5, 2)},
		{Name: "Autoregressive/integralnet", B: autoregressive(context, integral()), X: normal(3, 3), Context: normal(3, 2)},
		{Name: "Autoregressive/integralnet-clip-Inverted", B: netted, X: normal(3, 2)},
		{Name: "Autoregressive/Invert", B: bijector.NewInvert(autoregressive(context, spline)), X: normal(5, 3), Context: normal(5, 2)},
	}
}
