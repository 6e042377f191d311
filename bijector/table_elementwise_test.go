package bijector_test

import (
	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
)

func elementwiseCases() []bijectortest.Case {
	normal, uniform, learned := bijectortest.Normal(6, 3), bijectortest.Uniform, autodiff.Learned
	none := autodiff.Value{}
	positive := uniform(6, 3, 0.1, 3)
	return []bijectortest.Case{
		{Name: "Exp", B: bijector.Exp{}, X: normal},
		{Name: "Log", B: bijector.Log{}, X: positive, Lo: 0, Hi: 1e300},
		{Name: "Expm1", B: bijector.Expm1{}, X: normal},
		{Name: "Log1p", B: bijector.Log1p{}, X: uniform(6, 3, -0.9, 3), Lo: -1, Hi: 1e300},
		{Name: "Softplus", B: &bijector.Softplus{}, X: normal},
		{Name: "Softplus/learned", B: bijector.NewSoftplus(learned(0.5, 1, 2), learned(0.25)), X: normal},
		{Name: "Sigmoid", B: &bijector.Sigmoid{}, X: normal},
		{Name: "Sigmoid/learned", B: bijector.NewSigmoid(learned(-1), learned(1, 2, 3)), X: normal},
		{Name: "Sigmoid/high", B: bijector.NewSigmoid(none, learned(5)), X: normal},
		{Name: "Tanh", B: bijector.Tanh{}, X: normal},
		{Name: "LeakyReLU", B: bijector.NewLeakyReLU(autodiff.Fixed(0.2)), X: normal},
		{Name: "LeakyReLU/learned", B: bijector.NewLeakyReLU(learned(0.2, 0.5, 2)), X: normal},
	}
}
