package onnx

import (
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// Every elementwise map behind a normal distribution scaled so that rows are everywhere in its domain, and, inverted, behind a map
// to its range.
func TestElementwise(t *testing.T) {
	fixed := autodiff.Fixed
	var none autodiff.Value
	for name, b := range map[string]bijector.Bijector{
		"exp": bijector.Exp{}, "log": bijector.NewInvert(bijector.Log{}), "expm1": bijector.Expm1{}, "log1p": bijector.NewInvert(bijector.Log1p{}), "elu": bijector.ELU{},
		"tanh": bijector.Tanh{}, "sinh": bijector.Sinh{}, "softsign": bijector.Softsign{}, "square": bijector.Chain{bijector.Exp{}, bijector.Square{}},
		"reciprocal": bijector.Reciprocal{}, "leaky relu": bijector.NewLeakyReLU(fixed(0.2, 1, 3)),
		"sigmoid": bijector.NewSigmoid(none, none), "bounds": bijector.NewSigmoid(fixed(-1, 100, 0), fixed(1000)),
		"logistic": bijector.NewLogisticCDF(fixed(1), fixed(2, 0.3, 4)), "softplus": bijector.NewSoftplus(none, none),
		"normal": bijector.NewNormalCDF(fixed(1), fixed(2, 0.3, 4)), "hinge": bijector.NewSoftplus(fixed(0.1, 2, 3), fixed(-4)), "soft clip": bijector.NewSoftClip(fixed(-1, 0, 1), fixed(2), fixed(0.3)),
		"below": bijector.NewSoftClip(none, fixed(0.5), none), "above": bijector.NewSoftClip(fixed(0.5), none, fixed(2)), "free": bijector.NewSoftClip(none, none, none),
		"johnson": bijector.NewJohnsonSU(fixed(1), fixed(2, 1, 0.5), fixed(-3), fixed(0.3)), "sinh-arcsinh": bijector.NewSinhArcsinh(fixed(0.5, 0, -1), fixed(0.7, 1, 2)),
		"signed power": bijector.NewSignedPower(fixed(0.5, 1, 3)), "cube": bijector.NewPower(3), "root": bijector.Chain{bijector.Exp{}, bijector.NewPower(0.3)},
		"one": bijector.NewPower(1), "odd": bijector.NewPower(-3), "falling": bijector.Chain{bijector.Exp{}, bijector.NewPower(-1.5)},
		"box-cox":     bijector.Chain{bijector.NewSoftplus(none, none), bijector.NewPowerTransform(fixed(0, 0.5, 1))},
		"yeo-johnson": bijector.NewYeoJohnson(fixed(0, 0.7, 2)), "bent": bijector.NewInvert(bijector.NewYeoJohnson(fixed(1.3))),
	} {
		t.Run(name, func(t *testing.T) {
			base := dist.NewNormal(3, fixed(0.2), fixed(1.3))
			m := flow.New(base, b)
			check(t, m, 1e-11, false)
			check(t, flow.New(dist.NewStdNormal(3), b, bijector.NewInvert(b), bijector.NewShift(fixed(1)), b), 1e-9, true)
		})
	}
}
